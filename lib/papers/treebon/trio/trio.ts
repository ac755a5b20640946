/**
 * The trained trio of the rerun: a policy, the same policy after preference training, and a reward model, each below a
 * megabyte.
 *
 * @module
 */
import {
  LOG_RATIO_SCORES,
  logRatioScore,
  type PartialScore,
  randomScore,
  type Reward,
  rewardScore,
} from "offprint/decoding/tree/mod.ts";
import { type ClosableModel, onnxModel, onnxReader } from "offprint/lm/onnx/mod.ts";
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
  const { model } = await RewardModel.load(names.reward);
  const policy = await onnxModel(base.config, base.weights, { name: names.policy });
  const tunedPolicy = await onnxModel(tuned.config, tuned.weights, { name: names.tuned });
  const reader = await onnxReader(tuned.config, tuned.weights, { name: names.tuned });
  return {
    policy,
    tuned: reader,
    tunedPolicy,
    reward: responseReward(model, { name: names.reward, end: base.tokenizer.eos }),
    tokenizer: base.tokenizer,
    parameters: {
      policy: parameterCount(base.config),
      scorer: parameterCount(tuned.config),
      reward: parameterCount(model.config),
    },
    async close() {
      for (const one of [policy, tunedPolicy, reader, model]) await one.close();
    },
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
