/**
 * Paper 02, A Theoretical Perspective for Speculative Decoding: the exact theory on chains.
 *
 * Begin with `expectedRejections` in `expected_rejections.ts` (Theorems 1 and 3). `lower_bound.ts` is Theorem 2,
 * `post_rejection.ts` Theorem 4, `pareto.ts` Theorem 5, `biased_rules.ts` the two biased decoders.
 * `look_ahead_counts.ts` has exact costs with a limited look-ahead; `chain_simulator.ts` simulates a hundred thousand texts on
 * the flat arrays of `chain_rows.ts`; `fractions.ts` computes without rounding. `rule_search.ts` attacks Theorem 2,
 * `running_average.ts` draws the simulation figure, `read_positions.ts` lets models take the place of chains.
 *
 * `explore_acceptance.ts` is the figure that can be moved.
 *
 * The decoders themselves are in `decoding/decoders`, the rules in `decoding/verification`.
 *
 * @module
 */
export * from "./biased_rules.ts";
export * from "./chain_simulator.ts";
export * from "./expected_rejections.ts";
export { exploration as acceptanceExploration, withProbability } from "./explore_acceptance.ts";
export * from "./four_tokens.ts";
export * from "./fractions.ts";
export * from "./look_ahead_counts.ts";
export * from "./lower_bound.ts";
export * from "./pareto.ts";
export * from "./post_rejection.ts";
export * from "./read_positions.ts";
export * from "./rule_search.ts";
export * from "./running_average.ts";
