/**
 * Modules as English sentences from templates, and the sentences read back.
 *
 * Begin with `describe` in `describe.ts` and its inverse, `readDescription` in `read_description.ts`: that a description
 * gives the module back shows that nothing was lost. `item_sentences.ts`, `statement_phrases.ts` and `phrases.ts` say one kind
 * of construct each; `phrase_reader.ts` and `word_reader.ts` read them. `copy_check.ts` asks whether a description
 * gives the code away.
 *
 * @module
 */
export * from "./copy_check.ts";
export * from "./describe.ts";
export * from "./read_description.ts";
