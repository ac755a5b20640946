/**
 * The reduction: search a contract for each action first, then a bandit over actions.
 *
 * @module
 */
import { mixContracts } from "../planning/robust_contract.ts";
import type { ContractBandit } from "./bandit.ts";
import { bisect } from "../boundaries/bisection.ts";
import { requireObservedActions } from "./observed_actions.ts";
import { UpperConfidence } from "./ucb.ts";

/** Finds a contract `[n]` that induces `action` at nearly the least payment, or null. */
export type ContractSearch = (
  bandit: ContractBandit,
  action: number,
  tolerance: number,
) => Float64Array | null;

/** How the search was answered and what each part cost. */
export interface SearchThenUcbRun {
  /** Contract found for each searched action. */
  contracts: (Float64Array | null)[];
  /** Rounds spent searching. */
  searchRounds: number;
  /** Regret entered while searching, and while the bandit ran. */
  searchRegret: number;
  banditRegret: number;
  /** Payments above the least ones while the bandit ran. */
  marginRegret: number;
}

/** Settings of {@linkcode searchThenUcb}. */
export interface SearchThenUcbOptions {
  horizon: number;
  search: ContractSearch;
  /** Actions to search; all of them unless given. */
  actions?: readonly number[];
  /** Width to which contracts are searched; `1/T` unless given. */
  tolerance?: number;
  /** The principal's reward of each outcome `[n]`, for the range of profits. */
  rewards: ArrayLike<number>;
  /** A contract that induces each action with room to spare; mixed in when an action fails. */
  safe?: (action: number) => Float64Array;
}

/**
 * Searches every action's contract to width `1/T`, then runs UCB over the actions found. Regret is at most
 * search rounds + margin·T + the bandit's √(mT ln T), so a search that halves its width with each round
 * gives order √T (our reconstruction of the paper's reduction).
 *
 * When the agent fails to take the action, its contract moves towards the safe one (Lemma R).
 */
export function searchThenUcb(
  bandit: ContractBandit,
  options: SearchThenUcbOptions,
): SearchThenUcbRun {
  const { horizon, search, rewards, tolerance = 1 / horizon } = options;
  const actions = options.actions ?? Array.from({ length: bandit.m }, (_, a) => a);
  const contracts = actions.map((action) => search(bandit, action, tolerance));
  const searchRounds = bandit.ledger.episodes;
  const searchRegret = bandit.ledger.total;
  const premiumBefore = bandit.ledger.premium;
  const arms = actions.flatMap((action, i) => {
    const contract = contracts[i];
    return contract ? [{ action, contract, mixing: 0 }] : [];
  });
  if (arms.length > 0) {
    const ucb = new UpperConfidence(
      arms.map(({ contract }) => {
        const profits = Array.from(contract, (pay, i) => rewards[i]! - pay);
        return Math.max(...profits) - Math.min(...profits);
      }),
      horizon,
    );
    for (let t = searchRounds; t < horizon; t++) {
      const index = ucb.pick();
      const arm = arms[index]!;
      const round = bandit.post(arm.contract, arm.action);
      if (round.action === arm.action || round.action < 0) ucb.update(index, round.profit);
      else if (options.safe !== undefined) {
        // The contract misses its action by little: it moves twice as far each time.
        arm.mixing = Math.min(1, Math.max(2 * arm.mixing, tolerance));
        arm.contract = mixContracts(arm.contract, options.safe(arm.action), arm.mixing);
      } else ucb.update(index, round.profit);
    }
  }
  return {
    contracts,
    searchRounds,
    searchRegret,
    banditRegret: bandit.ledger.total - searchRegret,
    marginRegret: bandit.ledger.premium - premiumBefore,
  };
}

/**
 * Bisection on the payment for one outcome, for actions that respond in order to it: the agent's action has
 * at least the wanted index from the threshold on. Posts `⌈log₂(width / tolerance)⌉` contracts and returns
 * the upper end plus `margin`.
 *
 * @param high largest payment considered, taken to induce every action
 */
export function paymentSearch(
  outcome: number,
  high: number,
  margin = 1e-9,
): ContractSearch {
  return (bandit, action, tolerance) => {
    requireObservedActions("paymentSearch", bandit);
    const contract = new Float64Array(bandit.n);
    const found = bisect(
      (pay) => {
        contract[outcome] = pay;
        return bandit.post(contract, action).action >= action;
      },
      0,
      high,
      tolerance,
    );
    contract[outcome] = found.high + margin;
    return contract;
  };
}
