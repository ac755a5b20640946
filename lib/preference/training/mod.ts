/** Training on pairs. @module */
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
  trainPreference,
} from "./trainer.ts";
