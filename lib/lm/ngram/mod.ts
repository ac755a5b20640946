/**
 * n-gram models with exact probabilities: interpolated Kneser–Ney.
 *
 * Begin with `ngramModel` in `model.ts`, which puts one behind the `LanguageModel` interface. `counts.ts` counts a text
 * as a trie; `kneser_ney.ts` turns counts into probabilities.
 *
 * @module
 */
export { NgramCounts } from "./ngram_counts.ts";
export * from "./kneser_ney.ts";
export * from "./model.ts";
