/**
 * When position weights help (S3 of paper 01's spec): quality `θ ~ N(0, 1)`, log-ratios `ℓ_k = s_k θ + N(0, 1)`.
 *
 * @module
 */

/**
 * Correlation of the score `Σ w_k ℓ_k` with the quality: `Σ w s / √((Σ w s)² + Σ w²)`.
 *
 * @param signal s_k of each token.
 * @param weights w_k of each token.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { scoreCorrelation } from "offprint/papers/treebon/mod.ts";
 *
 * const flat = new Array(48).fill(0.1);
 * assertAlmostEquals(scoreCorrelation(flat, new Array(48).fill(1)), 0.569495, 1e-6);
 * ```
 */
export function scoreCorrelation(signal: readonly number[], weights: readonly number[]): number {
  let common = 0;
  let noise = 0;
  signal.forEach((s, k) => {
    common += weights[k]! * s;
    noise += weights[k]! ** 2;
  });
  return common / Math.sqrt(common ** 2 + noise);
}

/** H_K, the sum of 1/i up to K: how far a weighted score of log-ratios of size 1 can grow. */
export function harmonicNumber(count: number): number {
  let sum = 0;
  for (let i = 1; i <= count; i++) sum += 1 / i;
  return sum;
}
