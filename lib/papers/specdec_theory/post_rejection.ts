/**
 * The best thing to sample after a rejection when the acceptance probabilities are given (paper 02, Theorem 4).
 *
 * @module
 */
import { residual, totalVariation } from "offprint/decoding/verification/mod.ts";

/** The solution of Theorem 4 for one position. */
export interface PostRejection {
  /** Z = Σ (1 − b) p, the probability of a rejection. */
  rejection: number;
  /**
   * A = (q − b p)/Z, of sum 1: the minimisers are exactly the distributions with 0 ≤ P ≤ A where A ≥ 0 and P = 0
   * where A < 0. Undefined when nothing is rejected.
   */
  ratio?: Float64Array;
  /** The minimiser proportional to max(q − b p, 0). */
  distribution: Float64Array;
  /** The least total variation between output law and target: Σ max(b p − q, 0). */
  loss: number;
}

/**
 * The optimal post-rejection distribution for acceptance probabilities `acceptance` (b), and the bias it
 * leaves.
 *
 * @throws {RangeError} when an acceptance probability lies outside [0, 1].
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { optimalPostRejection, overAcceptance } from "offprint/papers/specdec_theory/mod.ts";
 *
 * const draft = Float64Array.of(0.4, 0.3, 0.2, 0.1), target = Float64Array.of(0.1, 0.2, 0.3, 0.4);
 * const { rejection, loss } = optimalPostRejection(draft, target, overAcceptance(draft, target, 0.1));
 * assertAlmostEquals(rejection, 1 / 5);
 * assertAlmostEquals(loss, 1 / 5);
 * ```
 */
export function optimalPostRejection(
  draft: Float64Array,
  target: Float64Array,
  acceptance: ArrayLike<number>,
): PostRejection {
  const accepted = acceptedMasses(draft, acceptance);
  const rejection = rejectedMass(draft, accepted);
  let loss = 0;
  for (let token = 0; token < target.length; token++) {
    loss += Math.max(accepted[token]! - target[token]!, 0);
  }
  return {
    rejection,
    ...(rejection > 0
      ? { ratio: target.map((q, token) => (q - accepted[token]!) / rejection) }
      : {}),
    distribution: residual(target, accepted),
    loss,
  };
}

/** Total variation TV(b p + P Z, q) that any `replacement` (P) leaves. */
export function postRejectionLoss(
  draft: Float64Array,
  target: Float64Array,
  acceptance: ArrayLike<number>,
  replacement: ArrayLike<number>,
): number {
  const accepted = acceptedMasses(draft, acceptance);
  const rejection = rejectedMass(draft, accepted);
  const law = accepted.map((mass, token) => mass + replacement[token]! * rejection);
  return totalVariation(law, target);
}

/** b·p, checked. */
function acceptedMasses(draft: Float64Array, acceptance: ArrayLike<number>): Float64Array {
  return draft.map((p, token) => {
    const b = acceptance[token]!;
    if (!(b >= 0 && b <= 1)) {
      throw new RangeError(
        `post-rejection: got acceptance ${b} of token ${token}, expected a number in [0, 1]`,
      );
    }
    return b * p;
  });
}

function rejectedMass(draft: Float64Array, accepted: Float64Array): number {
  return draft.reduce((sum, p, token) => sum + (p - accepted[token]!), 0);
}
