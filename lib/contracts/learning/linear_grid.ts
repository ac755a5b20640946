/**
 * The naive baseline: a grid of linear contracts treated as unrelated arms.
 *
 * @module
 */
import type { ContractBandit } from "./bandit.ts";
import { UpperConfidence } from "./ucb.ts";

/**
 * UCB over the shares `α = k/K`, k = 1 … K, `K = T^(1/3)` rounded, of contracts `x = α·r`: it pays for the
 * distance to the nearest grid point in every round and for trying K arms, order T^(2/3) both. The bonus
 * uses the range of the rewards, since a naive learner has no better one.
 *
 * @param rewards the principal's reward of each outcome `[n]`
 */
export function linearGrid(
  bandit: ContractBandit,
  horizon: number,
  rewards: ArrayLike<number>,
): void {
  const arms = Math.max(1, Math.round(horizon ** (1 / 3)));
  const contracts = Array.from(
    { length: arms },
    (_, k) => Float64Array.from(rewards, (reward) => (k + 1) / arms * reward),
  );
  const spread = Math.max(...Array.from(rewards)) - Math.min(...Array.from(rewards));
  const ucb = new UpperConfidence(new Float64Array(arms).fill(spread), horizon);
  for (let t = 0; t < horizon; t++) {
    const arm = ucb.pick();
    ucb.update(arm, bandit.post(contracts[arm]!).profit);
  }
}
