/** What tests of policies share. */
import { withFeatures } from "offprint/decoding/heads/mod.ts";
import { markovModel, sevenStateChains, twoStateChains } from "offprint/lm/exact/mod.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";

export const oneHot = (size: number) => (text: readonly number[]) =>
  Float32Array.from({ length: size }, (_, token) => token === text.at(-1) ? 1 : 0);

export function models(
  name: "two" | "seven" = "two",
): { draft: LanguageModel; target: LanguageModel } {
  const pair = name === "two" ? twoStateChains() : sevenStateChains();
  const draft = withFeatures(markovModel(pair.draft), oneHot(pair.draft.vocabSize));
  return { draft, target: markovModel(pair.target) };
}
