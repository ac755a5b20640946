/**
 * Two classical conditions under which only the next lower action competes.
 *
 * @module
 */

/** Slack for rounding in the comparisons. */
const TOLERANCE = 1e-12;

/**
 * Monotone likelihood ratio: for every two actions a < b, `P_b/P_a` does not fall from one outcome to the
 * next better one.
 *
 * @param laws `m` rows of `n`, actions by increasing effort, outcomes from worst to best
 */
export function hasMonotoneLikelihoodRatio(laws: readonly ArrayLike<number>[]): boolean {
  for (let b = 1; b < laws.length; b++) {
    for (let a = 0; a < b; a++) {
      const low = laws[a]!, high = laws[b]!;
      for (let i = 0; i < low.length; i++) {
        for (let j = i + 1; j < low.length; j++) {
          if (high[j]! * low[i]! < high[i]! * low[j]! - TOLERANCE) return false;
        }
      }
    }
  }
  return true;
}

/**
 * Convexity of the distribution function: for actions a < b < d, with costs `c_b = (1 − θ)c_a + θc_d`, action b
 * does at least as well as mixing a and d with weight θ, in the sense of first-order dominance.
 */
export function hasConvexDistribution(
  laws: readonly ArrayLike<number>[],
  costs: ArrayLike<number>,
): boolean {
  const m = laws.length, n = laws[0]?.length ?? 0;
  for (let a = 0; a < m; a++) {
    for (let b = a + 1; b < m; b++) {
      for (let d = b + 1; d < m; d++) {
        const theta = (costs[b]! - costs[a]!) / (costs[d]! - costs[a]!);
        let middle = 0, mixed = 0;
        for (let i = 0; i < n; i++) {
          middle += laws[b]![i]!;
          mixed += (1 - theta) * laws[a]![i]! + theta * laws[d]![i]!;
          if (middle > mixed + TOLERANCE) return false;
        }
      }
    }
  }
  return true;
}
