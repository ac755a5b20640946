/**
 * Numbers that hang on the processor. Another instruction set, another number of threads or another build of
 * a library adds the same terms in another order, so the last digits differ. What computes such numbers
 * passes them through {@linkcode processorDependent}, which does two things:
 *
 * * inside a notebook kernel of `deno task run` it marks the running cell, so that a cell whose output may
 *   differ elsewhere is known to the runner;
 * * under `OFFPRINT_TEST_NOISE=SEED`, a setting for tests alone, it stands for another processor: every
 *   number is multiplied by 1 + 10⁻⁶·u, u between −1 and 1. The same call with the same arguments gives the
 *   same numbers again, as it would on a real processor.
 *
 * @module
 */
import { KernelError } from "./errors.ts";
import { variable } from "./permissions.ts";

/** The largest relative change that the test setting makes. */
export const TEST_NOISE = 1e-6;

/** Floats as libraries return them. */
export type Floats = Float32Array | Float64Array;

/** What a notebook kernel of the runner offers; see `setup_cell.ts` there. */
interface MarkedKernel {
  computedBy(name: string): void;
}

/**
 * Says that `floats` were computed by `name` ("ONNX Runtime", "native kernels"), and under the test setting
 * changes them in place.
 *
 * @throws {KernelError} when `OFFPRINT_TEST_NOISE` is set to anything but a whole number.
 */
export function processorDependent(
  name: string,
  floats: Iterable<Floats> = [],
): void {
  const kernel = (globalThis as Record<symbol, unknown>)[Symbol.for("offprint.kernel")];
  (kernel as Partial<MarkedKernel> | undefined)?.computedBy?.(name);
  const seed = noiseSeed();
  if (seed === undefined) return;
  for (const values of floats) addNoise(values, seed);
}

/** The floats that a core returned: the result itself, or the arrays in it. */
export function floatsOf(result: unknown): Floats[] {
  const isFloats = (value: unknown): value is Floats =>
    value instanceof Float32Array || value instanceof Float64Array;
  if (isFloats(result)) return [result];
  if (result === null || typeof result !== "object" || ArrayBuffer.isView(result)) return [];
  return Object.values(result).filter(isFloats);
}

/** Undefined while nobody has looked; null without the setting. */
let setting: number | null | undefined;

/** The seed that `OFFPRINT_TEST_NOISE` holds, if it is set. */
function noiseSeed(): number | undefined {
  if (setting === undefined) {
    const text = variable("OFFPRINT_TEST_NOISE");
    const seed = Number(text);
    if (text !== undefined && !(Number.isInteger(seed) && seed >= 0)) {
      throw new KernelError({
        what: "OFFPRINT_TEST_NOISE",
        got: text,
        expected: "a whole number of at least 0, the seed of the noise",
        todo: "It is a setting for tests; leave it unset.",
      });
    }
    setting = text === undefined ? null : seed;
  }
  return setting ?? undefined;
}

/**
 * Multiplies each number by 1 + 10⁻⁶·u. u in [−1, 1) is a hash of the seed, the number's own bits and its
 * place, so that equal results stay equal and unequal ones move independently.
 *
 * @example
 * ```ts
 * import { assert, assertEquals, assertNotEquals } from "@std/assert";
 * import { addNoise } from "kernels/contract/processor.ts";
 *
 * const noisy = (seed: number) => addNoise(Float32Array.of(0, 1, -3), seed);
 * const [a, b, c] = [noisy(1), noisy(2), noisy(2)];
 * assertEquals(a[0], 0);
 * assert(Math.abs(a[1]! - 1) < 1.1e-6);
 * assertNotEquals(a, b);
 * assertEquals(b, c);
 * ```
 */
export function addNoise<T extends Floats>(values: T, seed: number): T {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  const step = values.BYTES_PER_ELEMENT / 4;
  const start = mixed(seed ^ 0x9e3779b9);
  for (let i = 0; i < values.length; i++) {
    const at = i * step;
    const bits = step === 1 ? words[at]! : words[at]! ^ mixed(words[at + 1]!);
    const u = mixed(mixed(bits ^ start) ^ i) / 2 ** 31 - 1;
    values[i] = values[i]! * (1 + TEST_NOISE * u);
  }
  return values;
}

/** The bits of a 32-bit number, well mixed (the finaliser of MurmurHash3). */
function mixed(x: number): number {
  x = Math.imul(x ^ x >>> 16, 0x85ebca6b);
  x = Math.imul(x ^ x >>> 13, 0xc2b2ae35);
  return (x ^ x >>> 16) >>> 0;
}
