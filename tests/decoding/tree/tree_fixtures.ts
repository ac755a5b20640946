/**
 * What the tests of tree decoders share: fair bits with the number of ones as the reward, a chain that ends early, and
 * trained models in place of which a table stands.
 *
 * @module
 */
import { type LanguageModel, modelReader, type Tokens } from "offprint/lm/interface/mod.ts";
import { markovChain, markovModel } from "offprint/lm/exact/mod.ts";
import { logRatioScore, rewardFunction } from "offprint/decoding/tree/mod.ts";
import { stream } from "offprint/random.ts";

/** Fair, independent bits. */
export const FAIR_BITS: LanguageModel = markovModel(
  markovChain({ name: "fair bits", vocabSize: 2, first: [0.5, 0.5], next: () => [0.5, 0.5] }),
);

/** The number of ones. */
export function ones(tokens: Tokens): number {
  return tokens.reduce((sum, token) => sum + (token === 1 ? 1 : 0), 0);
}

/** It as a reward. */
export const ONES = rewardFunction("ones", ones);

/** The token that ends texts of {@linkcode endingModel}. */
export const END = 3;

/** Four tokens; after each, the last one ends the text with probability `chance`. */
export function endingModel(chance: number, name = "ending"): LanguageModel {
  const rest = (weights: number[]) => {
    const sum = weights.reduce((a, b) => a + b, 0);
    return [...weights.map((weight) => (1 - chance) * weight / sum), chance];
  };
  return markovModel(markovChain({
    name,
    vocabSize: 4,
    first: rest([2, 1, 1]),
    next: (_, previous) => rest([[1, 2, 3], [3, 1, 1], [1, 1, 1], [1, 1, 1]][previous]!),
  }));
}

/** A policy that was tuned towards ones, over the tokens of {@linkcode endingModel}. */
export function tunedModel(chance = 0.1): LanguageModel {
  return markovModel(markovChain({
    name: "tuned",
    vocabSize: 4,
    first: [0.2, 0.6, 0.2 - chance / 2, chance / 2],
    next: () => [0.2, 0.6, 0.2 - chance / 2, chance / 2],
  }));
}

/** A log-ratio score of it. */
export function tunedScore(name: string) {
  return logRatioScore(name, modelReader(tunedModel()));
}

/** Streams of one decoding. */
export function streams(seed: number, ...names: (string | number)[]) {
  return (path: readonly number[]) => stream(seed, "tree test", ...names, ...path);
}
