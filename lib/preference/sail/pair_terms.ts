/**
 * The three terms of SAIL's gradient at one pair of responses (paper 09, section 3). With
 * `u = β [log π(y₁)/π₀(y₁) − log π(y₂)/π₀(y₂)]`, `F = log σ(u)` of the labelled pair and `g = ∇ log π`, the
 * objective `E[F]` has the gradient
 *
 * | term | of | value |
 * |---|---|---|
 * | pair | every route | `β σ(−u) (g_w − g_l)`, what DPO descends on |
 * | label | labels drawn by the policy | `F · ∇F` |
 * | response | responses drawn by the policy | `F · (g_w + g_l)` |
 *
 * The last two are there because the data come from the policy that is being changed. Here they stand as weights
 * on `g₁` and `g₂`, averaged over the label, so that a drawn label (probability 0 or 1) and both labels at once
 * are the same formula.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { logistic, negativeLogSigmoid } from "../losses/pair_loss.ts";

/** Log-probabilities of two responses to one prompt, nats, summed over their tokens. */
export interface ResponsePair {
  first: number;
  second: number;
  firstReference: number;
  secondReference: number;
}

/**
 * Which reading of the response term: `formula` is the derivative; `as-published` is what the trainer of the
 * paper's authors does, which divides `F` by the log-probability and so has the other sign.
 */
export type GradientMode = "formula" | "as-published";

/** Where a pair comes from and how it is looked at. */
export interface PairTermOptions {
  /** β, strength of the pull towards the reference. */
  beta: number;
  /** Probability that the first response is the winner: 0 or 1 for a label that has been drawn. */
  probability: number;
  /** c, subtracted from `F` in the response term. Default 0. */
  baseline?: number;
  /** Default `formula`. */
  mode?: GradientMode;
  /** What the response is called in messages. Default "the first response", "the second response". */
  names?: readonly [first: string, second: string];
}

/** The terms of a pair, as weights on `g₁` and `g₂` along which the objective rises. */
export interface PairTerms {
  /** u. */
  margin: number;
  /** `E[F]` over the label, at most 0: minus the loss of DPO. */
  value: number;
  /** Weight of the pair term on `g₁`, and with the other sign on `g₂`. */
  pair: number;
  /** Weight of the label term on `g₁`, and with the other sign on `g₂`. */
  label: number;
  /** Weights of the response term on `g₁` and `g₂`. */
  response: [first: number, second: number];
}

/** u of a pair. */
export function implicitMargin(pair: ResponsePair, beta: number): number {
  return beta *
    ((pair.first - pair.firstReference) - (pair.second - pair.secondReference));
}

/**
 * The terms of one pair.
 *
 * @throws {UserError} in `as-published` mode for a response with log π = 0, where that term is not defined.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { pairTerms } from "offprint/preference/sail/mod.ts";
 *
 * const pair = { first: -20, second: -25, firstReference: -21, secondReference: -24 };
 * const formula = pairTerms(pair, { beta: 0.1, probability: 1 });
 * assertAlmostEquals(0.2 * formula.response[0], -0.119628, 5e-7);
 * const published = pairTerms(pair, { beta: 0.1, probability: 1, mode: "as-published" });
 * assertAlmostEquals(0.2 * published.response[0], 0.005981, 5e-7);
 * ```
 */
export function pairTerms(pair: ResponsePair, options: PairTermOptions): PairTerms {
  const { beta, probability: p, baseline = 0, mode = "formula" } = options;
  const margin = implicitMargin(pair, beta);
  const [won, lost] = [-negativeLogSigmoid(margin), -negativeLogSigmoid(-margin)];
  const wins = logistic(margin);
  const value = p * won + (1 - p) * lost;
  return {
    margin,
    value,
    pair: beta * (p - wins),
    label: beta * (p * won * (1 - wins) - (1 - p) * lost * wins),
    response: mode === "formula" ? [value - baseline, value - baseline] : [
      publishedTerm(value, pair.first, options, 0),
      publishedTerm(value, pair.second, options, 1),
    ],
  };
}

/** `F / log π`: positive, because both are negative. */
function publishedTerm(
  value: number,
  logProb: number,
  { names }: PairTermOptions,
  which: 0 | 1,
): number {
  if (logProb < 0) return value / logProb;
  throw new UserError({
    what: `as-published response term of ${
      names?.[which] ?? ["the first response", "the second response"][which]
    }`,
    got: new Described(`log π = ${logProb}`),
    expected: "a log-probability below 0, for the term divides by it",
    todo: 'Use the mode "formula", or a smaller coefficient.',
  });
}
