/**
 * What the preference-tuned policy learns from: pairs that the base wrote and the reward model labelled.
 *
 * @module
 */
import { sampleTexts } from "offprint/decoding/decoders/mod.ts";
import { loadModel } from "offprint/lm/mod.ts";
import type { PreferencePair } from "offprint/preference/pairs/mod.ts";
import { responseReward, RewardModel } from "offprint/preference/reward/mod.ts";
import { ranked } from "offprint/decoding/tree/mod.ts";
import { stream } from "offprint/random.ts";
import { eraCorpus } from "./eras.ts";
import { drawPrompts } from "./prompts.ts";

/** How the pairs are made. */
export const BASE_PAIRS = {
  base: "sotu-draft",
  reward: "era-reward",
  /** Prompts, from addresses of half A. */
  prompts: 1500,
  /** Answers to each, of which the best and the worst make a pair. */
  answers: 4,
  tokens: 64,
  seed: 1,
} as const;

/** Where they lie, from the project's folder on. */
export const BASE_PAIRS_FILE = "data/pairs/twentieth-century.jsonl";

/**
 * Writes answers and labels them. An answer that says nothing but white space makes no pair.
 *
 * @param cache where the corpus is kept.
 */
export async function makeBasePairs(
  cache: URL,
  onPrompts: (done: number) => void = () => {},
): Promise<PreferencePair[]> {
  const { base, reward: rewardName, prompts: count, answers, tokens, seed } = BASE_PAIRS;
  const { halfA } = await eraCorpus(cache);
  const { model, tokenizer } = await loadModel(base);
  const { model: rewardModel } = await RewardModel.load(rewardName);
  const end = tokenizer.eos;
  const reward = responseReward(rewardModel, { name: rewardName, end });
  const prompts = drawPrompts(tokenizer, [...halfA.earlier, ...halfA.twentieth], { count, seed });
  const pairs: PreferencePair[] = [];
  for (const [number, prompt] of prompts.entries()) {
    const texts = await sampleTexts({
      model,
      prompts: new Array(answers).fill(prompt),
      maxTokens: tokens,
      random: (answer) => stream(seed, "answers of the base", number, answer),
      ...(end === undefined ? {} : { stop: end }),
    });
    const scores = await reward.score(
      prompt,
      texts.map((text) => ({ tokens: text, complete: true })),
    );
    const order = ranked(scores);
    const [chosen, rejected] = [order[0]!, order.at(-1)!].map((i) => tokenizer.decode(texts[i]!));
    if (chosen!.trim() !== "" && rejected!.trim() !== "" && chosen !== rejected) {
      pairs.push({
        id: `answers-${number + 1}`,
        prompt: tokenizer.decode(prompt),
        chosen: chosen!,
        rejected: rejected!,
        source: base,
        labelProbability: 1,
      });
    }
    if ((number + 1) % 50 === 0) onPrompts(number + 1);
  }
  await model.close();
  await rewardModel.close();
  return pairs;
}
