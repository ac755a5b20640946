/**
 * Language models: the front door, with the interface and the one function that opens a model by name.
 * Everything else is in a room of its own:
 *
 * | room | what is there |
 * |---|---|
 * | `interface` | what every decoder sees |
 * | `exact`, `ngram` | models whose probabilities are known exactly |
 * | `transformer` | shapes, weights and files of transformers, and their definition in jax-js |
 * | `native` | transformers through the native kernels, the default of ours |
 * | `onnx`, `public` | transformers through ONNX Runtime: ours where there are no such kernels or a gradient is taken, and public ones |
 * | `text` | tokenizers, and models that take and give text |
 * | `corpora`, `training` | text to train on, and training |
 * | `hub` | downloading public models |
 *
 * Import a room as `offprint/lm/ROOM/mod.ts`.
 *
 * @module
 */
export type { ExtendResult, LanguageModel, Sequence, Tokens } from "./interface/language_model.ts";
export { type LoadedModel, type LoadedReader, loadModel, loadReader } from "./load_model.ts";
