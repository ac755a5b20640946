/**
 * Language models: the interface all decoders see, and its implementations.
 *
 * @module
 */
export type { ExtendResult, LanguageModel, Sequence, Tokens } from "./types.ts";
export * from "./markov_chains.ts";
export { historyModel, markovModel } from "./markov.ts";
