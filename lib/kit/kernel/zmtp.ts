/**
 * ZMTP 3.0, the wire protocol of ZeroMQ, over plain TCP: as much of it as a client of a Jupyter
 * kernel needs (NULL mechanism, DEALER, SUB and REQ sockets that connect).
 *
 * A peer sends a 64-byte greeting, then a READY command, then messages of one or more frames.
 * A frame is one flag byte, its length in one byte (or in eight, big-endian, if it is over 255) and
 * the bytes. Source: the ZMTP 3.0 specification, https://rfc.zeromq.org/spec/23/.
 *
 * @module
 */

/** Flag bits of a frame. */
const MORE = 0x01;
const LONG = 0x02;
const COMMAND = 0x04;

/** Bytes of a greeting. */
export const GREETING_BYTES = 64;

/** A frame longer than this is taken for a broken stream rather than for data. */
const LARGEST_FRAME_BYTES = 2 ** 31;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The other side does not speak ZMTP 3 as expected, or closed the connection. */
export class ZmtpError extends Error {
  override readonly name = "ZmtpError";
}

/** One frame as it came off the wire. */
export interface Frame {
  data: Uint8Array<ArrayBuffer>;
  /** More frames of the same message follow. */
  more: boolean;
  /** A command of the protocol itself (READY, PING), not a part of a message. */
  command: boolean;
}

/** The greeting of a connecting peer: version 3.0, mechanism NULL, not a server. */
export function greeting(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(GREETING_BYTES);
  bytes[0] = 0xff;
  bytes[9] = 0x7f;
  bytes[10] = 3;
  bytes.set(encoder.encode("NULL"), 12);
  return bytes;
}

/**
 * Checks the greeting of the other side.
 *
 * @throws {ZmtpError} when it is not ZMTP 3 with the NULL mechanism: another program owns the port.
 */
export function checkGreeting(bytes: Uint8Array): void {
  if (bytes.length !== GREETING_BYTES || bytes[0] !== 0xff || bytes[9] !== 0x7f) {
    throw new ZmtpError("the program that answered does not speak ZMTP");
  }
  if (bytes[10]! < 3) throw new ZmtpError(`got ZMTP version ${bytes[10]}, expected 3`);
  const mechanism = decoder.decode(bytes.subarray(12, 32)).replace(/\0+$/, "");
  if (mechanism !== "NULL") {
    throw new ZmtpError(`got security mechanism ${JSON.stringify(mechanism)}, expected "NULL"`);
  }
}

/** One frame as bytes. */
export function encodeFrame(
  data: Uint8Array,
  more: boolean,
  command = false,
): Uint8Array<ArrayBuffer> {
  const long = data.length > 255;
  const head = long ? 9 : 2;
  const bytes = new Uint8Array(head + data.length);
  bytes[0] = (more ? MORE : 0) | (long ? LONG : 0) | (command ? COMMAND : 0);
  if (long) new DataView(bytes.buffer).setBigUint64(1, BigInt(data.length));
  else bytes[1] = data.length;
  bytes.set(data, head);
  return bytes;
}

/** A message of several frames as the bytes of one write. */
export function encodeMessage(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concatenate(
    frames.map((frame, index) => encodeFrame(frame, index < frames.length - 1)),
  );
}

/** The READY command that ends the NULL handshake and names the kind of socket. */
export function readyCommand(socketType: string): Uint8Array<ArrayBuffer> {
  const value = encoder.encode(socketType);
  const valueLength = new Uint8Array(4);
  new DataView(valueLength.buffer).setUint32(0, value.length);
  const body = concatenate([
    pascalString("READY"),
    pascalString("Socket-Type"),
    valueLength,
    value,
  ]);
  return encodeFrame(body, false, true);
}

function pascalString(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  return concatenate([new Uint8Array([bytes.length]), bytes]);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/**
 * Cuts a byte stream into what is asked for, however the network split it: {@linkcode push} what
 * arrives, {@linkcode take} a greeting, then {@linkcode frame} after frame.
 *
 * The buffer doubles when full, so a frame of n bytes costs O(n) copies, however many pieces it
 * came in.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeMessage, FrameReader } from "offprint/kit/kernel/zmtp.ts";
 *
 * const reader = new FrameReader();
 * const bytes = encodeMessage([new Uint8Array([1, 2]), new Uint8Array(300)]);
 * reader.push(bytes.subarray(0, 3)); // the network may cut anywhere
 * assertEquals(reader.frame(), undefined);
 * reader.push(bytes.subarray(3));
 * assertEquals(reader.frame()?.data, new Uint8Array([1, 2]));
 * assertEquals(reader.frame()?.data.length, 300);
 * ```
 */
export class FrameReader {
  #buffer = new Uint8Array(1 << 16);
  #start = 0;
  #end = 0;

  /** Appends bytes that arrived. */
  push(bytes: Uint8Array): void {
    const waiting = this.#end - this.#start;
    if (this.#end + bytes.length > this.#buffer.length) {
      let target = this.#buffer;
      if (waiting + bytes.length > target.length) {
        let size = target.length;
        while (size < waiting + bytes.length) size *= 2;
        target = new Uint8Array(size);
      }
      target.set(this.#buffer.subarray(this.#start, this.#end), 0);
      this.#buffer = target;
      this.#start = 0;
      this.#end = waiting;
    }
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** The next `count` bytes (a copy), or undefined when fewer have arrived. */
  take(count: number): Uint8Array<ArrayBuffer> | undefined {
    if (this.#end - this.#start < count) return undefined;
    const bytes = this.#buffer.slice(this.#start, this.#start + count);
    this.#start += count;
    return bytes;
  }

  /**
   * The next whole frame, or undefined when it has not fully arrived.
   *
   * @throws {ZmtpError} for a frame length that no message can have.
   */
  frame(): Frame | undefined {
    const waiting = this.#end - this.#start;
    if (waiting < 2) return undefined;
    const flags = this.#buffer[this.#start]!;
    const long = (flags & LONG) !== 0;
    const head = long ? 9 : 2;
    if (waiting < head) return undefined;
    const size = long
      ? Number(new DataView(this.#buffer.buffer).getBigUint64(this.#start + 1))
      : this.#buffer[this.#start + 1]!;
    if (size > LARGEST_FRAME_BYTES) throw new ZmtpError(`got a frame of ${size} bytes`);
    if (waiting < head + size) return undefined;
    this.#start += head;
    const data = this.take(size)!;
    return { data, more: (flags & MORE) !== 0, command: (flags & COMMAND) !== 0 };
  }
}
