/**
 * Two systems on the same problems: how much better one is, and how sure one may be.
 *
 * @module
 */
import { type MeanInterval, meanInterval, normalCdf, pairedBootstrap } from "offprint/stats.ts";
import { mcnemarExact, passAtK } from "./pass_at_k.ts";
import type { Solved } from "./solve.ts";

/** A comparison over problems. */
export interface PairedComparison {
  /** Mean difference of the scores (pass@k), first less second, with Student's 95 % interval over problems. */
  student: MeanInterval;
  /** The same mean with the percentile bootstrap's interval. */
  bootstrap: MeanInterval;
  /** Problems on which the first is better, the second is, and neither is. */
  wins: number;
  losses: number;
  ties: number;
  /** Two-sided p of the exact sign test. */
  sign: number;
  /** Two-sided p of Wilcoxon's signed-rank test, exact given the ranks; ties share their rank. */
  wilcoxon: number;
  /** The same by the normal approximation with ties corrected for, which most programs print. */
  wilcoxonNormal: number;
}

/**
 * Compares two systems problem by problem, by their unbiased pass@k.
 *
 * @throws {RangeError} unless both have the same problems in the same order, at least two.
 */
export function comparePaired(
  first: readonly Solved[],
  second: readonly Solved[],
  options: { k?: number; seed?: number } = {},
): PairedComparison {
  const { k = 1, seed = 1 } = options;
  if (first.length !== second.length || first.some(({ name }, i) => name !== second[i]!.name)) {
    throw new RangeError("comparePaired: got results of different problems, expected the same");
  }
  const scores = (of: readonly Solved[]): number[] =>
    of.map(({ samples, passed }) => passAtK(samples, passed, k));
  return compareScores(scores(first), scores(second), seed);
}

/**
 * Compares two lists of scores of the same problems, in any unit.
 *
 * @throws {RangeError} unless both are as long, and at least 2.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compareScores } from "offprint/problems/mod.ts";
 *
 * const { wins, losses, ties, sign } = compareScores([100, 50, 0, 100], [0, 0, 0, 0]);
 * assertEquals([wins, losses, ties, sign], [3, 0, 1, 0.25]);
 * ```
 */
export function compareScores(
  a: readonly number[],
  b: readonly number[],
  seed = 1,
): PairedComparison {
  const bootstrap = pairedBootstrap(a, b, { seed });
  const differences = a.map((score, i) => score - b[i]!);
  const wins = differences.filter((difference) => difference > 0).length;
  const losses = differences.filter((difference) => difference < 0).length;
  return {
    student: meanInterval(differences),
    bootstrap,
    wins,
    losses,
    ties: differences.length - wins - losses,
    sign: mcnemarExact(wins, losses),
    wilcoxon: signedRank(differences),
    wilcoxonNormal: signedRankNormal(differences),
  };
}

/**
 * The two-sided p of Wilcoxon's signed-rank test: zeros are left out, equal sizes share their mean rank, and the
 * sum of positive ranks is compared with all 2ⁿ ways of giving signs.
 */
export function signedRank(differences: readonly number[]): number {
  const { doubled, doubledPositive } = signedRanks(differences);
  const total = doubled.reduce((sum, rank) => sum + rank, 0);
  let ways = new Float64Array(total + 1);
  ways[0] = 1;
  for (const rank of doubled) {
    const next = new Float64Array(total + 1);
    for (let sum = 0; sum <= total; sum++) {
      next[sum] = (ways[sum]! + (sum >= rank ? ways[sum - rank]! : 0)) / 2;
    }
    ways = next;
  }
  const off = Math.abs(doubledPositive - total / 2);
  let p = 0;
  ways.forEach((share, sum) => {
    if (Math.abs(sum - total / 2) >= off - 1e-9) p += share;
  });
  return Math.min(1, p);
}

/**
 * The same by the normal approximation: with n ranks rᵢ the sum of positive ranks has mean Σrᵢ/2 and variance
 * Σrᵢ²/4, which is n(n + 1)(2n + 1)/24 less the correction for ties. Without continuity correction.
 */
export function signedRankNormal(differences: readonly number[]): number {
  const { doubled, doubledPositive } = signedRanks(differences);
  if (doubled.length === 0) return 1;
  const total = doubled.reduce((sum, rank) => sum + rank, 0);
  const variance = doubled.reduce((sum, rank) => sum + rank ** 2, 0) / 4;
  return 2 * normalCdf(-Math.abs(doubledPositive - total / 2) / Math.sqrt(variance));
}

/** Twice the ranks by size, which are whole numbers, and twice the sum of those of positive differences. */
function signedRanks(
  differences: readonly number[],
): { doubled: number[]; doubledPositive: number } {
  const sorted = differences.filter((value) => value !== 0)
    .toSorted((x, y) => Math.abs(x) - Math.abs(y));
  const doubled: number[] = [];
  for (let from = 0; from < sorted.length;) {
    let to = from;
    const size = Math.abs(sorted[from]!);
    while (to + 1 < sorted.length && Math.abs(Math.abs(sorted[to + 1]!) - size) <= 1e-12 * size) {
      to++;
    }
    for (let i = from; i <= to; i++) doubled.push(from + to + 2);
    from = to + 1;
  }
  const doubledPositive = doubled.reduce((sum, rank, i) => sum + (sorted[i]! > 0 ? rank : 0), 0);
  return { doubled, doubledPositive };
}
