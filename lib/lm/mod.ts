/**
 * Language models: the interface all decoders see, and its implementations.
 *
 * @module
 */
export type { ExtendResult, LanguageModel, Sequence, Tokens } from "./types.ts";
export * from "./markov_chains.ts";
export { historyModel, markovModel } from "./markov.ts";
export { ngramModel, type NgramOptions } from "./ngram_model.ts";
export { KneserNey } from "./kneser_ney.ts";
export { NgramCounts } from "./ngram_counts.ts";
export {
  checkBatch,
  checkPrompt,
  checkTokens,
  checkTruncation,
  closedError,
  staleError,
} from "./token_sequence.ts";
export { type RotaryTable, rotaryTable } from "./rotary.ts";
export { loadTokenizer, Tokenizer } from "./tokenizer.ts";
export { trainBpe } from "./bpe_trainer.ts";
export { sentences } from "./sentences.ts";
export {
  corpusBytes,
  type CorpusDocument,
  corpusDocuments,
  type CorpusRecipe,
  corpusRecipe,
  sha256,
} from "./corpus.ts";
export { type DisplayPorts, duration, standardError } from "./training_display.ts";
export type { CorpusMaker, MadeCorpus } from "./made_corpus.ts";
export { type LoadedModel, loadModel } from "./load_model.ts";
export { modelNames, readTransformer, type SavedTransformer } from "./model_folder.ts";
export { type ClosableModel, onnxModel, type OnnxModelOptions } from "./onnx_model.ts";
export { createSession, type Ort, type OrtSession } from "./onnx_runtime.ts";
export { OnnxGraph } from "./onnx_graph.ts";
export { type Card, NGRAM_MARGIN } from "./card.ts";
export { type ModelRecipe, modelRecipe } from "./recipe.ts";
export { type TrainingData, trainingData } from "./training_data.ts";
export {
  type StepProgress,
  train,
  type TrainingInput,
  type TrainingOptions,
  type TrainingResult,
} from "./trainer.ts";
export { type ArrayTree, disposeAll, type Jax, type JaxArray, loadJax, refs } from "./jax.ts";
export { fromFloats, fromIntegers, toFloats } from "./jax.ts";
export {
  parameterCount,
  tensorShapes,
  type TransformerConfig,
  transformerConfig,
  type TransformerSizes,
} from "./transformer_config.ts";
export { initialWeights, toParameters, type Transformer, transformer } from "./transformer.ts";
export { crossEntropy, tokenLogProbs } from "./token_losses.ts";
export {
  batchArrays,
  type Completion,
  type CompletionBatch,
  completionBatch,
  completionLogProbs,
  perExampleGradients,
} from "./completions.ts";
export {
  type AdamWOptions,
  type AdamWState,
  adamWState,
  adamWStep,
  learningRate,
  type Schedule,
} from "./adamw.ts";
export {
  checkShapes,
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  type Safetensors,
  type Tensor,
  type TensorDtype,
} from "./safetensors.ts";
export { evaluate, evaluateNgrams, perplexity, surprisal } from "./evaluation.ts";
export { openPublicModel, type PublicModelOptions } from "./public_model.ts";
export { downloadModel, type DownloadOptions, type DownloadPlan } from "./download.ts";
export { type GenerateOptions, type TextModel, textModel } from "./text_model.ts";
export { type RemoteModelOptions, remoteTextModel } from "./remote_text_model.ts";
