/**
 * What a decoder can record about each position it examined.
 *
 * @module
 */
import { totalVariation } from "../verification/distribution.ts";
import { stepLaw, type VerificationRule } from "../verification/verification.ts";

/** A position whose candidate was examined: accepted or rejected, not skipped after a rejection. */
export interface ExaminedPosition {
  /** Index in the generated text, from 0. */
  position: number;
  /** The candidate. */
  token: number;
  accepted: boolean;
  /** Probability b(token) with which it was accepted, given the candidate. */
  acceptance: number;
  /** Total variation between draft and target here. */
  totalVariation: number;
  /**
   * Probability of a rejection here before the candidate was drawn: equal to `totalVariation` for the exact
   * rule. Its sum over examined positions has the same expectation as the number of rejections, whatever ends a round.
   */
  rejection: number;
  /** Total variation between the output law here and the target: 0 for the exact rule. */
  bias: number;
}

/** The record of one examined position under `rule`. */
export function examined(
  position: number,
  token: number,
  accepted: boolean,
  acceptance: number,
  rule: VerificationRule,
  draft: Float64Array,
  target: Float64Array,
): ExaminedPosition {
  const { rejection, bias } = stepLaw(rule, draft, target);
  return {
    position,
    token,
    accepted,
    acceptance,
    totalVariation: totalVariation(draft, target),
    rejection,
    bias,
  };
}
