/**
 * Telling an agent's action from outcomes alone.
 *
 * @module
 */
import type { ContractBandit } from "./bandit.ts";

/** Total variation distance of two laws. */
export function totalVariation(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.abs(p[i]! - q[i]!);
  return sum / 2;
}

/** The smallest total variation distance between two of the laws. */
export function separation(laws: readonly ArrayLike<number>[]): number {
  let least = Infinity;
  for (let a = 0; a < laws.length; a++) {
    for (let b = 0; b < a; b++) least = Math.min(least, totalVariation(laws[a]!, laws[b]!));
  }
  return least;
}

/**
 * Rounds with one contract after which the most likely action is the right one with probability about
 * `1 − 1/T²`: `⌈8·ln(mT)/d²⌉`, with d the {@linkcode separation} of the laws.
 *
 * @throws {RangeError} when two laws are equal.
 */
export function roundsPerQuery(laws: readonly ArrayLike<number>[], horizon: number): number {
  const distance = separation(laws);
  if (!(distance > 0)) {
    throw new RangeError(`roundsPerQuery: got separation ${distance}, expected laws that differ`);
  }
  return Math.ceil(8 * Math.log(laws.length * horizon) / distance ** 2);
}

/** The action under which the counted outcomes are most likely; the smallest index among equals. */
export function mostLikelyAction(
  laws: readonly ArrayLike<number>[],
  outcomes: ArrayLike<number>,
): number {
  let best = 0, bestScore = -Infinity;
  laws.forEach((law, a) => {
    let score = 0;
    for (let i = 0; i < law.length; i++) {
      if (outcomes[i]! > 0) score += outcomes[i]! * Math.log(law[i]!);
    }
    if (score > bestScore) [best, bestScore] = [a, score];
  });
  return best;
}

/**
 * Posts one contract {@linkcode roundsPerQuery} times and returns the most likely action: what one look at
 * the agent's action costs when actions are hidden but their laws are known.
 */
export function queryHiddenAction(
  bandit: ContractBandit,
  laws: readonly ArrayLike<number>[],
  contract: Float64Array,
  horizon: number,
): number {
  const outcomes = new Float64Array(bandit.n);
  for (let k = roundsPerQuery(laws, horizon); k > 0; k--) {
    outcomes[bandit.post(contract).outcome]!++;
  }
  return mostLikelyAction(laws, outcomes);
}
