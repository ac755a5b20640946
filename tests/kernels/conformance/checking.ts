/** What the conformance checks share: exact comparison, refusals, random inputs. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Random } from "offprint/random.ts";
import { KernelError, type Kernels } from "kernels/mod.ts";

/** A named check of one backend. */
export interface Conformance {
  readonly name: string;
  check(kernels: Kernels): Promise<void>;
}

/** The same bits: `assertEquals` on large arrays is slow, and does not tell 0 from -0. */
export function assertSame(actual: ArrayBufferView, expected: ArrayBufferView, what: string): void {
  assertEquals(actual.constructor.name, expected.constructor.name, what);
  assertEquals(actual.byteLength, expected.byteLength, what);
  const bytes = (view: ArrayBufferView) =>
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const a = bytes(actual), b = bytes(expected);
  const at = a.findIndex((byte, i) => byte !== b[i]);
  if (at < 0) return;
  const size = actual.byteLength / (actual as Float32Array).length;
  const i = Math.floor(at / size);
  const of = (view: ArrayBufferView) => (view as Float32Array)[i];
  throw new Error(`${what}: element ${i} is ${of(actual)}, expected ${of(expected)}`);
}

/** Every number within `most` of the expected one. */
export function assertClose(
  actual: Float32Array,
  expected: Float32Array,
  most: number,
  what: string,
) {
  assertEquals(actual.length, expected.length, what);
  expected.forEach((value, i) => {
    const error = Math.abs(actual[i]! - value);
    assert(error <= most, `${what}: element ${i} is ${actual[i]}, expected ${value} ± ${most}`);
  });
}

/** Fails unless `call` rejects with a KernelError that holds `words`. */
export async function refuses(call: () => Promise<unknown>, words: string): Promise<void> {
  await assertRejects(call, KernelError, words);
}

/** Normal numbers of standard deviation `size`. */
export function normals(random: Random, count: number, size = 1): Float32Array {
  return Float32Array.from({ length: count }, () => size * random.normal());
}

/** Bits of each block, at random. */
export function randomBits(random: Random, columns: number, blockSize: number): Uint8Array {
  const blocks = Math.ceil(columns / blockSize);
  return Uint8Array.from({ length: blocks }, () => random.integer(2) === 0 ? 4 : 8);
}
