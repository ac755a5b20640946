/**
 * The records of the KV cache: 16-bit floats while a group fills, codes with a scale and a zero per
 * channel once it is complete.
 *
 * @module
 */
import type { KvExtension } from "../contract/kv_cache.ts";
import type { KvLayout } from "../contract/kv_layout.ts";

/** Codes to bytes, two each: of a run of 32, byte `i` holds codes `i` and `16 + i`. */
export function packRuns(codes: Uint8Array, into: Uint8Array): void {
  for (let i = 0; i < into.length; i++) {
    const at = 2 * i - i % 16;
    into[i] = codes[at]! | codes[at + 16]! << 4;
  }
}

/** The codes that {@linkcode packRuns} packed. */
export function unpackRuns(bytes: Uint8Array): Uint8Array {
  const codes = new Uint8Array(2 * bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const at = 2 * i - i % 16;
    codes[at] = bytes[i]! & 15;
    codes[at + 16] = bytes[i]! >> 4;
  }
  return codes;
}

/**
 * The scale and zero of one channel over one group: `s = (max − min) / 15`, at least `max|x| / 1024`
 * so that the zero stays a small whole number when the values lie far from 0, rounded to a 16-bit
 * float (1 where that is 0); `z = floor(−min / s + 1/2)`; `x ≈ (code − z) · s` (COMET §3.4).
 *
 * @example
 * ```ts
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * import { channelRange } from "kernels/reference/kv4_records.ts";
 *
 * const { scale, zero, codes } = channelRange([0.10, -0.50, 1.25, 0.40]);
 * assertAlmostEquals(scale, 0.1166667, 1e-4);
 * assertEquals([zero, ...codes], [4, 5, 0, 15, 7]);
 * ```
 */
export function channelRange(
  values: readonly number[],
): { scale: number; zero: number; codes: number[] } {
  let min = Infinity, max = -Infinity;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const amax = Math.max(-min, max);
  const scale = Math.f16round(Math.fround(Math.max((max - min) / 15, amax / 1024))) || 1;
  const zero = Math.floor(-min / scale + 0.5);
  const codes = values.map((value) =>
    Math.max(0, Math.min(15, Math.floor(value / scale + 0.5) + zero))
  );
  return { scale, zero, codes };
}

/** The 16-bit floats of one head in one group. */
export function recentRecord(
  layout: KvLayout,
  extension: KvExtension,
  group: number,
  layer: number,
  head: number,
): { keys: Float16Array; values: Float16Array } {
  const { recentRecord, kvHeads, headDim, groupSize } = layout;
  const memory = extension.recent[group]!;
  const size = headDim * groupSize;
  const start = memory.byteOffset + 2 * (layer * kvHeads + head) * recentRecord;
  return {
    keys: new Float16Array(memory.buffer, start, size),
    values: new Float16Array(memory.buffer, start + 2 * size, size),
  };
}

/** The codes of one head in one complete group. */
export function packedRecord(
  layout: KvLayout,
  extension: KvExtension,
  group: number,
  layer: number,
  head: number,
) {
  const { packedRecord, kvHeads, headDim, groupSize } = layout;
  const memory = extension.packed[group]!;
  const start = memory.byteOffset + (layer * kvHeads + head) * packedRecord;
  const numbers = <T>(
    type: { new (buffer: ArrayBufferLike, at: number, n: number): T },
    i: number,
  ) => new type(memory.buffer, start + 2 * headDim * i, headDim);
  const codes = start + 8 * headDim;
  return {
    keyScales: numbers(Float16Array, 0),
    keyZeros: numbers(Int16Array, 1),
    valueScales: numbers(Float16Array, 2),
    valueZeros: numbers(Int16Array, 3),
    keyCodes: new Uint8Array(memory.buffer, codes, headDim * groupSize / 2),
    valueCodes: new Uint8Array(
      memory.buffer,
      codes + headDim * groupSize / 2,
      groupSize * layout.paddedDim / 2,
    ),
  };
}

/** From 16-bit floats to codes, once a group is complete. */
export function packGroup(
  layout: KvLayout,
  extension: KvExtension,
  group: number,
  layer: number,
  head: number,
): void {
  const { headDim, groupSize, paddedDim } = layout;
  const { keys, values } = recentRecord(layout, extension, group, layer, head);
  const into = packedRecord(layout, extension, group, layer, head);
  const keyCodes = new Uint8Array(headDim * groupSize);
  const valueCodes = new Uint8Array(groupSize * paddedDim);
  for (let c = 0; c < headDim; c++) {
    const key = channelRange([...keys.subarray(c * groupSize, (c + 1) * groupSize)]);
    const value = channelRange(
      Array.from({ length: groupSize }, (_, t) => values[t * headDim + c]!),
    );
    into.keyScales[c] = key.scale;
    into.keyZeros[c] = key.zero;
    into.valueScales[c] = value.scale;
    into.valueZeros[c] = value.zero;
    for (let t = 0; t < groupSize; t++) {
      keyCodes[c * groupSize + t] = key.codes[t]!;
      valueCodes[t * paddedDim + c] = value.codes[t]!;
    }
  }
  packRuns(keyCodes, into.keyCodes);
  packRuns(valueCodes, into.valueCodes);
}
