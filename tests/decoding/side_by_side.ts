/** Models and prompts for tests that decode many texts side by side. */
import { initialHead, withFeatures } from "offprint/decoding/heads/mod.ts";
import { stretchChains } from "offprint/papers/specdecpp/mod.ts";
import { markovChain, markovModel } from "offprint/lm/exact/mod.ts";

export const chains = stretchChains({
  kinds: [{ acceptance: 0.95, share: 0.6 }, { acceptance: 0.4, share: 0.4 }],
  persistence: 0.7,
});

export const size = 6;

export const draft = withFeatures(
  markovModel(chains.draft),
  (text) => Float32Array.from({ length: size }, (_, i) => Math.sin(i + (text.at(-1) ?? 0))),
);

export const target = markovModel(chains.target);

export const head = initialHead({ hiddenSize: size, depth: 2, tied: false }, 5);

export const prompts = [[], [0], [1, 2, 3], [2], [], [3, 0], [1]];

/** Chains of three tokens, the last one ending the text. */
export const ending = (name: string, rows: number[][]) =>
  markovModel(
    markovChain({ name, vocabSize: 3, end: 2, first: rows[0]!, next: (_, at) => rows[at]! }),
  );
