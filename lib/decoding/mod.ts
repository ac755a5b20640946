/**
 * Decoding: speculative decoders over the `LanguageModel` interface, and their exact theory on chains.
 *
 * @module
 */
export * from "./distribution.ts";
export * from "./sampling.ts";
export * from "./sample_texts.ts";
export * from "./verification.ts";
export * from "./biased.ts";
export * from "./candidate_length.ts";
export * from "./stopping_rules.ts";
export * from "./acceptance_predictor.ts";
export * from "./draft_by.ts";
export { speculate, type SpeculativeOptions, type SpeculativeResult } from "./speculative.ts";
export * from "./speculate_texts.ts";
export { batchSpeculate, type BatchSpeculativeOptions } from "./batch_speculative.ts";
export * from "./batch_speculate_texts.ts";
export type { ExaminedPosition } from "./trace.ts";
export * from "./residual_chain.ts";
export * from "./counts.ts";
export * from "./look_ahead_counts.ts";
export * from "./lower_bound.ts";
export * from "./post_rejection.ts";
export * from "./pareto.ts";
export * from "./rational.ts";
export * from "./chain_simulator.ts";
export * from "./cost_model.ts";
export * from "./independent_acceptance.ts";
export * from "./finite_horizon.ts";
export * from "./known_acceptance.ts";
export * from "./greedy_oracle.ts";
export * from "./stretches.ts";
export * from "./acceptance_bias.ts";
export * from "./acceptance_head.ts";
export * from "./head_file.ts";
export * from "./feature_model.ts";
export * from "./acceptance_data.ts";
export * from "./head_training.ts";
export * from "./predict_states.ts";
export * from "./acceptance_log.ts";
export * from "./log_text.ts";
export * from "./what_if.ts";
export * from "./policy_spec.ts";
export * from "./wall_clock.ts";
export * from "./uncached.ts";
export * from "./heads/policies.ts";
export {
  ablationVariants,
  committedVariants,
  HEADS_FOLDER,
  type HeadsRecipe,
  headsRecipe,
  type HeadVariant,
  variantName,
} from "./heads/recipe.ts";
export {
  checkModels,
  type CommittedHeads,
  type HeadsResults,
  loadHeads,
  loadPrompts,
} from "./heads/results.ts";
export * from "./heads/remeasure.ts";
export { headFamily, ORACLE, SHUFFLED } from "./heads/families.ts";
export * from "./heads/measure.ts";
export * from "./heads/shuffled.ts";
