/**
 * From a corpus to batches of tokens.
 *
 * Begin with `training_data.ts`, which follows a recipe: corpus, tokenizer, token ids. `windows.ts` cuts documents into
 * windows of one length and draws batches from them; the order depends on the seed alone.
 *
 * @module
 */
export * from "./training_data.ts";
export { type Batch, type TokenDocument, tokenDocument } from "./windows.ts";
