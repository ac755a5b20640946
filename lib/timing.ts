/**
 * Times of short pieces of work, side by side.
 *
 * @module
 */

import process from "node:process";

/** How work is timed. */
export interface TimingOptions {
  /** Rounds that count; by default 9. One more goes before them, to warm up. */
  rounds?: number;
  /** The time in milliseconds; by default that of the wall, which other programs lengthen. */
  clock?: () => number;
}

/**
 * The time that this process has had on processors, all its threads together, in milliseconds. It does not count
 * waiting, so that other programs on the machine change it little.
 */
export function processorTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
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
  { rounds = 9, clock = () => performance.now() }: TimingOptions = {},
): Promise<number[]> {
  if (!(Number.isInteger(rounds) && rounds > 0)) {
    throw new RangeError(`medianTimesMs: got ${rounds} rounds, expected a positive whole number`);
  }
  const times = works.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [k, work] of works.entries()) {
      const start = clock();
      const result = work();
      // A wait for a finished promise would be timed too.
      if (result instanceof Promise) await result;
      if (round > 0) times[k]!.push(clock() - start);
    }
  }
  return times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]!);
}
