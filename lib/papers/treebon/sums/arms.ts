/**
 * What is compared in the second task.
 *
 * @module
 */
import type { Tokenizer } from "offprint/lm/text/mod.ts";
import { stream } from "offprint/random.ts";
import type { ResponseJudge } from "../trio/era_judge.ts";
import { TRIO_ARMS, type TrioArm } from "../trio/arms.ts";
import type { AnswerPlan } from "../trio/base_pairs.ts";
import type { TrioNames } from "../trio/trio.ts";
import { drawSums, isRightSum, type Sum, sumPrompt } from "./worked_sum.ts";

/** The models of the second task, by name in `data/models`. */
export const SUMS_TRIO: TrioNames = {
  policy: "sums",
  tuned: "sums-dpo",
  reward: "right-sums",
  likelihood: true,
};

/**
 * The same with a policy tuned by DPOP, which does not let the chosen answer fall below its start. Planned after plain DPO had
 * been seen to do that: its chosen answers fell from −1.5 to −6.4 nats.
 */
export const SUMS_DPOP_TRIO: TrioNames = { ...SUMS_TRIO, tuned: "sums-dpop" };

/** Longest answer, tokens: a worked sum of four digits takes at most 42, and four layers divide it. */
export const SUM_TOKENS = 44;

/** Where the results lie. */
export const SUMS_RESULTS_FILE = new URL("../../../../data/results/01-sums.json", import.meta.url);

/** Where those of {@linkcode SUMS_DPOP_TRIO} lie. */
export const SUMS_DPOP_RESULTS_FILE = new URL(
  "../../../../data/results/01-sums-dpop.json",
  import.meta.url,
);

/** Where the pairs of the tuned policy lie, from the project's folder on. */
export const SUM_ANSWERS_FILE = "data/pairs/sum-answers.jsonl";

/** How they are made. */
export const SUM_ANSWERS: AnswerPlan & { prompts: number } = {
  base: SUMS_TRIO.policy,
  reward: SUMS_TRIO.reward,
  likelihood: true,
  prompts: 768,
  answers: 4,
  tokens: SUM_TOKENS,
  seed: 1,
  ended: true,
};

const NAMES = [
  "samples",
  "tree, weighted",
  "tree, sum",
  "tree, rm",
  "tree, random",
  "tree, weighted, N = 8",
  "best of 16 from the tuned policy",
  "tree, weighted, N = 32",
];

function onSums(names: readonly string[]): readonly (readonly TrioArm[])[] {
  return [names.map((name) => ({ ...TRIO_ARMS.get(name)!, maxTokens: SUM_TOKENS }))];
}

/** The arms of the trio that are run on sums, in that order. */
export const SUMS_TIERS = onSums(NAMES);

/** Those that the tuned policy has a part in. */
export const SUMS_DPOP_TIERS = onSums([
  "samples",
  "tree, weighted",
  "tree, sum",
  "best of 16 from the tuned policy",
]);

/** Sums of the test, the first `count` of a fixed order. */
export function testSums(count: number): Sum[] {
  return drawSums("test", count, stream(1, "test sums"));
}

/** Sums that the tuned policy's pairs are made of, from the policy's part. */
export function answeredSums(): Sum[] {
  return drawSums("policy", SUM_ANSWERS.prompts, stream(SUM_ANSWERS.seed, "answered sums"));
}

/** Sums as prompts. */
export function sumPrompts(tokenizer: Pick<Tokenizer, "encode">, sums: readonly Sum[]): number[][] {
  return sums.map((sum) => tokenizer.encode(sumPrompt(sum)));
}

/** The checker as a judge: 1 for the right number, 0 for any other or none. */
export function sumJudge(tokenizer: Pick<Tokenizer, "decode" | "eos">): ResponseJudge {
  const { eos } = tokenizer;
  return {
    score(prompt, response) {
      const [a, b] = tokenizer.decode([...prompt]).slice(0, -1).split("+").map(Number);
      const answer = tokenizer.decode(response.filter((token) => token !== eos));
      return isRightSum({ a: a!, b: b! }, answer) ? 1 : 0;
    },
  };
}
