/**
 * No unbiased rejection-based rule rejects less than speculative decoding (paper 02, Theorem 2).
 *
 * @module
 */
import type { ChainPair } from "offprint/lm/exact/mod.ts";
import { expectedRejections } from "./expected_rejections.ts";

/**
 * The least expected number of rejections of any unbiased rule over `steps` tokens, on this very pair of
 * chains: Σₙ E_q[TV(pₙ, qₙ)], which speculative decoding attains.
 */
export function rejectionLowerBound(pair: ChainPair, steps: number): number {
  return expectedRejections(pair, steps).total;
}

/** Rounding allowed in b·p ≤ q. */
const ROUNDING = 1e-12;

/**
 * The one post-rejection distribution that makes acceptance probabilities `acceptance` (b) unbiased,
 * P = (q − b p)/Z. It exists only when b·p ≤ q, which is why Z ≥ TV(p, q).
 *
 * @throws {RangeError} when some token is accepted more often than the target allows, or nothing is rejected.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { unbiasedReplacement } from "offprint/papers/specdec_theory/mod.ts";
 *
 * const draft = Float64Array.of(0.5, 0.5), target = Float64Array.of(0.25, 0.75);
 * const replacement = unbiasedReplacement(draft, target, [0.5, 1]);
 * assertAlmostEquals(replacement[1]!, 1);
 * ```
 */
export function unbiasedReplacement(
  draft: Float64Array,
  target: Float64Array,
  acceptance: ArrayLike<number>,
): Float64Array {
  const missing = target.map((q, token) => q - acceptance[token]! * draft[token]!);
  const over = missing.findIndex((mass) => mass < -ROUNDING);
  if (over >= 0) {
    throw new RangeError(
      `unbiasedReplacement: got token ${over} accepted with mass ${
        acceptance[over]! * draft[over]!
      }, expected at most its target probability ${target[over]}`,
    );
  }
  const rejection = missing.reduce((sum, mass) => sum + Math.max(mass, 0), 0);
  if (!(rejection > 0)) {
    throw new RangeError(
      "unbiasedReplacement: got a rule that rejects nothing, expected Z above 0",
    );
  }
  return missing.map((mass) => Math.max(mass, 0) / rejection);
}
