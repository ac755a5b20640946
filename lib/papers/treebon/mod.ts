/**
 * Paper 01, TreeBoN: speculative tree search and best-of-N sampling.
 *
 * Begin with `eras.ts`: the addresses by century and by who learns from them. `passages.ts` draws runs of sentences, and
 * `era_pairs.ts` makes the pairs from which the reward model of the rerun learns.
 *
 * The decoders are in `decoding/tree`.
 *
 * @module
 */
export * from "./eras.ts";
export * from "./passages.ts";
export * from "./era_pairs.ts";
