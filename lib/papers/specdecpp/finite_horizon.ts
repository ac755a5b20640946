/**
 * The decision problem of paper 10 over a text of given length, by dynamic programming, with the check of
 * its threshold theorem in every state.
 *
 * @module
 */
import { checkWhole } from "offprint/decoding/verification/mod.ts";
import { checkCosts, checkShare, type Costs } from "offprint/decoding/policies/mod.ts";
import { sufficientThreshold } from "./equal_acceptance.ts";

/** The solution for every number of remaining tokens up to some horizon. */
export interface FiniteHorizon {
  /** Least expected cost of the last n tokens, `horizon + 1` values from n = 0. */
  cost: Float64Array;
  /** The best number of candidates with n tokens left, from 0 to n − 1; entry 0 is 0. */
  candidates: Uint32Array;
  /** `stop[n][k]`: expected cost of verifying after k candidates with n tokens left at the round's start, and going on optimally. */
  stop: Float64Array[];
}

/**
 * Solves the problem when every candidate is accepted with probability α. With n tokens left a round has at
 * most n − 1 candidates, for a verification adds a token of its own. Verifying k candidates costs
 * c₂ + c₁ (discarded ones); j < k of them are accepted with probability α^j (1 − α), all with α^k.
 * Costs O(horizon³).
 *
 * @throws {UserError} for an acceptance outside [0, 1], costs that are not above 0 or a bad horizon.
 */
export function solveFiniteHorizon(
  costs: Costs,
  acceptance: number,
  horizon: number,
): FiniteHorizon {
  checkCosts(costs);
  checkShare("acceptance", acceptance);
  checkWhole("horizon", horizon, 0);
  const cost = new Float64Array(horizon + 1);
  const candidates = new Uint32Array(horizon + 1);
  const stop: Float64Array[] = [new Float64Array(0)];
  for (let n = 1; n <= horizon; n++) {
    const at = stop[n] = new Float64Array(n);
    for (let k = 0; k < n; k++) {
      let expected = costs.verification + acceptance ** k * cost[n - k - 1]!;
      for (let j = 0; j < k; j++) {
        expected += acceptance ** j * (1 - acceptance) *
          (costs.discard * (k - j) + cost[n - j - 1]!);
      }
      at[k] = expected;
      if (expected < at[candidates[n]!]!) candidates[n] = k;
    }
    cost[n] = at[candidates[n]!]!;
  }
  return { cost, candidates, stop };
}

/** What {@linkcode checkThresholdTheorem} found. */
export interface TheoremCheck {
  /** The largest c₂ + Δ of any state: what stopping early costs when every candidate is fine. */
  constant: number;
  /** The threshold that follows from it. */
  threshold: number;
  /** States (n left, k drafted) where one more candidate is possible and the theorem says to stop. */
  states: number;
  /** Those among them where drafting on would have been better: the theorem says none. */
  violations: number;
}

/**
 * Checks the threshold theorem in every state: where the probability of some rejection, 1 − α^k, has reached
 * the threshold, stopping must cost no more than the best way of drafting on.
 *
 * @throws {UserError} as {@linkcode solveFiniteHorizon}.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * import { checkThresholdTheorem } from "offprint/papers/specdecpp/mod.ts";
 *
 * const { threshold, states, violations } = checkThresholdTheorem({ discard: 1, verification: 4 }, 0.8, 60);
 * assertAlmostEquals(threshold, 0.75, 1e-12);
 * assertEquals([states, violations], [1378, 0]);
 * ```
 */
export function checkThresholdTheorem(
  costs: Costs,
  acceptance: number,
  horizon: number,
): TheoremCheck {
  const { cost, stop } = solveFiniteHorizon(costs, acceptance, horizon);
  // Given that all k are fine, the rest of the round is a round of its own over m = n − k tokens.
  let constant = 0;
  for (let m = 2; m <= horizon; m++) {
    const now = costs.verification + cost[m - 1]!;
    constant = Math.max(constant, now - least(stop[m]!, 1));
  }
  const threshold = sufficientThreshold(costs, constant);
  let states = 0;
  let violations = 0;
  for (let n = 3; n <= horizon; n++) {
    for (let k = 1; k <= n - 2; k++) {
      if (1 - acceptance ** k < threshold - 1e-12) continue;
      states++;
      if (stop[n]![k]! > least(stop[n]!, k + 1) + 1e-9) violations++;
    }
  }
  return { constant, threshold, states, violations };
}

function least(values: Float64Array, from: number): number {
  let result = Infinity;
  for (let i = from; i < values.length; i++) result = Math.min(result, values[i]!);
  return result;
}
