import { assert, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  checkShapes,
  decodeSafetensors,
  encodeSafetensors,
} from "offprint/lm/transformer/safetensors.ts";

const tensors = new Map([
  ["a", { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-3, -65504) }],
  ["b", { shape: [], data: Float32Array.of(7) }],
  ["c", { shape: [0, 4], data: new Float32Array(0) }],
]);

/** A file from a header and as many data bytes. */
function file(header: unknown, dataBytes: number, text = JSON.stringify(header)): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + encoded.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(encoded.length), true);
  bytes.set(encoded, 8);
  return bytes;
}

const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };

Deno.test("float32 round trip keeps every bit, float16 rounds once", () => {
  const metadata = { format: "pt", note: "ü" };
  const whole = decodeSafetensors("x", encodeSafetensors(tensors, { metadata }));
  assertEquals(whole.metadata, metadata);
  assertEquals([...whole.tensors.keys()], ["a", "b", "c"]);
  for (const [name, { shape, data }] of tensors) {
    assertEquals(whole.tensors.get(name), { dtype: "F32", shape, data });
  }
  const half = decodeSafetensors("x", encodeSafetensors(tensors, { dtype: "F16" }));
  assertEquals([...half.tensors.get("a")!.data], [
    ...Float32Array.from(new Float16Array(tensors.get("a")!.data)),
  ]);
  assertEquals(half.tensors.get("a")!.dtype, "F16");
});

Deno.test("bfloat16 is read as the upper half of float32", () => {
  const values = [1, -2.5, 0, 3.140625, -1e-30];
  const bytes = file({ a: { dtype: "BF16", shape: [5], data_offsets: [0, 10] } }, 10);
  const view = new DataView(bytes.buffer, bytes.length - 10);
  const upper = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16;
  values.forEach((value, i) => view.setUint16(2 * i, upper(value), true));
  const { dtype, data } = decodeSafetensors("w", bytes).tensors.get("a")!;
  assertEquals(dtype, "BF16");
  assertEquals([...data].slice(0, 4), values.slice(0, 4));
  assert(Math.abs(data[4]! / values[4]! - 1) < 2 ** -7);
});

Deno.test("the layout is the published one", () => {
  const bytes = encodeSafetensors(new Map([["x", { shape: [1], data: Float32Array.of(2) }]]));
  const view = new DataView(bytes.buffer);
  const length = Number(view.getBigUint64(0, true));
  assertEquals(length % 8, 0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  assertEquals(header, { x: { dtype: "F32", shape: [1], data_offsets: [0, 4] } });
  assertEquals(view.getFloat32(8 + length, true), 2);
  assertEquals(bytes.length, 8 + length + 4);
});

Deno.test("every truncation is refused in one clear line", () => {
  const bytes = encodeSafetensors(tensors);
  for (let length = 0; length < bytes.length; length++) {
    const error = assertThrows(
      () => decodeSafetensors("weights", bytes.slice(0, length)),
      UserError,
      "weights: got",
    );
    assert(!error.message.includes("\n"));
  }
});

Deno.test("each kind of corruption has its own message", () => {
  const cases: [Uint8Array, string][] = [
    [file({ a: entry }, 9), "bytes"],
    [file({ a: { ...entry, dtype: "I8" } }, 8), "dtype F32, F16 or BF16"],
    [file({ a: { ...entry, shape: [3] } }, 8), "12 bytes for shape [3]"],
    [file({ a: { ...entry, shape: [-2] } }, 8), "malformed entry for a"],
    [file({ a: { ...entry, shape: [1.5] } }, 8), "malformed entry"],
    [file({ a: { ...entry, data_offsets: [8, 0] } }, 8), "malformed entry"],
    [file({ a: { ...entry, data_offsets: [0] } }, 8), "malformed entry"],
    [file({ a: null }, 8), "malformed entry"],
    [file([], 0), "not an object"],
    [file(null, 0, "{]"), "not JSON"],
    [file({ a: entry, b: { ...entry, data_offsets: [4, 12] } }, 12), "begin at byte 8"],
    [file({ a: { ...entry, data_offsets: [4, 12] } }, 12), "begin at byte 0"],
  ];
  for (const [bytes, message] of cases) {
    assertThrows(() => decodeSafetensors("w", bytes), UserError, message);
  }
  const huge = file({}, 0);
  new DataView(huge.buffer).setBigUint64(0, 1n << 60n, true);
  assertThrows(() => decodeSafetensors("w", huge), UserError, "header of");
});

Deno.test("a number that is not finite is refused, with its place", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    for (const dtype of ["F32", "F16"] as const) {
      const bytes = encodeSafetensors(
        new Map([["layer", { shape: [3], data: Float32Array.of(1, 2, value) }]]),
        { dtype },
      );
      assertThrows(() => decodeSafetensors("w", bytes), UserError, `${value} in layer at 2`);
    }
  }
});

Deno.test("a shape that does not fit its data cannot be written", () => {
  assertThrows(
    () => encodeSafetensors(new Map([["x", { shape: [2], data: new Float32Array(3) }]])),
    RangeError,
    "x has shape [2] and 3 numbers",
  );
});

Deno.test("checkShapes names the missing, the misshapen and the unknown tensor", () => {
  const have = new Map([["x", { shape: [2, 3], data: new Float32Array(6) }]]);
  checkShapes("w", have, new Map([["x", [2, 3]]]));
  assertThrows(() => checkShapes("w", have, new Map([["x", [3, 2]]])), UserError, "shape [3,2]");
  assertThrows(() => checkShapes("w", have, new Map([["y", [1]]])), UserError, "no tensor y");
  assertThrows(() => checkShapes("w", have, new Map()), UserError, "only the tensors");
});
