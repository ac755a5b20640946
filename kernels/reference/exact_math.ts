/**
 * The two pieces of floating-point arithmetic whose result must not depend on who computes it: an
 * exponential and a sum. Both are made of IEEE operations in a fixed order, so that the C kernels
 * (compiled without contraction to fused multiply-add) give the same bits. `Math.exp` and a vectorised
 * sum would not: then a sampled token could depend on the machine.
 *
 * @module
 */

const LOG2_E = 1.4426950408889634;
/** ln 2 in two parts; the first has 21 trailing zero bits, so its product with a small integer is exact. */
const LN2_HIGH = 0.6931471803691238, LN2_LOW = 1.9082149292705877e-10;
/** 1.5 · 2⁵²: adding it rounds to a whole number. */
const ROUNDER = 6755399441055744;
/** Below this the result is 0, so that no power of two is subnormal. */
const SMALLEST = -708;
/** 1/13!, 1/12!, …, 1/1!, 1/0!: enough for |r| ≤ ln 2 / 2, where the next term is 4e-18. */
const TAYLOR: readonly number[] = (() => {
  const terms = [1];
  let factorial = 1;
  for (let k = 1; k <= 13; k++) terms.unshift(1 / (factorial *= k));
  return terms;
})();

const power = new Float64Array(1);
const powerBits = new Uint32Array(power.buffer); // little-endian, as is every machine Deno runs on

/**
 * `exp(x)` for `x ≤ 0`, within one unit in the last place; 0 below −708. Reduces to
 * `2ⁿ · exp(r)`, `|r| ≤ ln 2 / 2`, and sums the Taylor series of degree 13 by Horner's rule.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * import { expNegative } from "kernels/reference/exact_math.ts";
 *
 * assertEquals(expNegative(0), 1);
 * assertAlmostEquals(expNegative(-1), 1 / Math.E, 1e-16);
 * assertEquals(expNegative(-Infinity), 0);
 * ```
 */
export function expNegative(x: number): number {
  if (!(x >= SMALLEST)) return 0;
  const n = (x * LOG2_E + ROUNDER) - ROUNDER;
  const r = (x - n * LN2_HIGH) - n * LN2_LOW;
  let series = TAYLOR[0]!;
  for (let k = 1; k < TAYLOR.length; k++) series = series * r + TAYLOR[k]!;
  powerBits[1] = (n + 1023) << 20;
  return series * power[0]!;
}

/**
 * The sum of `values` in 64-bit floats: eight partial sums, element `i` to sum `i mod 8`, added up as
 * `((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7))`.
 */
export function laneSum(values: ArrayLike<number>, length: number = values.length): number {
  const lanes = new Float64Array(8);
  for (let i = 0; i < length; i++) lanes[i & 7]! += values[i]!;
  const [a, b, c, d, e, f, g, h] = lanes as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return ((a + b) + (c + d)) + ((e + f) + (g + h));
}
