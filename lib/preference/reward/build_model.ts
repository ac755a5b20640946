/**
 * From a recipe of kind `reward` to the folder of a model.
 *
 * @module
 */
import { pairsHash } from "../pairs/reference.ts";
import {
  modelPage,
  pairsText,
  type PreferenceData,
  writeModelFolder,
} from "../training/build_model.ts";
import type { LoopOptions, LoopResult } from "../training/training_loop.ts";
import { labelTokens } from "./labels.ts";
import type { RewardRecipe } from "./recipe.ts";
import { type RewardPoint, trainReward } from "./train_reward.ts";

/** Trains a recipe, going on from the last checkpoint in the folder. */
export function trainRewardRecipe(
  { recipe, base, train, heldOut }: PreferenceData<RewardRecipe>,
  options: LoopOptions<RewardPoint>,
): Promise<LoopResult<RewardPoint>> {
  const { training, seed } = recipe;
  const { batch, evaluateEvery, optimizer } = training;
  return trainReward({
    config: base.config,
    start: base.weights,
    labels: labelTokens(base.tokenizer, recipe.labels),
    train,
    evaluation: heldOut,
    settings: { batch, schedule: training, optimizer, evaluateEvery, seed },
  }, options);
}

/** Writes the reward model into `folder` (ends with a slash); `RewardModel.load` opens it. */
export async function exportRewardModel(
  { recipe, base, train }: PreferenceData<RewardRecipe>,
  { weights, curve, step, finished }: LoopResult<RewardPoint>,
  folder: URL,
): Promise<void> {
  const record = { format: 1, recipe, finished, step, pairs: await pairsHash(train), curve };
  const { better, worse } = recipe.labels;
  const page = modelPage(recipe, curve, finished, {
    made: `A Bradley–Terry reward model: the score of a response is log p(\`${better}\`) − ` +
      `log p(\`${worse}\`) behind it, in\nnats. Trained from \`${recipe.base}\` on ` +
      pairsText(recipe),
    curve: "Mean scores of the held-out pairs, and the share of pairs whose chosen response has " +
      "the higher one.",
    right: "right order",
  });
  await writeModelFolder(folder, { base, weights, record, page });
}
