/**
 * What best-of-N and TreeBoN cost, as planned before a run (section 4 of paper 01's spec): no text ends early.
 *
 * @module
 */

/** Tokens that each model reads, in all. */
export interface PlannedCost {
  /** Drawn, and counted as read by the policy. */
  policy: number;
  /** Read by the preference-tuned policy when it goes on where it stopped. */
  incremental: number;
  /** Read by it when it reads every prefix from its beginning. */
  rescoring: number;
  /** Read by the reward model. */
  reward: number;
  /** Parents kept in a layer. */
  parents: number;
}

/**
 * The cost of a tree; with one layer that of best-of-N.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { plannedCost } from "offprint/papers/treebon/mod.ts";
 *
 * const { policy, incremental, rescoring } = plannedCost({ n: 128, children: 4, layers: 4, maxTokens: 192 });
 * assertEquals([policy, incremental, rescoring], [24576, 18432, 36864]);
 * ```
 */
export function plannedCost(
  { n, children, layers, maxTokens }: {
    n: number;
    children: number;
    layers: number;
    maxTokens: number;
  },
): PlannedCost {
  const segment = Math.floor(maxTokens / layers);
  const boundaries = Array.from({ length: layers - 1 }, (_, i) => (i + 1) * segment);
  return {
    policy: n * maxTokens,
    incremental: n * (boundaries.at(-1) ?? 0),
    rescoring: n * boundaries.reduce((sum, length) => sum + length, 0),
    reward: n * maxTokens,
    parents: n / children,
  };
}

/** Forward tokens of three models of one size, TreeBoN over best-of-N. */
export function costRatio(cost: PlannedCost): number {
  return (cost.policy + cost.incremental + cost.reward) / (cost.policy + cost.reward);
}
