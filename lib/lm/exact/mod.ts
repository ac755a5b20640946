/**
 * Exact models: tables in place of networks, for which the right answer is known to the last digit.
 *
 * Begin with `markovModel` in `table_model.ts`, a first-order chain behind the `LanguageModel` interface; `historyModel`
 * is a table over whole histories. `chains.ts` has the chains themselves and the pairs that the notebooks use.
 *
 * @module
 */
export * from "./chains.ts";
export * from "./table_model.ts";
