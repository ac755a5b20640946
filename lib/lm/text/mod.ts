/**
 * Between characters and tokens, and models that take text.
 *
 * Begin with `loadTokenizer` in `tokenizer.ts` (Hugging Face's `tokenizer.json`). `bpe_trainer.ts` learns one from text;
 * `byte_level.ts` has the alphabet that both use; `sentences.ts` cuts running text. `textModel` in
 * `text_model.ts` makes a model with a tokenizer into something that continues text; `remoteTextModel` in
 * `remote_text_model.ts` does the same for a server, as a thin caller of `lib/chat`. `same_vocabulary.ts`
 * says whether two models speak of the same tokens.
 *
 * @module
 */
export { trainBpe } from "./bpe_trainer.ts";
export * from "./remote_text_model.ts";
export * from "./same_vocabulary.ts";
export * from "./sentences.ts";
export * from "./text_model.ts";
export * from "./tokenizer.ts";
