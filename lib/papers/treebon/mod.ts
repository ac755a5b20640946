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
export * from "./bit_tree.ts";
export * from "./gaussian_tree.ts";
export * from "./signal.ts";
export * from "./costs.ts";
export * from "./exact_policy.ts";
export * from "./token_counts.ts";
export * from "./chain_lab.ts";
export * from "./eras.ts";
export * from "./passages.ts";
export * from "./era_pairs.ts";
export * from "./prompts.ts";
export * from "./base_pairs.ts";
export * from "./era_judge.ts";
export * from "./trio.ts";
export * from "./trio_arms.ts";
export * from "./trio_experiment.ts";
export * from "./trio_results.ts";
