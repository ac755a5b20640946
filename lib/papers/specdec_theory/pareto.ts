/**
 * The price of rejecting less (paper 02, Theorem 5): rejection probability and least bias add up to the total
 * variation between draft and target, a straight line below which no rejection-based rule gets.
 *
 * @module
 */
import { decodingOpt, decodingUno } from "./biased_rules.ts";
import { stepLaw } from "offprint/decoding/verification/mod.ts";

/** One over-acceptance level on one pair of distributions, both decoders. */
export interface ParetoPoint {
  epsilon: number;
  /** Probability of a rejection, the same for both decoders. */
  rejection: number;
  /** Bias (total variation from the target) of Decoding-OPT: on the line, `rejection + optBias = TV(p, q)`. */
  optBias: number;
  /** Bias of Decoding-UNO: on or above the line. */
  unoBias: number;
}

/**
 * Rejection probability and exact bias of Decoding-OPT and Decoding-UNO for each `epsilon`.
 *
 * @throws {UserError} unless every `epsilon` is a finite number ≥ 0.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { totalVariation } from "offprint/decoding/verification/mod.ts";
 * import { paretoFront } from "offprint/papers/specdec_theory/mod.ts";
 *
 * const draft = Float64Array.of(0.4, 0.3, 0.2, 0.1), target = Float64Array.of(0.1, 0.2, 0.3, 0.4);
 * for (const { rejection, optBias } of paretoFront(draft, target, [0, 0.05, 0.1])) {
 *   assertAlmostEquals(rejection + optBias, totalVariation(draft, target));
 * }
 * ```
 */
export function paretoFront(
  draft: Float64Array,
  target: Float64Array,
  epsilons: readonly number[],
): ParetoPoint[] {
  return epsilons.map((epsilon) => {
    const opt = stepLaw(decodingOpt(epsilon), draft, target);
    const uno = stepLaw(decodingUno(epsilon), draft, target);
    return { epsilon, rejection: opt.rejection, optBias: opt.bias, unoBias: uno.bias };
  });
}
