/**
 * Two systems on the same problems: how much better one is, and how sure one may be.
 *
 * @module
 */
import { type MeanInterval, meanInterval, pairedBootstrap } from "offprint/stats.ts";
import { mcnemarExact, passAtK } from "./pass_at_k.ts";
import type { Solved } from "./solve.ts";

/** A comparison over problems. */
export interface PairedComparison {
  /** Mean difference of pass@k, first less second, with Student's 95 % interval over problems. */
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
  const a = scores(first), b = scores(second);
  const differences = a.map((score, i) => score - b[i]!);
  const wins = differences.filter((difference) => difference > 0).length;
  const losses = differences.filter((difference) => difference < 0).length;
  return {
    student: meanInterval(differences),
    bootstrap: pairedBootstrap(a, b, { seed }),
    wins,
    losses,
    ties: differences.length - wins - losses,
    sign: mcnemarExact(wins, losses),
    wilcoxon: signedRank(differences),
  };
}

/**
 * The two-sided p of Wilcoxon's signed-rank test: zeros are left out, equal sizes share their mean rank, and the
 * sum of positive ranks is compared with all 2ⁿ ways of giving signs.
 */
export function signedRank(differences: readonly number[]): number {
  const sorted = differences.filter((value) => value !== 0)
    .toSorted((x, y) => Math.abs(x) - Math.abs(y));
  const n = sorted.length;
  // Twice the ranks, which are whole numbers then.
  const ranks: number[] = [];
  for (let from = 0; from < n;) {
    let to = from;
    const size = Math.abs(sorted[from]!);
    while (to + 1 < n && Math.abs(Math.abs(sorted[to + 1]!) - size) <= 1e-12 * size) to++;
    for (let i = from; i <= to; i++) ranks.push(from + to + 2);
    from = to + 1;
  }
  const total = n * (n + 1);
  let ways = new Float64Array(total + 1);
  ways[0] = 1;
  for (const rank of ranks) {
    const next = new Float64Array(total + 1);
    for (let sum = 0; sum <= total; sum++) {
      next[sum] = (ways[sum]! + (sum >= rank ? ways[sum - rank]! : 0)) / 2;
    }
    ways = next;
  }
  const positive = ranks.reduce((sum, rank, i) => sum + (sorted[i]! > 0 ? rank : 0), 0);
  const off = Math.abs(positive - total / 2);
  let p = 0;
  ways.forEach((share, sum) => {
    if (Math.abs(sum - total / 2) >= off - 1e-9) p += share;
  });
  return Math.min(1, p);
}
