/**
 * Scores of generated programs, and how sure one may be of them.
 *
 * @module
 */

/**
 * The probability that at least one of `k` samples drawn without replacement from `n` is correct when `c`
 * of the `n` are: $1-\binom{n-c}{k}/\binom nk$ (Chen et al., arXiv 2107.03374, equation 1).
 *
 * @throws {RangeError} unless $0\le c\le n$ and $1\le k\le n$.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { passAtK } from "offprint/problems/mod.ts";
 *
 * assertAlmostEquals(passAtK(10, 3, 5), 11 / 12);
 * ```
 */
export function passAtK(n: number, c: number, k: number): number {
  if (
    !(Number.isInteger(n) && Number.isInteger(c) && Number.isInteger(k)) || c < 0 || c > n ||
    k < 1 || k > n
  ) {
    throw new RangeError(`passAtK: got n=${n}, c=${c}, k=${k}, expected 0 ≤ c ≤ n and 1 ≤ k ≤ n`);
  }
  let fail = 1;
  for (let i = 0; i < k; i++) fail *= Math.max(0, n - c - i) / (n - i);
  return 1 - fail;
}

/**
 * McNemar's exact two-sided test on discordant pairs: `b` problems only one system solves and `c` only
 * the other, under fair coins.
 */
export function mcnemarExact(b: number, c: number): number {
  const n = b + c;
  let term = 0.5 ** n;
  let tail = 0;
  for (let i = 0; i <= Math.min(b, c); i++) {
    tail += term;
    term *= (n - i) / (i + 1);
  }
  return Math.min(1, 2 * tail);
}
