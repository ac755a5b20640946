/**
 * Decoders that write many texts and choose one: best-of-N, TreeBoN, speculative rejection, segment rejection.
 *
 * Begin with `treeBon` in `tree_bon.ts`, and `bestOfN` in `best_of_n.ts`, which it is compared with. `growth.ts` grows nodes
 * with their caches and random streams, for all four. `node.ts` is what is written down: every node, and one account
 * of tokens. Unfinished texts are scored behind one interface (`partial_score.ts`; `log_ratio_score.ts` has the scores
 * made of two models' log-probabilities), finished ones by a reward (`reward.ts`).
 *
 * @module
 */
export { bestOfN, type BestOfNOptions } from "./best_of_n.ts";
export type { TreeOptions } from "./growth.ts";
export {
  LOG_PROB_FLOOR,
  LOG_RATIO_SCORES,
  type LogRatioName,
  logRatioScore,
  logRatioScoreOf,
  RunningScore,
} from "./log_ratio_score.ts";
export {
  emptyAccount,
  estimatedFlops,
  type Outcome,
  textOf,
  type TreeAccount,
  type TreeNode,
  type TreeParameters,
  type TreeResult,
} from "./node.ts";
export {
  oracleScore,
  type PartialScore,
  randomScore,
  rewardScore,
  type ScoredPrefix,
  type Segment,
} from "./partial_score.ts";
export { likelihoodReward } from "./likelihood_reward.ts";
export { checkNumbers, ranked, type Reward, type RewardedText, rewardFunction } from "./reward.ts";
export { type PlainSample, scoresAt } from "./scores_at.ts";
export { entropyOf, segmentRejection, type SegmentRejectionOptions } from "./segment_rejection.ts";
export { speculativeRejection, type SpeculativeRejectionOptions } from "./speculative_rejection.ts";
export { checkTree, treeBon, type TreeBonOptions } from "./tree_bon.ts";
