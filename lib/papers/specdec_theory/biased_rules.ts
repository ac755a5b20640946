/**
 * Biased speculative decoding (paper 02, Decoding-OPT and Decoding-UNO): accept more than an unbiased rule
 * may, b_ε = min(1, (q + ε)/p), and repair on rejection as well as possible, or not.
 *
 * @module
 */
import {
  checkEpsilon,
  residual,
  type VerificationRule,
} from "offprint/decoding/verification/mod.ts";

/**
 * The over-acceptance b_ε(x) = min(1, (q(x) + ε)/p(x)), `V` values; 1 where the draft has no mass.
 *
 * @throws {UserError} unless `epsilon` is a finite number ≥ 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { overAcceptance } from "offprint/papers/specdec_theory/mod.ts";
 *
 * assertEquals([...overAcceptance(Float64Array.of(0.75, 0.25), Float64Array.of(0.5, 0.5), 0.0625)], [0.75, 1]);
 * ```
 */
export function overAcceptance(
  draft: ArrayLike<number>,
  target: ArrayLike<number>,
  epsilon: number,
): Float64Array {
  checkEpsilon(epsilon);
  return Float64Array.from(draft, (p, token) => {
    const mass = target[token]! + epsilon;
    return mass >= p ? 1 : mass / p;
  });
}

/**
 * Decoding-OPT: accepts with b_ε and on rejection samples from the best distribution of Theorem 4, which
 * for this b is the ordinary residual [q − p]₊ whatever ε is (where q ≥ p, b_ε = 1; elsewhere q − b_ε p < 0).
 * Its rejection probability and bias add up to TV(p, q): no rule does better (Theorem 5).
 *
 * @throws {UserError} unless `epsilon` is a finite number ≥ 0.
 */
export function decodingOpt(epsilon: number): VerificationRule {
  return {
    ...overAccepting(epsilon, "opt"),
    replacement: (draft, target) => residual(target, draft),
  };
}

/**
 * Decoding-UNO: accepts with b_ε and on rejection samples from the target itself. It rejects as often as
 * {@linkcode decodingOpt} and is further from the target, even at ε = 0.
 *
 * @throws {UserError} unless `epsilon` is a finite number ≥ 0.
 */
export function decodingUno(epsilon: number): VerificationRule {
  return { ...overAccepting(epsilon, "uno"), replacement: (_draft, target) => target };
}

function overAccepting(
  epsilon: number,
  name: string,
): Pick<VerificationRule, "name" | "acceptedMass"> {
  checkEpsilon(epsilon);
  return {
    name: `${name}, epsilon ${epsilon}`,
    acceptedMass: (token, draft, target) => Math.min(draft[token]!, target[token]! + epsilon),
  };
}
