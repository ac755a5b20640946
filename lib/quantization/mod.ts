/**
 * Quantised language models (COMET): calibration, channel plans, decoders with W4Ax linear layers and a
 * 4-bit KV cache over `kernels/`, and the paper's schedule.
 *
 * @module
 */
export {
  calibrate,
  type Calibration,
  type CalibrationOptions,
  ChannelStatistics,
  checkDisjoint,
} from "./calibration.ts";
export {
  type ChannelPlan,
  channelPlan,
  type MeasuredPlan,
  type PlanOptions,
  shareOf4,
} from "./channel_plan.ts";
export { clippedCodes, clippedWeights } from "./clipped_weights.ts";
export { type InjectedChannel, type InjectionOptions, injectOutliers } from "./inject_outliers.ts";
export {
  type ManifestInput,
  manifestSchema,
  type QuantizationManifest,
  quantizationManifest,
  verifyManifest,
} from "./manifest.ts";
export { calibratedPlans, type Planner, sharedPlans, uniformPlans } from "./decoder_parts.ts";
export { floatForward, type FloatResult, type Observer, type Weights } from "./float_decoder.ts";
export {
  decoderFrame,
  defaultBlockSize,
  type QuantizationOptions,
  quantizeDecoder,
} from "./quantize_decoder.ts";
export {
  type QuantizedMemory,
  QuantizedModel,
  quantizedModel,
  type RunOptions,
} from "./decoder.ts";
export { type LoadedQuantized, loadQuantized } from "./load_quantized.ts";
export {
  loads,
  longestFirst,
  makespan,
  makespanWithBarriers,
  remap,
  roundRobin,
  type Schedule,
  split,
  type TilePart,
} from "./schedule.ts";
export type { PartName } from "./part_name.ts";
