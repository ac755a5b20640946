/**
 * Searches that recover an agent's costs, or its thresholds, from its answers.
 *
 * @module
 */
import type { Random } from "offprint/random.ts";
import { leastPayment } from "../payments/least_payment.ts";
import type { ContractBandit } from "./bandit.ts";
import { bisect } from "../boundaries/bisection.ts";
import { requireObservedActions } from "./observed_actions.ts";
import {
  type BoundaryMap,
  boundarySearch,
  costsFromBoundaries,
} from "../boundaries/boundary_search.ts";
import type { ContractSearch } from "./search_ucb.ts";

/** Costs learnt from a bandit with known laws. */
export interface LearntCosts {
  /** `[m]`, NaN for an action that no tried contract induces. */
  costs: Float64Array;
  map: BoundaryMap;
  /** Rounds played. */
  rounds: number;
}

/** Settings of {@linkcode boundaryCosts}. */
export interface BoundaryCostOptions {
  /** Width, in payments, to which boundaries are located. */
  tolerance: number;
  random: Random;
  /** Largest payment tried; the bandit's cap unless given. */
  cap?: number;
  /** The agent's action under a contract; one round with observed actions unless given. */
  respond?: (contract: Float64Array) => number;
}

/**
 * Recovers all costs when the outcome laws are known: each boundary point gives one cost
 * difference.
 */
export function boundaryCosts(
  bandit: ContractBandit,
  laws: readonly ArrayLike<number>[],
  options: BoundaryCostOptions,
): LearntCosts {
  if (options.respond === undefined) requireObservedActions("boundaryCosts", bandit);
  const { n, m } = bandit;
  const { cap = bandit.cap, respond = (contract: Float64Array) => bandit.post(contract).action } =
    options;
  const search = boundarySearch({
    n,
    m,
    cap,
    tolerance: options.tolerance,
    random: options.random,
  });
  const before = bandit.ledger.episodes;
  let step = search.next();
  while (!step.done) step = search.next(respond(step.value));
  const rounds = bandit.ledger.episodes - before;
  return { costs: costsFromBoundaries(step.value, laws), map: step.value, rounds };
}

/**
 * A {@linkcode ContractSearch} for known laws and unknown costs: learns all costs at the first call, then solves
 * the least-payment program with a margin of twice the error that the tolerance leaves in a cost difference.
 */
export function boundarySearchContracts(
  laws: readonly ArrayLike<number>[],
  random: Random,
): ContractSearch {
  let learnt: LearntCosts | undefined;
  return (bandit, action, tolerance) => {
    learnt ??= boundaryCosts(bandit, laws, { tolerance, random });
    const known = laws.flatMap((_, a) => Number.isNaN(learnt!.costs[a]!) ? [] : [a]);
    if (!known.includes(action)) return null;
    const solved = leastPayment({
      laws: known.map((a) => laws[a]!),
      costs: known.map((a) => learnt!.costs[a]!),
      action: known.indexOf(action),
      margin: 4 * tolerance + 1e-9,
      cap: bandit.cap,
    });
    return solved.feasible ? solved.contract : null;
  };
}

/**
 * Thresholds of ordered actions along one outcome: the payment from which the agent's action has index at least
 * a, for a = 1 … m − 1, each search starting where the last one ended (the chain of bisections for laws
 * with a monotone likelihood ratio and costs that make the distribution function convex).
 *
 * @param high payment up to which thresholds are searched
 * @returns `[m]`, 0 for action 0, `Infinity` for actions not reached below `high`
 */
export function orderedThresholds(
  bandit: ContractBandit,
  outcome: number,
  high: number,
  tolerance: number,
): Float64Array {
  requireObservedActions("orderedThresholds", bandit);
  const thresholds = new Float64Array(bandit.m).fill(Infinity);
  thresholds[0] = 0;
  const contract = new Float64Array(bandit.n);
  const respond = (pay: number) => {
    contract[outcome] = pay;
    return bandit.post(contract).action;
  };
  const top = respond(high);
  let low = 0;
  for (let action = 1; action <= top; action++) {
    if (low >= high) break;
    const found = bisect((pay) => respond(pay) >= action, low, high, tolerance);
    thresholds[action] = found.high;
    low = found.low;
  }
  return thresholds;
}
