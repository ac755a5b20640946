/**
 * A simulator of quantised transformers: any scheme of roundings and transforms, run in floats through ONNX
 * Runtime. Where the kernels know a scheme too, both agree; what only the simulator knows are scales per
 * token, static ranges, weights or cache alone, SmoothQuant's scales and rotations.
 *
 * @module
 */
export { hadamardRotation } from "./hadamard.ts";
export { layerErrors } from "./layer_errors.ts";
export {
  calibrateFast,
  type InputObserver,
  observeInputs,
  type PartError,
  partErrors,
  streamErrors,
} from "./observe.ts";
export { roundedWeights, schemedWeights, transformedWeights } from "./rounded_weights.ts";
export {
  type ActivationRounding,
  IN_FLOATS,
  type KvRounding,
  LAYER_PARTS,
  type LayerPart,
  onlyWhere,
  type PartScheme,
  type Scheme,
  transformsOnly,
  type WeightRounding,
  withKv,
} from "./scheme.ts";
export {
  fmpq,
  fmpqBlocks,
  type FmpqOptions,
  perBlock,
  perToken,
  perTokenW4,
  rotated,
  smoothQuant,
  weightOnly,
} from "./schemes.ts";
export {
  type DocumentScore,
  type PositionScores,
  Simulator,
  simulator,
  type SimulatorOptions,
  totalScore,
} from "./simulator.ts";
