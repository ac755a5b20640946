/**
 * How a drafted token is judged: the rejection-based family of paper 02. A rule accepts the draft token
 * x with probability b(x) and, when it rejects, samples the replacement from a distribution P. Throughout,
 * `draft` is the distribution the token was drawn from (the theory paper's p) and `target` the one to be
 * reproduced (its q).
 *
 * @module
 */
import { residual, totalVariation } from "./distribution.ts";

/** A member of the family: an acceptance probability b and a post-rejection distribution P at every position. */
export interface VerificationRule {
  readonly name: string;
  /** `b(token) · draft[token]`: the draft's mass at `token` that is accepted, from 0 to `draft[token]`. */
  acceptedMass(token: number, draft: Float64Array, target: Float64Array): number;
  /** P, asked for only after a rejection; `V` probabilities. */
  replacement(draft: Float64Array, target: Float64Array): Float64Array;
}

/**
 * Speculative decoding's own rule (Algorithm 1): b = min(1, q/p), P = [q − p]₊. The output law is the
 * target's, and no unbiased rule rejects less (Theorem 2).
 */
export const exactVerification: VerificationRule = {
  name: "exact",
  acceptedMass: (token, draft, target) => Math.min(draft[token]!, target[token]!),
  replacement: (draft, target) => residual(target, draft),
};

/** b and P as functions of the two distributions, for {@linkcode rejectionRule}. */
export interface RejectionRuleParts {
  name: string;
  /** b: `V` acceptance probabilities in [0, 1]. */
  acceptance: (draft: Float64Array, target: Float64Array) => ArrayLike<number>;
  /** P: `V` probabilities. */
  replacement: (draft: Float64Array, target: Float64Array) => Float64Array;
}

/**
 * Any member of the family, from b and P. It may be biased: {@linkcode stepLaw} says by how much.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { rejectionRule, stepLaw } from "offprint/decoding/verification/mod.ts";
 *
 * const trusting = rejectionRule({
 *   name: "accept everything",
 *   acceptance: (draft) => new Float64Array(draft.length).fill(1),
 *   replacement: (_draft, target) => target,
 * });
 * const step = stepLaw(trusting, Float64Array.of(0.75, 0.25), Float64Array.of(0.5, 0.5));
 * assertAlmostEquals(step.rejection, 0);
 * assertAlmostEquals(step.bias, 0.25);
 * ```
 */
export function rejectionRule(parts: RejectionRuleParts): VerificationRule {
  return {
    name: parts.name,
    acceptedMass: (token, draft, target) => {
      const accepted = parts.acceptance(draft, target)[token]!;
      if (!(accepted >= 0 && accepted <= 1)) {
        throw new RangeError(
          `${parts.name}: got acceptance ${accepted} of token ${token}, expected a number in [0, 1]`,
        );
      }
      return accepted * draft[token]!;
    },
    replacement: parts.replacement,
  };
}

/**
 * Whether the coin `u ∈ [0, 1)` accepts a token of draft probability `probability` of which `mass` is
 * accepted. Without a division: equal distributions always accept, mass 0 never does.
 */
export function accepts(u: number, probability: number, mass: number): boolean {
  return mass > 0 && u * probability <= mass;
}

/** What one position of a rule does, exactly. */
export interface StepLaw {
  /** Z = Σ (1 − b) p, the probability of a rejection. */
  rejection: number;
  /** The output law b·p + P·Z. */
  law: Float64Array;
  /** Total variation between the output law and the target; 0 for an unbiased rule. */
  bias: number;
}

/** The exact output law of `rule` at one position (paper 02, general rejection-based family: b p + P Z). */
export function stepLaw(
  rule: VerificationRule,
  draft: Float64Array,
  target: Float64Array,
): StepLaw {
  const law = new Float64Array(draft.length);
  let rejection = 0;
  for (let token = 0; token < law.length; token++) {
    const mass = rule.acceptedMass(token, draft, target);
    law[token] = mass;
    rejection += draft[token]! - mass;
  }
  if (rejection > 0) {
    const replacement = rule.replacement(draft, target);
    for (let token = 0; token < law.length; token++) law[token]! += replacement[token]! * rejection;
  }
  return { rejection, law, bias: totalVariation(law, target) };
}
