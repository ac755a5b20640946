/**
 * Additions written out digit by digit, as text: what the second task's models read and write.
 *
 * @module
 */
import { type Random, stream } from "offprint/random.ts";

/** Two numbers to add, each of {@linkcode DIGITS} digits. */
export interface Sum {
  a: number;
  b: number;
}

/** Digits of each number; the first is not 0. */
export const DIGITS = 4;

/** Who sees a sum: the policy in its training, the reward model in its training, or nobody before the test. */
export type SumPart = "policy" | "reward" | "test";

/**
 * The part that a sum belongs to, drawn once for all from its two numbers: one in ten is for the test, three in ten for the
 * reward model.
 */
export function partOf({ a, b }: Sum): SumPart {
  const draw = stream(1, "part of a sum", a, b).integer(10);
  return draw === 0 ? "test" : draw <= 3 ? "reward" : "policy";
}

/** Draws different sums of one part. */
export function drawSums(part: SumPart, count: number, random: Random): Sum[] {
  const sums: Sum[] = [];
  const seen = new Set<string>();
  const number = () => 10 ** (DIGITS - 1) + random.integer(9 * 10 ** (DIGITS - 1));
  while (sums.length < count) {
    const sum = { a: number(), b: number() };
    const key = sumPrompt(sum);
    if (seen.has(key) || partOf(sum) !== part) continue;
    seen.add(key);
    sums.push(sum);
  }
  return sums;
}

/** The text that asks for a sum: `4387+2945=`. */
export function sumPrompt({ a, b }: Sum): string {
  return `${a}+${b}=`;
}

/**
 * A sum worked out from the last digit on, then the number: `7+5=12,8+4+1=13,3+9+1=13,4+2+1=7:7332` and a line break.
 *
 * @param slips the places, counted from the last digit, at which one too many (1) or one too few (−1) is written. All that
 * follows goes on from what is written, so a slip leads to a wrong number.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { workedSum } from "offprint/papers/treebon/sums/mod.ts";
 *
 * const sum = { a: 4387, b: 2945 };
 * assertEquals(workedSum(sum), "7+5=12,8+4+1=13,3+9+1=13,4+2+1=7:7332\n");
 * assertEquals(workedSum(sum, new Map([[1, -1]])), "7+5=12,8+4+1=12,3+9+1=13,4+2+1=7:7322\n");
 * ```
 */
export function workedSum({ a, b }: Sum, slips: ReadonlyMap<number, 1 | -1> = new Map()): string {
  const steps: string[] = [];
  let carry = 0, total = 0;
  for (let place = 0; place < DIGITS; place++) {
    const [x, y] = [a, b].map((number) => Math.floor(number / 10 ** place) % 10);
    const written = Math.max(0, x! + y! + carry + (slips.get(place) ?? 0));
    steps.push(`${x}+${y}${carry === 0 ? "" : `+${carry}`}=${written}`);
    // What stands before the last digit counts in full at the last place, and is carried before.
    total += (place === DIGITS - 1 ? written : written % 10) * 10 ** place;
    carry = Math.floor(written / 10);
  }
  return `${steps.join(",")}:${total}\n`;
}

/** Whether a written answer ends with the right number, whatever stands before it. */
export function isRightSum({ a, b }: Sum, answer: string): boolean {
  return /:(\d+)\n$/.exec(answer)?.[1] === `${a + b}`;
}

/** Draws slips: at each place with this probability one, up or down. */
export function drawSlips(probability: number, random: Random): Map<number, 1 | -1> {
  const slips = new Map<number, 1 | -1>();
  for (let place = 0; place < DIGITS; place++) {
    if (random.uniform() < probability) slips.set(place, random.integer(2) === 0 ? 1 : -1);
  }
  return slips;
}
