/**
 * Times of short pieces of work, side by side.
 *
 * @module
 */

/** How work is timed. */
export interface TimingOptions {
  /** Rounds that count; by default 9. One more goes before them, to warm up. */
  rounds?: number;
}

/**
 * The median time of each piece of work, in milliseconds. All pieces take turns in every round, so that a slow
 * stretch of the machine meets all of them and ratios stay fair.
 *
 * @throws {RangeError} when `rounds` is not a positive whole number.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { medianTimesMs } from "offprint/timing.ts";
 *
 * const sum = (count: number) => () => Array.from({ length: count }, Math.sqrt).length;
 * const [short, long] = await medianTimesMs([sum(10), sum(100_000)], { rounds: 3 });
 * assert(short! < long!);
 * ```
 */
export async function medianTimesMs(
  works: readonly (() => unknown)[],
  { rounds = 9 }: TimingOptions = {},
): Promise<number[]> {
  if (!(Number.isInteger(rounds) && rounds > 0)) {
    throw new RangeError(`medianTimesMs: got ${rounds} rounds, expected a positive whole number`);
  }
  const times = works.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [k, work] of works.entries()) {
      const start = performance.now();
      const result = work();
      // A wait for a finished promise would be timed too.
      if (result instanceof Promise) await result;
      if (round > 0) times[k]!.push(performance.now() - start);
    }
  }
  return times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]!);
}
