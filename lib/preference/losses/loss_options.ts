/**
 * What can be put around any loss: noisy labels, and a derivative that is not written out.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import type { Context, LossTerms, PairLoss, PairStatistics } from "./pair_loss.ts";

/** The same pair with the responses exchanged. */
export function exchanged(pair: PairStatistics): PairStatistics {
  return {
    chosen: pair.rejected,
    rejected: pair.chosen,
    chosenReference: pair.rejectedReference,
    rejectedReference: pair.chosenReference,
    chosenTokens: pair.rejectedTokens,
    rejectedTokens: pair.chosenTokens,
  };
}

/**
 * The expected loss when the label is right with some probability: `p ℓ(w, l) + (1 − p) ℓ(l, w)`.
 *
 * @param probability that the chosen response is the better one.
 * @throws {UserError} outside [0, 1].
 */
export function softLabelTerms(
  loss: PairLoss,
  pair: PairStatistics,
  probability: number,
  context?: Context,
): LossTerms {
  if (!(probability >= 0 && probability <= 1)) {
    throw new UserError({
      what: `${loss.name}: label probability`,
      got: probability,
      expected: "a number from 0 to 1",
    });
  }
  const right = loss.at(pair, context);
  if (probability === 1) return right;
  const wrong = loss.at(exchanged(pair), context);
  const q = 1 - probability;
  return {
    loss: probability * right.loss + q * wrong.loss,
    // Exchanged, b stands where a stood: −∂ℓ(b, a)/∂a is −d_l there.
    chosenWeight: probability * right.chosenWeight - q * wrong.rejectedWeight,
    rejectedWeight: probability * right.rejectedWeight - q * wrong.chosenWeight,
  };
}

/**
 * Label smoothing: every label is taken to be wrong with probability `epsilon`. Around DPO this is cDPO.
 *
 * @throws {UserError} unless `0 ≤ epsilon < 0.5`.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { dpo, labelSmoothing } from "offprint/preference/losses/mod.ts";
 *
 * const even = { chosen: -3, rejected: -3, chosenReference: -3, rejectedReference: -3, chosenTokens: 2, rejectedTokens: 2 };
 * const { chosenWeight } = labelSmoothing(dpo({ beta: 1 }), 0.1).at(even);
 * assertAlmostEquals(chosenWeight, 0.5 * (0.9 - 0.1), 1e-12);
 * ```
 */
export function labelSmoothing(loss: PairLoss, epsilon: number): PairLoss {
  if (!(epsilon >= 0 && epsilon < 0.5)) {
    throw new UserError({
      what: `${loss.name}: label smoothing`,
      got: epsilon,
      expected: "a number of at least 0 and below 0.5",
    });
  }
  return {
    ...loss,
    name: epsilon === 0 ? loss.name : `${loss.name} (smoothing ${epsilon})`,
    options: { ...loss.options, epsilon },
    at: (pair, context) => softLabelTerms(loss, pair, 1 - epsilon, context),
  };
}

/**
 * Any differentiable loss of a pair, its slopes by central differences.
 *
 * @param value the loss itself.
 * @param options.step of the differences, nats. Default 1e-5: slopes are good to about 1e-9 of the loss.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { numericLoss } from "offprint/preference/losses/mod.ts";
 *
 * const exponential = numericLoss("exponential", (pair) => Math.exp(pair.rejected - pair.chosen));
 * const pair = { chosen: -1, rejected: -2, chosenReference: 0, rejectedReference: 0, chosenTokens: 1, rejectedTokens: 1 };
 * assertAlmostEquals(exponential.at(pair).chosenWeight, Math.exp(-1), 1e-8);
 * ```
 */
export function numericLoss(
  name: string,
  value: (pair: PairStatistics, context?: Context) => number,
  { needsReference = true, step = 1e-5 }: { needsReference?: boolean; step?: number } = {},
): PairLoss {
  return {
    name,
    options: {},
    needsReference,
    at(pair, context) {
      const slope = (key: "chosen" | "rejected"): number => {
        const moved = (by: number): number => value({ ...pair, [key]: pair[key] + by }, context);
        return (moved(step) - moved(-step)) / (2 * step);
      };
      return {
        loss: value(pair, context),
        chosenWeight: -slope("chosen"),
        rejectedWeight: slope("rejected"),
      };
    },
  };
}
