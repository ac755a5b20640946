/**
 * Intervals for quantities over things that come in groups, such as all mutants of one function.
 *
 * @module
 */
import { stream } from "./random.ts";
import { type BootstrapOptions, type MeanInterval, quantile } from "./stats.ts";

/** An interval with the share of resamples on each side of 0. */
export interface ClusterInterval extends MeanInterval {
  /** Two-sided: twice the smaller share of resamples at or beyond 0, at most 1, at least 1 in the number of resamples. */
  p: number;
}

/**
 * Percentile bootstrap that draws whole clusters. Each cluster is a list of sums (of as many things in each cluster), and
 * the statistic works on the sums over the drawn clusters, so that ratios and differences of ratios are estimated as they
 * are reported. `mean` is the statistic of all clusters. Resamples for which it is no number are left out.
 *
 * @throws {RangeError} for fewer than two clusters.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { clusterBootstrap } from "offprint/cluster_bootstrap.ts";
 *
 * // Passed tests and all tests of three functions.
 * const { mean, n } = clusterBootstrap([[3, 4], [8, 8], [1, 4]], ([passed, all]) => passed! / all!, {
 *   seed: 1,
 * });
 * assertEquals([mean, n], [0.75, 3]);
 * ```
 */
export function clusterBootstrap(
  clusters: readonly (readonly number[])[],
  statistic: (sums: readonly number[]) => number,
  { seed, resamples = 10_000, level = 0.95 }: BootstrapOptions,
): ClusterInterval {
  const n = clusters.length;
  if (n < 2) throw new RangeError(`clusterBootstrap: got ${n} clusters, expected at least 2`);
  const width = clusters[0]!.length;
  const random = stream(seed, "cluster bootstrap");
  const sumOf = (drawn: (at: number) => readonly number[]): number[] => {
    const sums = Array<number>(width).fill(0);
    for (let k = 0; k < n; k++) {
      const cluster = drawn(k);
      for (let j = 0; j < width; j++) sums[j]! += cluster[j]!;
    }
    return sums;
  };
  const values: number[] = [];
  for (let r = 0; r < resamples; r++) {
    const value = statistic(sumOf(() => clusters[random.integer(n)]!));
    if (!Number.isNaN(value)) values.push(value);
  }
  values.sort((a, b) => a - b);
  const below = values.filter((value) => value <= 0).length / values.length;
  const above = values.filter((value) => value >= 0).length / values.length;
  const tail = (1 - level) / 2;
  return {
    mean: statistic(sumOf((k) => clusters[k]!)),
    low: quantile(values, tail),
    high: quantile(values, 1 - tail),
    n,
    p: Math.min(1, Math.max(2 * Math.min(below, above), 1 / resamples)),
  };
}
