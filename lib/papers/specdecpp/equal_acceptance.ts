/**
 * The decision problem of paper 10 solved exactly when every candidate is accepted with the same
 * probability α, independently: the best constant K, the exact threshold, and the theorem's constant.
 *
 * @module
 */
import { checkWhole } from "offprint/decoding/verification/mod.ts";
import {
  checkCosts,
  checkShare,
  type Costs,
  extraCost,
  type Rates,
  tokensPerCall,
} from "offprint/decoding/policies/mod.ts";

/**
 * V and D of a constant K: a round yields 1 + α + … + α^K tokens and discards K less the accepted ones.
 *
 * @throws {UserError} for an acceptance outside [0, 1] or a K that is not a whole number ≥ 0.
 */
export function constantRates(acceptance: number, candidates: number): Rates {
  checkShare("acceptance", acceptance);
  checkWhole("candidates", candidates, 0);
  const tokens = tokensPerCall(acceptance, candidates);
  return { verification: 1 / tokens, discard: (candidates + 1 - tokens) / tokens };
}

/** λ_K: long-run extra cost per token of a constant K. */
export function constantCost(costs: Costs, acceptance: number, candidates: number): number {
  checkCosts(costs);
  return extraCost(costs, constantRates(acceptance, candidates));
}

/** The exact solution for one acceptance rate. */
export interface IndependentSolution {
  /** K*, the best constant; with equal acceptance no adaptive policy does better. */
  candidates: number;
  /** λ*, the least extra cost per token. */
  cost: number;
  /** Exact rule: verify after k candidates if and only if 1 − α^{k+1} is at least this, λ* ÷ (c₁ + λ*). */
  threshold: number;
  /** The theorem's c₂ + Δ: what stopping early can cost at most, which is c₂ − λ* here. */
  theoremConstant: number;
  /** The theorem's sufficient condition: stopping is better once 1 − α^k is at least this. */
  theoremThreshold: number;
  /** The first k that meets the theorem's condition: not tight, never below K*. */
  theoremCandidates: number;
}

/** A round of this many candidates is never worth it; the search for K* ends here. */
const LONGEST = 100_000;

/**
 * Solves the problem exactly (paper 10; the derivation is ours: minimise λ_K, then
 * c₂ + Δ = Σ_{m ≥ 1} max(0, λ* α^m − c₁ (1 − α^m))).
 *
 * @throws {UserError} for an acceptance outside [0, 1) or costs that are not above 0.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * import { solveIndependent } from "offprint/papers/specdecpp/mod.ts";
 *
 * const solution = solveIndependent({ discard: 1, verification: 4 }, 0.8);
 * assertEquals(solution.candidates, 4);
 * assertAlmostEquals(solution.threshold, 0.626489, 1e-6);
 * assertAlmostEquals(solution.theoremThreshold, 0.69904, 1e-6);
 * ```
 */
export function solveIndependent(costs: Costs, acceptance: number): IndependentSolution {
  checkCosts(costs);
  checkShare("acceptance", acceptance);
  if (acceptance === 1) {
    throw new RangeError("solveIndependent: got acceptance 1, expected less: K* would be infinite");
  }
  let candidates = 0;
  let cost = constantCost(costs, acceptance, 0);
  // λ_K falls to its minimum and rises after it.
  while (candidates < LONGEST) {
    const next = constantCost(costs, acceptance, candidates + 1);
    if (next >= cost) break;
    cost = next;
    candidates++;
  }
  let theoremConstant = 0;
  for (let m = 1; m < LONGEST; m++) {
    const gain = cost * acceptance ** m - costs.discard * (1 - acceptance ** m);
    if (gain <= 0) break;
    theoremConstant += gain;
  }
  const theoremThreshold = sufficientThreshold(costs, theoremConstant);
  let theoremCandidates = 0;
  while (1 - acceptance ** theoremCandidates < theoremThreshold) theoremCandidates++;
  return {
    candidates,
    cost,
    threshold: cost / (costs.discard + cost),
    theoremConstant,
    theoremThreshold,
    theoremCandidates,
  };
}

/**
 * The theorem's threshold (c₂ + Δ)/(c₁ + c₂ + Δ): if the probability that some candidate will be rejected
 * is at least this, verifying now costs less than drafting on.
 *
 * @param constant c₂ + Δ.
 */
export function sufficientThreshold(costs: Costs, constant: number): number {
  return constant / (costs.discard + constant);
}
