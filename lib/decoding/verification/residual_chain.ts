/**
 * The residuals of repeated rejection: q¹ = q, qᵐ⁺¹ = [qᵐ − p]₊, as batch speculative decoding meets them
 * when several draft tokens in turn are rejected at one position.
 *
 * Unnormalised they have a closed form. With cₘ = Π_{l<m} TV(qˡ, p), the probability that the first m − 1
 * tokens are rejected, and sₘ = c₁ + … + cₘ, induction on qᵐ cₘ gives
 *
 *     cₘ qᵐ = max(q − sₘ₋₁ p, 0)     and     cₘ₊₁ = Σₓ max(q − sₘ p, 0).
 *
 * So M attempts accept the mass min(q, s_M p), cost one pass over the vocabulary each, and nothing is
 * divided by a small number. As M → ∞ what stays rejected is the target's mass off the draft's support.
 *
 * @module
 */

/** What `attempts` tries at one position do, exactly. */
export interface RootLaw {
  /** Π_{m ≤ M} TV(qᵐ, p): the probability that all attempts are rejected. */
  rejection: number;
  /** `rejection · q^{M+1}`: the output mass that comes from a replacement, `V` values. */
  replaced: Float64Array;
  /** `min(q, s_M p)`: the output mass that comes from an accepted token, `V` values. */
  accepted: Float64Array;
}

/**
 * The exact law of `attempts` independent draft tokens tried in turn at one position.
 *
 * @param attempts the paper's M: a whole number ≥ 1, or `Infinity` for the limit.
 * @throws {RangeError} for any other `attempts`.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { rootLaw } from "offprint/decoding/verification/mod.ts";
 *
 * const target = Float64Array.of(0.5, 0.5), draft = Float64Array.of(0.75, 0.25);
 * assertAlmostEquals(rootLaw(target, draft, 1).rejection, 1 / 4);
 * assertAlmostEquals(rootLaw(target, draft, 2).rejection, 3 / 16);
 * ```
 */
export function rootLaw(
  target: ArrayLike<number>,
  draft: ArrayLike<number>,
  attempts: number,
): RootLaw {
  if (!(attempts === Infinity || (Number.isInteger(attempts) && attempts >= 1))) {
    throw new RangeError(
      `rootLaw: got ${attempts} attempts, expected a whole number of at least 1 or Infinity`,
    );
  }
  const scale = attempts === Infinity ? Infinity : draftMultiple(target, draft, attempts);
  const accepted = new Float64Array(target.length);
  const replaced = new Float64Array(target.length);
  let rejection = 0;
  for (let token = 0; token < target.length; token++) {
    const q = target[token]!;
    accepted[token] = draft[token] === 0 ? 0 : Math.min(q, scale * draft[token]!);
    replaced[token] = q - accepted[token]!;
    rejection += replaced[token]!;
  }
  return { rejection, replaced, accepted };
}

/** s_M: the sum of the probabilities of reaching attempts 1 to M. */
function draftMultiple(
  target: ArrayLike<number>,
  draft: ArrayLike<number>,
  attempts: number,
): number {
  let reached = 1;
  let sum = 1;
  for (let attempt = 2; attempt <= attempts && reached > 0; attempt++) {
    reached = 0;
    for (let token = 0; token < target.length; token++) {
      const excess = target[token]! - sum * draft[token]!;
      if (excess > 0) reached += excess;
    }
    sum += reached;
  }
  return sum;
}

/** Π_{m ≤ M} TV(qᵐ, p): the probability that `attempts` draft tokens in turn are all rejected. */
export function rootRejection(
  target: ArrayLike<number>,
  draft: ArrayLike<number>,
  attempts: number,
): number {
  return rootLaw(target, draft, attempts).rejection;
}

/**
 * {@linkcode rootRejection} in closed form for uniform laws, one support inside the other: the draft on
 * `draftSupport` tokens, the target on `targetSupport`. (1 − V'/V)^M when the target's is inside;
 * 1 − V/V' whatever M when the draft's is, where more drafts never help.
 */
export function uniformRootRejection(
  { draftSupport, targetSupport, attempts }: {
    draftSupport: number;
    targetSupport: number;
    attempts: number;
  },
): number {
  return targetSupport <= draftSupport
    ? (1 - targetSupport / draftSupport) ** attempts
    : 1 - draftSupport / targetSupport;
}

/**
 * {@linkcode rootRejection} in closed form for two coins: the draft shows heads with probability `draft` (u),
 * the target with `target` (v). (v − u)(1 − u)^{M−1} when v > u, (u − v) u^{M−1} otherwise.
 */
export function bernoulliRootRejection(
  { draft, target, attempts }: { draft: number; target: number; attempts: number },
): number {
  return target > draft
    ? (target - draft) * (1 - draft) ** (attempts - 1)
    : (draft - target) * draft ** (attempts - 1);
}
