/**
 * Cores of quantised inference: 4-bit matrix products with mixed 4/8-bit activations (W4Ax), a 4-bit
 * KV cache with attention, whole forward passes of a decoder, quantised or in 32-bit floats, training passes, sampling and speculative
 * verification; in plain TypeScript, in C and in WGSL.
 * Imports nothing of the rest of the project. See README.md.
 *
 * @module
 */
export { openKernels, type OpenOptions } from "./open.ts";
export { type UsableKernels, usableKernels } from "./usable.ts";
export type { Backend, Kernels } from "./contract/types.ts";
export { KernelError, type KernelErrorParts } from "./contract/errors.ts";
export type { Variant } from "./native/build.ts";
export {
  type CoreDescription,
  type CoreName,
  type CoreShapes,
  describeCore,
  type PassShape,
  type TrainingShape,
} from "./contract/core_descriptions.ts";
export {
  type TrainingBatch,
  type TrainingBlock,
  type TrainingBlocks,
  trainingBlocks,
  type TrainingLayer,
  TrainingModel,
  type TrainingParts,
  type TrainingSizes,
} from "./contract/training.ts";
export type { AdamWBlock, AdamWState, AdamWStep } from "./contract/adamw.ts";
export {
  BLOCK_SIZES,
  BlockMatrix,
  type BlockSize,
  type MatrixCodes,
  type MatrixSizes,
} from "./contract/block_matrix.ts";
export { PackedWeights, PackedWeights8, type Weights } from "./contract/packed_weights.ts";
export {
  type ActivationFormat,
  type ActivationScheme,
  QuantizedActivations,
} from "./contract/quantized_activations.ts";
export { GROUP_SIZES, type GroupSize, KvLayout, type KvShape } from "./contract/kv_layout.ts";
export {
  KvCache,
  type KvExtension,
  type KvHome,
  type KvPass,
  type KvText,
  ROLLBACK_TOKENS,
} from "./contract/kv_cache.ts";
export {
  Decoder,
  type DecoderLayer,
  type DecoderLinear,
  type DecoderParts,
  isLinear,
} from "./contract/decoder.ts";
export {
  Fp32Decoder,
  type Fp32DecoderParts,
  type Fp32Layer,
  type Fp32LayerParts,
  type PanelMatrix,
} from "./contract/fp32_decoder.ts";
export { Fp32Text } from "./contract/fp32_text.ts";
export { adamw, globalNorm } from "./reference/adamw.ts";
export { quantizeWeights, quantizeWeights8 } from "./reference/weights.ts";
export {
  type Draft,
  type Extension32,
  type ForwardResult,
  PLAIN_SAMPLING,
  type SamplingOptions,
  type Verdicts,
} from "./contract/types.ts";
export { LEAST_RESIDUAL } from "./reference/verification.ts";
