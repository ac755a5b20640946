/**
 * Training a transformer from its recipe, with checkpoints, and measuring what came out.
 *
 * Begin with `train` in `trainer.ts`. The room `batches` turns a corpus into windows of tokens; an engine of the room `engines` does the
 * arithmetic of a step. `checkpoint.ts` saves a training so that it can go on, `display.ts` says how far it has come,
 * `completions.ts` has the log-probabilities of answers, `evaluation.ts` perplexities, and `export_model.ts` writes the folder
 * that `loadModel` opens.
 *
 * @module
 */
export * from "./batches/mod.ts";
export { type Checkpoint, forgetCheckpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
export * from "./completions.ts";
export * from "./display.ts";
export * from "./engines/mod.ts";
export {
  evaluate,
  evaluateNgrams,
  type EvaluationWindow,
  evaluationWindows,
  perplexity,
  scoreWindows,
  surprisal,
} from "./evaluation.ts";
export * from "./export_model.ts";
export * from "./trainer.ts";
