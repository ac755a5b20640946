/**
 * How two lists of numbers go together.
 *
 * @module
 */

/** Pearson's correlation; 0 where one of the two does not vary. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const centre = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [centre(a), centre(b)];
  let cross = 0, squareA = 0, squareB = 0;
  a.forEach((value, i) => {
    cross += (value - meanA) * (b[i]! - meanB);
    squareA += (value - meanA) ** 2;
    squareB += (b[i]! - meanB) ** 2;
  });
  return squareA === 0 || squareB === 0 ? 0 : cross / Math.sqrt(squareA * squareB);
}

/**
 * Spearman's rank correlation: the correlation of the ranks, where equal values share their mean rank; 0 where one
 * of the two does not vary.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { spearman } from "offprint/correlation.ts";
 *
 * assertEquals(spearman([2, 3, 4], [100, 80, 20]), -1);
 * ```
 */
export function spearman(a: readonly number[], b: readonly number[]): number {
  return correlation(ranks(a), ranks(b));
}

/** Ranks from 1 on; equal values share their mean rank. */
function ranks(values: readonly number[]): number[] {
  const sorted = values.toSorted((x, y) => x - y);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}
