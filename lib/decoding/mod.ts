/**
 * Decoding: speculative decoders over the `LanguageModel` interface, and their exact theory on chains.
 *
 * @module
 */
export * from "./distribution.ts";
export * from "./sampling.ts";
export * from "./verification.ts";
export * from "./biased.ts";
export * from "./candidate_length.ts";
export * from "./speculative.ts";
export * from "./batch_speculative.ts";
export type { ExaminedPosition } from "./trace.ts";
export * from "./residual_chain.ts";
export * from "./counts.ts";
export * from "./look_ahead_counts.ts";
export * from "./lower_bound.ts";
export * from "./post_rejection.ts";
export * from "./pareto.ts";
export * from "./rational.ts";
export * from "./chain_simulator.ts";
