/**
 * Trains a reward model on pairs. What it is after step n depends on its start, the pairs and the settings
 * alone.
 *
 * @module
 */
import { z } from "zod";
import type { TransformerConfig } from "offprint/lm/transformer/mod.ts";
import type { TokenPair } from "../pairs/encode.ts";
import { PairOrder } from "../training/pair_order.ts";
import {
  type LoopOptions,
  type LoopResult,
  standingOf,
  trainingHash,
  trainOn,
  withEngine,
} from "../training/training_loop.ts";
import type { PreferenceSettings } from "../training/trainer.ts";
import { bradleyTerryGradient } from "./bradley_terry.ts";
import { checkLabels, type LabelTokens } from "./labels.ts";
import { pairResponses, rewardRowLength, rewardScores, type ScoreSource } from "./reward_scores.ts";

/** The schema of a {@linkcode RewardPoint}. */
export const rewardPointSchema = z.strictObject({
  /** Steps done. */
  step: z.int().nonnegative(),
  /** Mean score of the chosen responses of the evaluation pairs, nats. */
  chosen: z.number(),
  /** Mean score of the rejected ones. */
  rejected: z.number(),
  /** Mean of r_w − r_l. */
  margin: z.number(),
  /** Share of pairs with r_w > r_l, equal scores counting one half. */
  accuracy: z.number(),
  /** Mean training loss of the steps since the last point; null at step 0. */
  loss: z.number().nullable(),
});

/** A point of the curves. */
export type RewardPoint = z.infer<typeof rewardPointSchema>;

/** What a training starts from. */
export interface RewardInput {
  config: TransformerConfig;
  /** The weights at the start: a language model that knows the prompts, or fresh ones. */
  start: ReadonlyMap<string, Float32Array>;
  labels: LabelTokens;
  train: readonly TokenPair[];
  evaluation: readonly TokenPair[];
  settings: PreferenceSettings;
}

/** Measures a reward model on pairs. */
export async function measureReward(
  engine: ScoreSource,
  labels: LabelTokens,
  pairs: readonly TokenPair[],
): Promise<Omit<RewardPoint, "step" | "loss">> {
  const scores = await rewardScores(engine, labels, pairResponses(pairs));
  const each = pairs.map((_, i) => [scores[2 * i]!, scores[2 * i + 1]!] as const);
  const mean = (value: (pair: readonly [number, number]) => number): number =>
    each.reduce((sum, pair) => sum + value(pair), 0) / each.length;
  return {
    chosen: mean(([w]) => w),
    rejected: mean(([, l]) => l),
    margin: mean(([w, l]) => w - l),
    accuracy: mean(([w, l]) => w > l ? 1 : w === l ? 0.5 : 0),
  };
}

/**
 * Trains until all steps are done, the signal aborts or `stopAfter` steps are over, from the last checkpoint in
 * the folder if there is one.
 *
 * @throws {UserError} when there are fewer pairs than a batch, a pair leaves no room for the label, the loss
 *   stops being a number, or the checkpoint belongs to another training.
 */
export async function trainReward(
  input: RewardInput,
  options: LoopOptions<RewardPoint> = {},
): Promise<LoopResult<RewardPoint>> {
  const { config, labels, train, evaluation, settings } = input;
  checkLabels(labels);
  const { batch, seed } = settings;
  const order = new PairOrder("a reward model", { pairs: train.length, batch, seed });
  const length = rewardRowLength(config, pairResponses([...train, ...evaluation]));
  return await withEngine(input, options, async (engine) => {
    const recipe = options.folder === undefined
      ? ""
      : await trainingHash(["reward", labels], input, engine.parameters);
    const standing = await standingOf(recipe, rewardPointSchema, options);
    return await trainOn(
      {
        engine,
        settings,
        measure: () => measureReward(engine, labels, evaluation),
        gradient: (step) => {
          const pairs = order.indicesOf(step).map((i) => train[i]!);
          return bradleyTerryGradient(engine, labels, pairs, { length, step });
        },
      },
      standing,
      options,
    );
  });
}
