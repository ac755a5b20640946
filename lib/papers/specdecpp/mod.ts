/**
 * Paper 10, SpecDec++: its decision problem, solved exactly in small worlds.
 *
 * Begin with `solveIndependent` in `equal_acceptance.ts` (one acceptance probability), then `known_acceptance.ts` (drawn
 * from a finite law), `finite_horizon.ts` (a text of given length, by dynamic programming) and `greedy_oracle.ts`.
 * `stretch_chains.ts` is a pair of chains in which every acceptance probability is known. `explore_threshold.ts` is the figure
 * that can be moved.
 *
 * The heads of the paper are trained and measured in `heads`; the policies are in `decoding/policies`.
 *
 * @module
 */
export * from "./equal_acceptance.ts";
export {
  exploration as thresholdExploration,
  type ThresholdRound,
  thresholdRound,
} from "./explore_threshold.ts";
export * from "./finite_horizon.ts";
export * from "./greedy_oracle.ts";
export * from "./known_acceptance.ts";
export * from "./stretch_chains.ts";
