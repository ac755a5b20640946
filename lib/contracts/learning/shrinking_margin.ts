/**
 * Learning how little to pay one action whose outcome law is unknown.
 *
 * @module
 */
import type { ContractBandit } from "./bandit.ts";
import { requireObservedActions } from "./observed_actions.ts";

/**
 * What the principal knows when one action competes with the wanted one and one outcome is paid: all
 * but how often the wanted action produces that outcome.
 */
export interface OneRival {
  /** The wanted action. */
  target: number;
  /** The paid outcome. */
  outcome: number;
  /** How often the competing action produces it. */
  rivalProbability: number;
  /** How much more the wanted action costs the agent. */
  extraCost: number;
}

/**
 * The least payment if the wanted action produced the outcome with the given probability:
 * `extraCost / (probability − rivalProbability)`, the cap where that is not positive or larger.
 */
export function paymentFor(rival: OneRival, probability: number, cap: number): number {
  const difference = probability - rival.rivalProbability;
  return difference > 0 ? Math.min(cap, rival.extraCost / difference) : cap;
}

/**
 * In every round pays what would suffice if the wanted action were as weak as the data allow:
 * `p̂ − ε` with `ε = √(ln T / 2N)` after N observations. The margin shrinks with the very data that
 * paying it produces, so the premium sums to order √T.
 *
 * @throws {UserError} when actions are hidden.
 */
export function shrinkingMargin(bandit: ContractBandit, horizon: number, rival: OneRival): void {
  requireObservedActions("shrinkingMargin", bandit);
  const contract = new Float64Array(bandit.n);
  const width = Math.log(horizon) / 2;
  let samples = 0, successes = 0;
  for (let t = 0; t < horizon; t++) {
    const pessimistic = samples === 0 ? 0 : successes / samples - Math.sqrt(width / samples);
    contract[rival.outcome] = paymentFor(rival, pessimistic, bandit.cap);
    const round = bandit.post(contract, rival.target);
    if (round.action !== rival.target) continue;
    samples++;
    if (round.outcome === rival.outcome) successes++;
  }
}

/**
 * The control without a margin: pays what the estimate itself asks for, after `first` rounds at the cap.
 * Once the estimate is too high the agent stops working, no data come in any more, and the mistake stays:
 * regret grows like T.
 *
 * @throws {UserError} when actions are hidden.
 */
export function withoutMargin(
  bandit: ContractBandit,
  horizon: number,
  rival: OneRival,
  first = 10,
): void {
  requireObservedActions("withoutMargin", bandit);
  const contract = new Float64Array(bandit.n);
  let samples = 0, successes = 0;
  for (let t = 0; t < horizon; t++) {
    const estimate = samples < first ? 0 : successes / samples;
    contract[rival.outcome] = paymentFor(rival, estimate, bandit.cap);
    const round = bandit.post(contract, rival.target);
    if (round.action !== rival.target) {
      // The same contract meets the same agent from here on.
      bandit.commit(contract, rival.target, horizon - t - 1);
      return;
    }
    samples++;
    if (round.outcome === rival.outcome) successes++;
  }
}
