/**
 * Reward models of the project's own architecture: a language model that says, by the log-odds of two label
 * tokens behind a response, how good the response is.
 *
 * Begin with `RewardModel` in `reward_model.ts`, which scores, and `trainReward` in `train_reward.ts`, which trains on
 * pairs. `response_reward.ts` lets it choose among the texts of a
 * decoder. `labels.ts` finds the two tokens, `reward_scores.ts` has the score, `bradley_terry.ts` the loss; `recipe.ts` and
 * `build_model.ts` are behind `deno task train`.
 *
 * Pairs are those of `pairs`, steps and checkpoints those of `training`.
 *
 * @module
 */
export { checkLabels, type LabelTokens, labelTokens } from "./labels.ts";
export { rewardRowLength, rewardScores, type ScoreSource } from "./reward_scores.ts";
export { bradleyTerry, bradleyTerryGradient, type BradleyTerryTerms } from "./bradley_terry.ts";
export {
  measureReward,
  type RewardInput,
  type RewardPoint,
  rewardPointSchema,
  trainReward,
} from "./train_reward.ts";
export { RewardModel } from "./reward_model.ts";
export { responseReward } from "./response_reward.ts";
export { type RewardRecipe, rewardRecipe, rewardRecipeSchema } from "./recipe.ts";
export { exportRewardModel, trainRewardRecipe } from "./build_model.ts";
