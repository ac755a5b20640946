/**
 * The verification step of speculative decoding.
 *
 * @module
 */
import type { Draft, Verdicts } from "../contract/types.ts";
import { checkArray, checkWhole } from "../contract/checks.ts";
import { KernelError } from "../contract/errors.ts";
import { laneSum } from "./exact_math.ts";
import { badMass, checkUniforms, draw } from "./sampling.ts";

/** Below this sum the residual is rounding noise, and the target itself is drawn from. */
export const LEAST_RESIDUAL = 1e-12;

/**
 * Accepts the leading drafted tokens and draws the one after them, so that the text follows the law of
 * the target `q` (Leviathan et al. 2023; Chen et al. 2023).
 *
 * Token x is accepted when `q(x) > 0` and `u · p(x) ≤ q(x)`: no division, and never a token that the
 * target excludes. At the first rejection the next token is drawn from `max(q − p, 0)`, or from `q`
 * when that sums to less than {@linkcode LEAST_RESIDUAL}; when all are accepted, from the target's
 * distribution after the last of them.
 *
 * @throws {KernelError} when sizes are wrong, a token is outside the vocabulary or has draft
 * probability 0 (then it was not drawn from `draft`), or a distribution to draw from has no mass.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { verify } from "kernels/reference/verification.ts";
 *
 * const { accepted, next } = verify({
 *   batch: 1, drafted: 1, vocabulary: 2,
 *   tokens: Int32Array.of(0),
 *   draft: Float64Array.of(0.8, 0.2),
 *   target: Float64Array.of(0.4, 0.6, 0.5, 0.5),
 *   uniforms: Float64Array.of(0.75, 0.1), // 0.75 · 0.8 > 0.4: rejected
 * });
 * assertEquals([accepted[0], next[0]], [0, 1]); // the residual is all on token 1
 * ```
 */
export function verify(input: Draft): Verdicts {
  const lengths = checkDraft(input);
  const { batch, drafted, vocabulary, tokens, draft, target, uniforms } = input;
  const accepted = new Int32Array(batch), next = new Int32Array(batch);
  const residual = new Float64Array(vocabulary);
  for (let text = 0; text < batch; text++) {
    const length = lengths[text]!;
    let n = 0;
    for (; n < length; n++) {
      const token = tokens[text * drafted + n]!;
      const p = draft[(text * drafted + n) * vocabulary + token]!;
      const q = target[(text * (drafted + 1) + n) * vocabulary + token]!;
      if (!(p > 0)) throw notDrawn(text, n, token, p);
      if (!(q > 0 && uniforms[text * (drafted + 1) + n]! * p <= q)) break;
    }
    const at = (text * (drafted + 1) + n) * vocabulary;
    let weights = target.subarray(at, at + vocabulary);
    if (n < length) {
      const from = (text * drafted + n) * vocabulary;
      for (let i = 0; i < vocabulary; i++) {
        const excess = weights[i]! - draft[from + i]!;
        residual[i] = excess <= 0 ? 0 : excess; // NaN stays, and is refused by the draw below
      }
      if (laneSum(residual) >= LEAST_RESIDUAL) weights = residual;
    }
    accepted[text] = n;
    next[text] = draw(weights, uniforms[text * (drafted + 1) + drafted]!);
    if (next[text]! < 0) throw badMass(`verify: target[${text}]`, n, laneSum(weights));
  }
  return { accepted, next };
}

/** Refuses a draft whose parts do not fit; returns the length of each text's draft. */
export function checkDraft(input: Draft): Int32Array {
  const { batch, drafted, vocabulary, tokens, draft, target, uniforms } = input;
  checkWhole("verify: batch", batch, 1);
  checkWhole("verify: drafted", drafted, 1);
  checkWhole("verify: vocabulary", vocabulary, 1);
  const rows = drafted + 1;
  checkArray("verify: tokens", tokens, Int32Array, { batch, drafted });
  checkArray("verify: draft", draft, Float64Array, { batch, drafted, vocabulary });
  checkArray("verify: target", target, Float64Array, { batch, rows, vocabulary });
  checkUniforms("verify: uniforms", uniforms, { batch, rows });
  const lengths = input.lengths ?? new Int32Array(batch).fill(drafted);
  checkArray("verify: lengths", lengths, Int32Array, { batch });
  lengths.forEach((length, text) => {
    checkWhole(`verify: lengths[${text}]`, length, 0, drafted);
    for (let n = 0; n < length; n++) {
      checkWhole(`verify: tokens[${text}][${n}]`, tokens[text * drafted + n], 0, vocabulary - 1);
    }
  });
  return lengths;
}

/** The error for a drafted token that its distribution excludes. */
export function notDrawn(text: number, n: number, token: number, p: number): KernelError {
  return new KernelError({
    what: `verify: draft[${text}][${n}][${token}]`,
    got: p,
    expected: "a positive probability, since this token was drafted",
    todo: "Give the distribution that the token was drawn from, after its warp.",
  });
}
