/**
 * The trained trio of the rerun: a policy, the same policy after preference training, and a reward model, each below a
 * megabyte.
 *
 * @module
 */
import {
  likelihoodReward,
  LOG_RATIO_SCORES,
  logRatioScore,
  type PartialScore,
  randomScore,
  type Reward,
  rewardScore,
} from "offprint/decoding/tree/mod.ts";
import { decodingModel } from "offprint/lm/native/mod.ts";
import { type ClosableModel, onnxReader } from "offprint/lm/onnx/mod.ts";
import type { TokenReader } from "offprint/lm/interface/mod.ts";
import type { Tokenizer } from "offprint/lm/text/mod.ts";
import { parameterCount, readTransformer } from "offprint/lm/transformer/mod.ts";
import { responseReward, RewardModel } from "offprint/preference/reward/mod.ts";
import { stream } from "offprint/random.ts";

/** Names in `data/models`. */
export const TRIO: TrioNames = { policy: "sotu-draft", tuned: "era-dpo", reward: "era-reward" };

/** Three models by their names. */
export interface TrioNames {
  policy: string;
  tuned: string;
  reward: string;
  /** Whether the reward is a language model, and an answer's reward its log-probability. Default: a reward model. */
  likelihood?: boolean;
}

/** The three models, opened. */
export interface Trio {
  policy: ClosableModel;
  /** The preference-tuned policy as a reader of given tokens, and as a policy that writes. */
  tuned: TokenReader;
  tunedPolicy: ClosableModel;
  reward: Reward;
  tokenizer: Tokenizer;
  /** Parameters of each. */
  parameters: { policy: number; scorer: number; reward: number };
  close(): Promise<void>;
}

/** Opens three committed models; those of the eras unless others are named. */
export async function openTrio(names: TrioNames = TRIO): Promise<Trio> {
  const [base, tuned] = [await readTransformer(names.policy), await readTransformer(names.tuned)];
  const policy = await decodingModel(base.config, base.weights, { name: names.policy });
  const tunedPolicy = await decodingModel(tuned.config, tuned.weights, { name: names.tuned });
  const reader = await onnxReader(tuned.config, tuned.weights, { name: names.tuned });
  const judging = await openReward(names, base.tokenizer.eos);
  return {
    policy,
    tuned: reader,
    tunedPolicy,
    reward: judging.reward,
    tokenizer: base.tokenizer,
    parameters: {
      policy: parameterCount(base.config),
      scorer: parameterCount(tuned.config),
      reward: judging.parameters,
    },
    async close() {
      for (const one of [policy, tunedPolicy, reader, judging]) await one.close();
    },
  };
}

/** The reward of a trio by itself. */
export interface OpenReward {
  reward: Reward;
  parameters: number;
  close(): Promise<void>;
}

/**
 * Opens what rewards.
 *
 * @param end the policy's end token.
 */
export async function openReward(
  { reward: name, likelihood = false }: Pick<TrioNames, "reward" | "likelihood">,
  end: number | undefined,
): Promise<OpenReward> {
  if (likelihood) {
    const { config, weights } = await readTransformer(name);
    const reader = await onnxReader(config, weights, { name });
    return {
      reward: likelihoodReward(reader, end),
      parameters: parameterCount(config),
      close: () => reader.close(),
    };
  }
  const { model } = await RewardModel.load(name);
  return {
    reward: responseReward(model, { name, end }),
    parameters: parameterCount(model.config),
    close: () => model.close(),
  };
}

/** Names of the partial scores of the trio. */
export const TRIO_SCORES = [...LOG_RATIO_SCORES, "rm", "random"] as const;

/** One of them. */
export type TrioScore = typeof TRIO_SCORES[number];

/** A partial score of the trio by its name; noise is that of a seed and a prompt. */
export function trioScore(
  { tuned, reward }: Pick<Trio, "tuned" | "reward">,
  name: TrioScore,
  seed: number,
  prompt: number,
): PartialScore {
  if (name === "rm") return rewardScore(reward);
  if (name === "random") {
    return randomScore((path) => stream(seed, "noise of the trio", prompt, ...path));
  }
  return logRatioScore(name, tuned);
}
