/**
 * Decoding: speculative decoders over the `LanguageModel` interface, and their exact theory on chains.
 *
 * @module
 */
export * from "./verification/distribution.ts";
export * from "./decoders/sample.ts";
export * from "./decoders/sample_texts.ts";
export * from "./verification/verification.ts";
export * from "../papers/specdec_theory/biased_rules.ts";
export * from "./policies/drafting_policy.ts";
export * from "./policies/stopping_rules.ts";
export * from "./policies/predictor.ts";
export * from "./policies/policy_of_rule.ts";
export {
  speculate,
  type SpeculativeOptions,
  type SpeculativeResult,
} from "./decoders/speculate.ts";
export * from "./decoders/speculate_texts.ts";
export { batchSpeculate, type BatchSpeculativeOptions } from "./decoders/batch_speculate.ts";
export * from "./decoders/batch_speculate_texts.ts";
export type { ExaminedPosition } from "./decoders/trace.ts";
export * from "./verification/residual_chain.ts";
export * from "../papers/specdec_theory/expected_rejections.ts";
export * from "../papers/specdec_theory/look_ahead_counts.ts";
export * from "../papers/specdec_theory/lower_bound.ts";
export * from "../papers/specdec_theory/post_rejection.ts";
export * from "../papers/specdec_theory/pareto.ts";
export * from "../papers/specdec_theory/fractions.ts";
export * from "../papers/specdec_theory/chain_simulator.ts";
export * from "./policies/cost_model.ts";
export * from "../papers/specdecpp/equal_acceptance.ts";
export * from "../papers/specdecpp/finite_horizon.ts";
export * from "../papers/specdecpp/known_acceptance.ts";
export * from "../papers/specdecpp/greedy_oracle.ts";
export * from "../papers/specdecpp/stretch_chains.ts";
export * from "./heads/bias.ts";
export * from "./heads/head.ts";
export * from "./heads/file.ts";
export * from "./heads/feature_model.ts";
export * from "./heads/data.ts";
export * from "./heads/training.ts";
export * from "./heads/predict_states.ts";
export * from "./what_if/log.ts";
export * from "./what_if/write_log.ts";
export * from "./what_if/what_if.ts";
export * from "./policies/policy_text.ts";
export * from "./what_if/timing.ts";
export * from "./decoders/reread_model.ts";
export * from "../papers/specdecpp/heads/measured_policies.ts";
export {
  ablationVariants,
  committedVariants,
  HEADS_FOLDER,
  type HeadsRecipe,
  headsRecipe,
  type HeadVariant,
  variantName,
} from "../papers/specdecpp/heads/recipe.ts";
export {
  checkModels,
  type CommittedHeads,
  type HeadsResults,
  loadHeads,
  loadPrompts,
} from "../papers/specdecpp/heads/results.ts";
export * from "../papers/specdecpp/heads/remeasure.ts";
export { headFamily, ORACLE, SHUFFLED } from "../papers/specdecpp/heads/families.ts";
export * from "../papers/specdecpp/heads/measure.ts";
export * from "../papers/specdecpp/heads/shuffled_head.ts";
