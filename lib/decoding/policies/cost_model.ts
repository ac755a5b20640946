/**
 * What a token costs (paper 10, cost model): discard rate and verification rate say how a policy behaves, two
 * latencies say what that costs on a machine.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { checkWhole } from "../verification/option_checks.ts";

/** How a policy behaves, whatever the hardware. */
export interface Rates {
  /** V = N_target / N: verifications for each generated token. */
  verification: number;
  /** D = N_discarded / N: candidates thrown away for each generated token, the rejected ones included. */
  discard: number;
}

/** Time of one draft pass and of one verification, in one unit. */
export interface Latencies {
  draft: number;
  target: number;
}

/** Costs of the decision problem: what a discarded candidate and a verification add to the least possible time. */
export interface Costs {
  /** c₁ = t_draft. */
  discard: number;
  /** c₂ = t_target − t_draft. */
  verification: number;
}

/** c₁ and c₂ of a pair of latencies. */
export function costsOf({ draft, target }: Latencies): Costs {
  return { discard: draft, verification: target - draft };
}

/**
 * V and D of decoded texts together.
 *
 * @throws {RangeError} when no token was generated.
 */
export function ratesOf(
  results: Iterable<{ tokens: ArrayLike<number>; targetCalls: number; discarded: number }>,
): Rates {
  let tokens = 0;
  let calls = 0;
  let discarded = 0;
  for (const result of results) {
    tokens += result.tokens.length;
    calls += result.targetCalls;
    discarded += result.discarded;
  }
  if (tokens === 0) throw new RangeError("ratesOf: got no tokens, expected at least one");
  return { verification: calls / tokens, discard: discarded / tokens };
}

/**
 * T/N = t_draft (1 + D) + (t_target − t_draft) V: time for each generated token.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { timePerToken } from "offprint/decoding/policies/mod.ts";
 *
 * // Without a draft: one verification a token, nothing drafted, and the draft's time cancels.
 * assertAlmostEquals(timePerToken({ draft: 1, target: 4.5 }, { verification: 1, discard: 0 }), 4.5);
 * ```
 */
export function timePerToken({ draft, target }: Latencies, rates: Rates): number {
  return draft * (1 + rates.discard) + (target - draft) * rates.verification;
}

/** λ = c₁ D + c₂ V: the part of the time per token that a policy can change. */
export function extraCost(costs: Costs, { verification, discard }: Rates): number {
  return costs.discard * discard + costs.verification * verification;
}

/**
 * The discard rate of a constant K that is never cut short: D = (K + 1) V − 1, an identity of the counts.
 *
 * @throws {UserError} unless `candidates` is a whole number above 0.
 */
export function constantDiscard(candidates: number, verification: number): number {
  checkWhole("candidates", candidates, 1);
  return (candidates + 1) * verification - 1;
}

/**
 * Tokens per target call when every candidate is accepted independently with probability `acceptance`,
 * `candidates` of them a round and a bonus token: (1 − α^{K+1})/(1 − α), and K + 1 at α = 1.
 */
export function tokensPerCall(acceptance: number, candidates: number): number {
  return acceptance === 1
    ? candidates + 1
    : (1 - acceptance ** (candidates + 1)) / (1 - acceptance);
}

/** @throws {UserError} unless both costs are finite and above 0. */
export function checkCosts(costs: Costs): void {
  for (const [name, value] of Object.entries(costs)) {
    if (value > 0 && value < Infinity) continue;
    throw new UserError({
      what: `cost of a ${name}`,
      got: value,
      expected: "a finite number above 0",
      todo: "A verification must cost more than a draft pass.",
    });
  }
}
