/**
 * What is written down about a policy on a fixed evaluation set: both log-probabilities apart, because a
 * growing margin alone says nothing about either (paper 04, section 10).
 *
 * @module
 */
import { z } from "zod";
import type { OnnxEngine } from "offprint/lm/training/mod.ts";
import type { TokenPair } from "../pairs/encode.ts";
import { type Reference, scorePairs } from "../pairs/reference.ts";
import { pairStatistics } from "../pairs/pair_statistics.ts";
import { referenceMargin } from "../losses/pair_loss.ts";

/** The schema of a {@linkcode PreferencePoint}. */
export const preferencePointSchema = z.strictObject({
  /** Steps done. */
  step: z.int().nonnegative(),
  /** Mean a = log π(y_w | x) of the evaluation pairs, nats. */
  chosen: z.number(),
  /** Mean b. */
  rejected: z.number(),
  /** Mean of (a − a₀) − (b − b₀). */
  margin: z.number(),
  /** Mean of a/n_w. */
  chosenPerToken: z.number(),
  /** Mean of b/n_l. */
  rejectedPerToken: z.number(),
  /** Share of pairs with a margin above 0, a margin of 0 counting one half. */
  accuracy: z.number(),
  /** Mean training loss of the steps since the last point; null at step 0. */
  loss: z.number().nullable(),
});

/** A point of the curves. */
export type PreferencePoint = z.infer<typeof preferencePointSchema>;

/** Measures a policy on the evaluation pairs. */
export async function measurePairs(
  engine: Pick<OnnxEngine, "config" | "logProbs">,
  pairs: readonly TokenPair[],
  reference: Reference,
): Promise<Omit<PreferencePoint, "step" | "loss">> {
  const scores = await scorePairs(engine, pairs);
  const each = scores.map((score, i) => pairStatistics(score, reference.pairs[i]!));
  const mean = (value: (pair: typeof each[0]) => number): number =>
    each.reduce((sum, pair) => sum + value(pair), 0) / each.length;
  return {
    chosen: mean((pair) => pair.chosen),
    rejected: mean((pair) => pair.rejected),
    margin: mean(referenceMargin),
    chosenPerToken: mean((pair) => pair.chosen / pair.chosenTokens),
    rejectedPerToken: mean((pair) => pair.rejected / pair.rejectedTokens),
    accuracy: mean((pair) => {
      const margin = referenceMargin(pair);
      return margin > 0 ? 1 : margin === 0 ? 0.5 : 0;
    }),
  };
}

/**
 * The synchrony rate: the share of intervals of a curve in which mean a and mean b move in the same direction.
 */
export function synchronyRate(
  curve: readonly Pick<PreferencePoint, "chosen" | "rejected">[],
): number {
  if (curve.length < 2) return NaN;
  let together = 0;
  for (let i = 1; i < curve.length; i++) {
    const [before, after] = [curve[i - 1]!, curve[i]!];
    const product = (after.chosen - before.chosen) * (after.rejected - before.rejected);
    if (product > 0) together++;
  }
  return together / (curve.length - 1);
}
