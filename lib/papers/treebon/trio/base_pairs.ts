/**
 * What the preference-tuned policy learns from: pairs that the base wrote and the reward model labelled.
 *
 * @module
 */
import { sampleTexts } from "offprint/decoding/decoders/mod.ts";
import { loadModel } from "offprint/lm/mod.ts";
import type { Tokenizer } from "offprint/lm/text/mod.ts";
import type { PreferencePair } from "offprint/preference/pairs/mod.ts";
import { ranked } from "offprint/decoding/tree/mod.ts";
import { stream } from "offprint/random.ts";
import { eraCorpus } from "./eras.ts";
import { drawPrompts } from "./prompts.ts";
import { openReward } from "./trio.ts";

/** How the pairs are made. */
const BASE_PAIRS = {
  base: "sotu-draft",
  reward: "era-reward",
  /** Prompts, from addresses of half A. */
  prompts: 768,
  /** Answers to each, of which the best and the worst make a pair. */
  answers: 4,
  tokens: 64,
  seed: 1,
} as const;

/** Prompts whose answers are written in the same passes. */
const TOGETHER = 32;

/** Where they lie, from the project's folder on. */
export const BASE_PAIRS_FILE = "data/pairs/twentieth-century.jsonl";

/** How a policy's own answers become pairs. */
export interface AnswerPlan {
  /** The model that writes and what labels, by name in `data/models`; {@linkcode TrioNames} says what `likelihood` is. */
  base: string;
  reward: string;
  likelihood?: boolean;
  /** Answers to each prompt, of which the best and the worst make a pair. */
  answers: number;
  /** Longest answer. */
  tokens: number;
  seed: number;
  /**
   * Whether the end token is left out of the texts, because training puts it behind every answer. By default it stands there as
   * letters where an answer ended early, which 4 of the 768 pairs of the eras do.
   */
  ended?: boolean;
}

/**
 * Pairs of answers to prompts from half A.
 *
 * @param cache where the corpus is kept.
 */
export async function makeBasePairs(
  cache: URL,
  onPrompts: (done: number) => void = () => {},
): Promise<PreferencePair[]> {
  const { halfA } = await eraCorpus(cache);
  return await labelledAnswers(
    BASE_PAIRS,
    (tokenizer) =>
      drawPrompts(tokenizer, [...halfA.earlier, ...halfA.twentieth], {
        count: BASE_PAIRS.prompts,
        seed: BASE_PAIRS.seed,
      }),
    onPrompts,
  );
}

/**
 * Writes answers and labels them. An answer that says nothing but white space makes no pair.
 *
 * @param promptsOf the prompts, as token ids of the base's tokenizer.
 */
export async function labelledAnswers(
  { base, answers, tokens, seed, ended = false, ...labelling }: AnswerPlan,
  promptsOf: (tokenizer: Tokenizer) => readonly (readonly number[])[],
  onPrompts: (done: number) => void = () => {},
): Promise<PreferencePair[]> {
  const { model, tokenizer } = await loadModel(base);
  const end = tokenizer.eos;
  const labels = await openReward(labelling, end);
  const prompts = promptsOf(tokenizer);
  const pairs: PreferencePair[] = [];
  for (let from = 0; from < prompts.length; from += TOGETHER) {
    const some = prompts.slice(from, from + TOGETHER);
    const texts = await sampleTexts({
      model,
      prompts: some.flatMap((prompt) => new Array<readonly number[]>(answers).fill(prompt)),
      maxTokens: tokens,
      random: (text) =>
        stream(seed, "answers of the base", from + Math.floor(text / answers), text % answers),
      batch: TOGETHER * answers,
      ...(end === undefined ? {} : { stop: end }),
    });
    for (const [p, prompt] of some.entries()) {
      const own = texts.slice(p * answers, (p + 1) * answers);
      const scores = await labels.reward.score(
        prompt,
        own.map((tokens) => ({ tokens, complete: true })),
      );
      const order = ranked(Array.from(scores));
      const [chosen, rejected] = [order[0]!, order.at(-1)!].map((i) =>
        tokenizer.decode(ended ? own[i]!.filter((token) => token !== end) : own[i]!)
      );
      if (chosen!.trim() === "" || rejected!.trim() === "" || chosen === rejected) continue;
      pairs.push({
        id: `answers-${from + p + 1}`,
        prompt: tokenizer.decode(prompt),
        chosen: chosen!,
        rejected: rejected!,
        source: base,
        labelProbability: 1,
      });
    }
    onPrompts(from + some.length);
  }
  await model.close();
  await labels.close();
  return pairs;
}
