/**
 * Training a transformer from its recipe, with checkpoints, and measuring what came out.
 *
 * Begin with `train` in `trainer.ts`. It decides windows (`windows.ts`) and learning rates (`adamw.ts`); an engine does the
 * arithmetic: `engine.ts` is the interface, `open_engine.ts` chooses between jax-js (`jax_engine.ts`, the definition) and
 * ONNX Runtime (`onnx_engine.ts`, several times as fast). `token_losses.ts` and `completions.ts` have losses,
 * `evaluation.ts` perplexities, `export_model.ts` writes the folder that `loadModel` opens. `training_data.ts` turns
 * a corpus into tokens; `display.ts` says how far a training has come.
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
export * from "./completions.ts";
export * from "./display.ts";
export {
  evaluate,
  evaluateNgrams,
  type EvaluationWindow,
  evaluationWindows,
  perplexity,
  scoreWindows,
  surprisal,
} from "./evaluation.ts";
export { type Batch, type TokenDocument, tokenDocument } from "./windows.ts";
export * from "./export_model.ts";
export * from "./token_losses.ts";
export * from "./trainer.ts";
export * from "./training_data.ts";
export type { EngineOptions, GradientResult, TrainingEngine, TrainingState } from "./engine.ts";
export { OnnxEngine } from "./onnx_engine.ts";
export { DEFAULT_ADAMW, type Optimizer } from "./flat_adamw.ts";
export * from "./language_model_step.ts";
export { type Checkpoint, forgetCheckpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
export { restoredState, stateTensors } from "./state_tensors.ts";
