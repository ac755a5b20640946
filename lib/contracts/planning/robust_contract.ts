/**
 * How a nearly good contract is made safe, and what that costs.
 *
 * @module
 */
import { incentiveRows, type LeastPaymentProblem } from "../payments/least_payment.ts";

/**
 * By how much the wanted action beats the best other one under a contract `[n]`; negative when the
 * agent would deviate.
 */
export function incentiveSlack(
  problem: LeastPaymentProblem,
  contract: ArrayLike<number>,
): number {
  const { rows, gaps } = incentiveRows({ ...problem, margin: 0 });
  const n = contract.length;
  let least = Infinity;
  for (let b = 0; b < gaps.length; b++) {
    let slack = -gaps[b]!;
    for (let i = 0; i < n; i++) slack += rows[b * n + i]! * contract[i]!;
    least = Math.min(least, slack);
  }
  return least;
}

/** A mixture of two contracts and the weight of the safe one. */
export interface RobustContract {
  contract: Float64Array;
  lambda: number;
}

/**
 * Lemma R (ours): a contract that misses the incentive constraints by at most δ, mixed with one that satisfies
 * them with margin γ at weight `λ = δ/(δ + γ)`, satisfies them, because they are affine in the contract:
 * `−(1 − λ)δ + λγ = 0`. It costs at most `λ·cap ≤ δ·cap/γ` more.
 *
 * @throws {RangeError} unless `violation ≥ 0`, `gap > 0` and the contracts have equal lengths.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { robustContract } from "offprint/contracts/planning/mod.ts";
 *
 * const { contract, lambda } = robustContract([0, 0, 0.5], [0, 0, 1], 0.05, 0.2);
 * assertAlmostEquals(lambda, 0.2);
 * assertAlmostEquals(contract[2]!, 0.6);
 * ```
 */
export function robustContract(
  contract: ArrayLike<number>,
  safe: ArrayLike<number>,
  violation: number,
  gap: number,
): RobustContract {
  if (!(violation >= 0) || !(gap > 0) || contract.length !== safe.length) {
    throw new RangeError(
      `robustContract: got violation ${violation}, gap ${gap} and contracts of ${contract.length} and ${safe.length} payments, expected violation ≥ 0, gap > 0 and equal lengths`,
    );
  }
  const lambda = violation / (violation + gap);
  return { contract: mixContracts(contract, safe, lambda), lambda };
}

/** `(1 − λ)·from + λ·to`. */
export function mixContracts(
  from: ArrayLike<number>,
  to: ArrayLike<number>,
  lambda: number,
): Float64Array {
  return Float64Array.from(from, (pay, i) => (1 - lambda) * pay + lambda * to[i]!);
}
