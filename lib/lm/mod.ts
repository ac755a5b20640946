/**
 * Language models: the interface all decoders see, and its implementations.
 *
 * @module
 */
export type { ExtendResult, LanguageModel, Sequence, Tokens } from "./interface/language_model.ts";
export * from "./exact/chains.ts";
export { historyModel, markovModel } from "./exact/table_model.ts";
export { ngramModel, type NgramOptions } from "./ngram/model.ts";
export { KneserNey } from "./ngram/kneser_ney.ts";
export { NgramCounts } from "./ngram/counts.ts";
export {
  checkBatch,
  checkPrompt,
  checkTokens,
  checkTruncation,
  closedError,
  staleError,
} from "./interface/sequence_checks.ts";
export { type RotaryTable, rotaryTable } from "./transformer/rotary.ts";
export { loadTokenizer, Tokenizer } from "./text/tokenizer.ts";
export { trainBpe } from "./text/bpe_trainer.ts";
export { sentences } from "./text/sentences.ts";
export {
  corpusBytes,
  type CorpusDocument,
  corpusDocuments,
  type CorpusRecipe,
  corpusRecipe,
  sha256,
} from "./corpora/corpus.ts";
export { type DisplayPorts, duration, standardError } from "./training/display.ts";
export type { CorpusMaker, MadeCorpus } from "./corpora/made_corpus.ts";
export { type LoadedModel, loadModel } from "./load_model.ts";
export { modelNames, readTransformer, type SavedTransformer } from "./transformer/model_folder.ts";
export { type ClosableModel, onnxModel, type OnnxModelOptions } from "./onnx/transformer_model.ts";
export { createSession, type Ort, type OrtSession } from "./onnx/runtime.ts";
export { OnnxGraph } from "./onnx/graph.ts";
export { type Card, NGRAM_MARGIN } from "./transformer/card.ts";
export { type ModelRecipe, modelRecipe } from "./transformer/recipe.ts";
export { type TrainingData, trainingData } from "./training/training_data.ts";
export {
  type StepProgress,
  train,
  type TrainingInput,
  type TrainingOptions,
  type TrainingResult,
} from "./training/trainer.ts";
export {
  type ArrayTree,
  disposeAll,
  type Jax,
  type JaxArray,
  loadJax,
  refs,
} from "./transformer/jax.ts";
export { fromFloats, fromIntegers, toFloats } from "./transformer/jax.ts";
export {
  parameterCount,
  tensorShapes,
  type TransformerConfig,
  transformerConfig,
  type TransformerSizes,
} from "./transformer/config.ts";
export {
  initialWeights,
  toParameters,
  type Transformer,
  transformer,
} from "./transformer/definition.ts";
export { crossEntropy, tokenLogProbs } from "./training/token_losses.ts";
export type {
  EngineOptions,
  GradientResult,
  TrainingEngine,
  TrainingState,
} from "./training/engine.ts";
export { OnnxEngine } from "./training/onnx_engine.ts";
export type { Optimizer } from "./training/flat_adamw.ts";
export { languageModelLoss, languageModelStep } from "./training/language_model_step.ts";
export {
  type ParameterBlock,
  parameterBlocks,
  tensorViews,
} from "./transformer/parameter_blocks.ts";
export type { Batch } from "./training/windows.ts";
export { type Checkpoint, loadCheckpoint, saveCheckpoint } from "./training/checkpoint.ts";
export { restoredState, stateTensors } from "./training/state_tensors.ts";
export {
  batchArrays,
  type Completion,
  completionBatch,
  completionLogProbs,
  perExampleGradients,
} from "./training/completions.ts";
export {
  type AdamWOptions,
  type AdamWState,
  adamWState,
  adamWStep,
  learningRate,
  type Schedule,
} from "./training/adamw.ts";
export {
  checkShapes,
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  type Safetensors,
  type Tensor,
  type TensorDtype,
} from "./transformer/safetensors.ts";
export {
  evaluate,
  evaluateNgrams,
  type EvaluationWindow,
  evaluationWindows,
  perplexity,
  surprisal,
} from "./training/evaluation.ts";
export { type TokenDocument, tokenDocument } from "./training/windows.ts";
export { openPublicModel, type PublicModelOptions } from "./public/public_model.ts";
export { downloadModel, type DownloadOptions, type DownloadPlan } from "./hub/download.ts";
export { type GenerateOptions, type TextModel, textModel } from "./text/text_model.ts";
export { type RemoteModelOptions, remoteTextModel } from "./text/remote_text_model.ts";
