/**
 * The decoders: from models and options to texts with their counts.
 *
 * Begin with `speculate` in `speculate.ts`: a draft proposes, the target verifies in one pass. Its loop is
 * `speculation_loop.ts`, a generator that asks for model passes, so that one text (`speculate`) and many side by side
 * (`speculateTexts`) are decoded by the same lines. `batch_speculate.ts` tries several drafts at once;
 * `sample.ts` and `sample_texts.ts` are plain sampling. `trace.ts` is what can be recorded about each position;
 * `reread_model.ts` takes a model's cache away, for comparisons.
 *
 * Where a rejection is decided: `accept_candidates.ts`, by a rule of `verification`. How many candidates a round has: `policies`.
 *
 * @module
 */
export { batchSpeculate, type BatchSpeculativeOptions } from "./batch_speculate.ts";
export * from "./batch_speculate_texts.ts";
export * from "./reread_model.ts";
export * from "./sample.ts";
export * from "./sample_texts.ts";
export { speculate } from "./speculate.ts";
export type { SpeculativeOptions, SpeculativeResult } from "./speculation_loop.ts";
export * from "./speculate_texts.ts";
export type { ExaminedPosition } from "./trace.ts";
