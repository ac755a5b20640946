/** Models whose acceptance is known, for tests of heads. */
import { type AcceptanceData, acceptanceData, withFeatures } from "offprint/decoding/heads/mod.ts";
import { stretchChains } from "offprint/papers/specdecpp/mod.ts";
import { markovModel } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";

export const kinds = [
  { acceptance: 0.98, share: 0.5 },
  { acceptance: 0.7, share: 0.3 },
  { acceptance: 0.2, share: 0.2 },
];

export const chains = stretchChains({ kinds, persistence: 0.5 });

export const draft = withFeatures(
  markovModel(chains.draft),
  (text) => Float32Array.from({ length: 12 }, (_, token) => token === text.at(-1) ? 1 : 0),
);

export const target = markovModel(chains.target);

export const empty = (texts: number): number[][] => Array.from({ length: texts }, () => []);

export let trainingData: Promise<AcceptanceData> | undefined;

export function data(): Promise<AcceptanceData> {
  trainingData ??= acceptanceData({
    draft,
    target,
    prompts: empty(80),
    maxTokens: 60,
    random: (text) => stream(9, "training", text),
  });
  return trainingData;
}
