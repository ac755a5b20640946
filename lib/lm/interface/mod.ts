/**
 * The one interface that every decoder sees.
 *
 * Begin with `LanguageModel` and `Sequence` in `language_model.ts`: a model opens growing texts, each with its own cache;
 * a decoder extends them, rolls them back, branches and closes them. `sequence_checks.ts` holds what every sequence
 * checks before it does anything, so that all models refuse the same mistake with the same message; a model's own
 * sequences extend `CheckedSequence` (`PassingSequence` where one pass carries several texts), and a model around another is made by `wrapModel`.
 *
 * Implementations: `exact`, `ngram`, `native`, `onnx` and `public`, and `lib/quantization`. The suite that each must pass is
 * `tests/lm/conformance.ts`.
 *
 * @module
 */
export * from "./checked_sequence.ts";
export * from "./language_model.ts";
export * from "./passing_sequence.ts";
export * from "./sequence_checks.ts";
export * from "./token_reader.ts";
export * from "./turns.ts";
export * from "./wrap_model.ts";
