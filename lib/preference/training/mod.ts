/**
 * Training a language model on preference pairs.
 *
 * Begin with `trainPreference` in `trainer.ts`. What a step descends on is a `PreferenceMethod` (`method.ts`): a loss of the
 * margin (`margin_method.ts`), pairwise-normalised steps (`normalised_method.ts`) or soft token masks
 * (`soft_mask_method.ts`). `curve.ts` measures pairs on the way. Pairs are read from a file, or made by a function that
 * the recipe names (`made_pairs.ts`).
 *
 * The arithmetic is done by an engine of `lm/training`.
 *
 * @module
 */
export { type PreferenceMethod, type StepGradient, type StepPairs } from "./method.ts";
export { marginMethod } from "./margin_method.ts";
export { normalisedMethod } from "./normalised_method.ts";
export { softMaskMethod } from "./soft_mask_method.ts";
export {
  measurePairs,
  type PreferencePoint,
  preferencePointSchema,
  synchronyRate,
} from "./curve.ts";
export {
  namedWeights,
  type PreferenceInput,
  type PreferenceOptions,
  type PreferenceResult,
  type PreferenceSettings,
  REFERENCE_FILES,
  trainPreference,
} from "./trainer.ts";
export type { LoopOptions, LoopResult } from "./training_loop.ts";
export type { MadePairs, PairMaker } from "./made_pairs.ts";
export { type PreferenceRecipe, preferenceRecipe, preferenceRecipeSchema } from "./recipe.ts";
export {
  exportPreferenceModel,
  type PreferenceData,
  preferenceData,
  trainRecipe,
} from "./build_model.ts";
