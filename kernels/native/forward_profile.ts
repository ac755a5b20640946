/**
 * Where the time of forward passes goes: `src/profile.c`.
 *
 * @module
 */
import { loadLibrary } from "./library.ts";

/** The parts of a pass, in the order of their numbers in `forward.h`. */
const PARTS = [
  "embedding",
  "norms and activation codes",
  "matrix products of the layers",
  "RoPE, KV cache and attention",
  "gate and its activation codes",
  "head",
] as const;

/** A part of a forward pass. */
export type ForwardPart = typeof PARTS[number];

/**
 * Runs `work` and returns how many seconds its native forward passes spent in each part, as the thread that
 * calls them sees it: waiting for other threads is counted. Passes of others in the same process count too.
 *
 * @throws {NativeUnavailable} where the native kernels cannot be had.
 */
export async function profileForward(
  work: () => unknown,
): Promise<Record<ForwardPart, number>> {
  const { symbols } = await loadLibrary();
  const nanoseconds = new BigInt64Array(PARTS.length);
  symbols.offprint_profile(1, nanoseconds);
  try {
    await work();
  } finally {
    symbols.offprint_profile(0, nanoseconds);
  }
  const seconds = PARTS.map((part, i) => [part, Number(nanoseconds[i]) / 1e9] as const);
  return Object.fromEntries(seconds) as Record<ForwardPart, number>;
}
