/**
 * First explore, then commit: the general design with regret of order T^(2/3).
 *
 * @module
 */
import type { ContractBandit } from "./bandit.ts";
import { requireObservedActions } from "./observed_actions.ts";
import { type OneRival, paymentFor } from "./shrinking_margin.ts";

/** `T^(2/3)·(ln T)^(1/3)` rounds, rounded up. */
export function explorationLength(horizon: number): number {
  return Math.min(horizon, Math.ceil(horizon ** (2 / 3) * Math.log(horizon) ** (1 / 3)));
}

/**
 * Pays the cap for {@linkcode explorationLength} rounds to learn how often the wanted action succeeds,
 * then one contract with the margin `ε = √(ln T / 2N)` for the rest.
 *
 * @throws {UserError} when actions are hidden.
 */
export function exploreThenCommit(bandit: ContractBandit, horizon: number, rival: OneRival): void {
  requireObservedActions("exploreThenCommit", bandit);
  const contract = new Float64Array(bandit.n);
  const rounds = explorationLength(horizon);
  contract[rival.outcome] = bandit.cap;
  let samples = 0, successes = 0;
  for (let t = 0; t < rounds; t++) {
    const round = bandit.post(contract, rival.target);
    if (round.action !== rival.target) continue;
    samples++;
    if (round.outcome === rival.outcome) successes++;
  }
  const margin = samples === 0 ? Infinity : Math.sqrt(Math.log(horizon) / (2 * samples));
  contract[rival.outcome] = paymentFor(rival, successes / samples - margin, bandit.cap);
  bandit.commit(contract, rival.target, horizon - rounds);
}
