/**
 * One step of training: the gradient of a batch and the update of the weights.
 *
 * Begin with `engine.ts`, the interface: weights in, a batch in, losses and new weights out. `open_engine.ts` chooses between three
 * that compute the same: jax-js (`jax_engine.ts`, the definition), ONNX Runtime (`onnx_engine.ts`, several times as fast), and the
 * project's own kernels (`native_engine.ts`, faster still, with the same bits on every processor).
 * `language_model_step.ts` makes a step of next-token prediction from a batch, `token_losses.ts` has its losses. `adamw.ts` is the
 * optimiser with its learning rates, `flat_adamw.ts` the same over one flat array, as `flat_state.ts` lays them out; `state_tensors.ts` names what a checkpoint must keep.
 *
 * @module
 */
export {
  type AdamWOptions,
  type AdamWState,
  adamWState,
  adamWStep,
  learningRate,
  type Schedule,
} from "./adamw.ts";
export type {
  EngineOptions,
  ForwardPass,
  GradientResult,
  StepResult,
  TrainingEngine,
  TrainingState,
} from "./engine.ts";
export { DEFAULT_ADAMW, flatAdamW, type FlatState, type Optimizer } from "./flat_adamw.ts";
export * from "./language_model_step.ts";
export { NativeEngine } from "./native_engine.ts";
export { OnnxEngine } from "./onnx_engine.ts";
export { restoredState, stateTensors } from "./state_tensors.ts";
export * from "./token_losses.ts";
