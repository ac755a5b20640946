import { assertEquals, assertThrows } from "@std/assert";
import {
  checkGreeting,
  encodeFrame,
  encodeMessage,
  FrameReader,
  greeting,
  readyCommand,
  ZmtpError,
} from "offprint/kit/kernel/zmtp.ts";

const bytes = (count: number, of = 7) => new Uint8Array(count).fill(of);

function frames(reader: FrameReader) {
  const all = [];
  for (let frame = reader.frame(); frame !== undefined; frame = reader.frame()) all.push(frame);
  return all;
}

Deno.test("a short frame is flags, one length byte, data", () => {
  assertEquals(encodeFrame(new Uint8Array([9, 8]), false), new Uint8Array([0, 2, 9, 8]));
  assertEquals(encodeFrame(new Uint8Array([9]), true), new Uint8Array([1, 1, 9]));
  assertEquals(encodeFrame(new Uint8Array(0), false, true), new Uint8Array([4, 0]));
});

Deno.test("255 bytes make a short frame, 256 a long one with eight length bytes", () => {
  assertEquals(encodeFrame(bytes(255), false).subarray(0, 2), new Uint8Array([0, 255]));
  assertEquals(
    encodeFrame(bytes(256), true).subarray(0, 9),
    new Uint8Array([3, 0, 0, 0, 0, 0, 0, 1, 0]),
  );
});

Deno.test("a message of many frames survives any way of cutting the stream", () => {
  const message = [bytes(0), bytes(1, 1), bytes(255, 2), bytes(256, 3), bytes(70_000, 4)];
  const stream = encodeMessage(message);
  for (const size of [1, 3, 255, 4096, stream.length]) {
    const reader = new FrameReader();
    const got = [];
    for (let at = 0; at < stream.length; at += size) {
      reader.push(stream.subarray(at, at + size));
      got.push(...frames(reader));
    }
    assertEquals(got.map(({ data }) => data), message);
    assertEquals(got.map(({ more }) => more), [true, true, true, true, false]);
  }
});

Deno.test("a frame of 20 MB arrives whole, and what follows it as well", () => {
  const reader = new FrameReader();
  const stream = encodeMessage([bytes(20_000_000, 5), bytes(3, 6)]);
  for (let at = 0; at < stream.length; at += 65_536) reader.push(stream.subarray(at, at + 65_536));
  const [large, small] = frames(reader);
  assertEquals(large?.data.length, 20_000_000);
  assertEquals(large?.data.every((byte) => byte === 5), true);
  assertEquals(small?.data, bytes(3, 6));
});

Deno.test("data handed out is not overwritten by what arrives later", () => {
  const reader = new FrameReader();
  reader.push(encodeFrame(bytes(10, 1), false));
  const first = reader.frame()!;
  reader.push(encodeFrame(bytes(100_000, 2), false));
  reader.frame();
  assertEquals(first.data, bytes(10, 1));
});

Deno.test("an absurd frame length is an error", () => {
  const reader = new FrameReader();
  reader.push(new Uint8Array([2, 255, 0, 0, 0, 0, 0, 0, 0]));
  assertThrows(() => reader.frame(), ZmtpError, "got a frame of");
});

Deno.test("the greeting names version 3.0 and the NULL mechanism, and passes its own check", () => {
  const own = greeting();
  assertEquals(own.length, 64);
  assertEquals([own[0], own[9], own[10], own[11]], [0xff, 0x7f, 3, 0]);
  checkGreeting(own);
});

Deno.test("a greeting of another protocol, version or mechanism is refused", () => {
  const http = new TextEncoder().encode("HTTP/1.1 400 Bad Request".padEnd(64));
  assertThrows(() => checkGreeting(http), ZmtpError, "does not speak ZMTP");
  const old = greeting();
  old[10] = 1;
  assertThrows(() => checkGreeting(old), ZmtpError, "got ZMTP version 1, expected 3");
  const curve = greeting();
  curve.set(new TextEncoder().encode("CURVE"), 12);
  assertThrows(() => checkGreeting(curve), ZmtpError, 'got security mechanism "CURVE"');
});

Deno.test("READY is a command that carries the socket type", () => {
  const reader = new FrameReader();
  reader.push(readyCommand("DEALER"));
  const frame = reader.frame()!;
  assertEquals(frame.command, true);
  assertEquals(
    new TextDecoder().decode(frame.data),
    "\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER",
  );
});
