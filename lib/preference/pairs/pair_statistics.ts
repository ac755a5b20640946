/**
 * From log-probabilities of tokens to what a loss reads of a pair.
 *
 * @module
 */
import type { PairStatistics } from "../losses/pair_loss.ts";
import type { TokenMasks } from "./alignment.ts";
import type { ResponseLogProbs } from "./pair_batch.ts";

/** The statistics of a pair, over the tokens that the masks let through. */
export function pairStatistics(
  policy: ResponseLogProbs,
  reference: ResponseLogProbs,
  masks?: TokenMasks,
): PairStatistics {
  const sum = (values: Float64Array, mask?: Float64Array): number => {
    let result = 0;
    for (let i = 0; i < values.length; i++) result += values[i]! * (mask?.[i] ?? 1);
    return result;
  };
  const count = (values: Float64Array, mask?: Float64Array): number =>
    mask === undefined ? values.length : mask.reduce((a, b) => a + b, 0);
  return {
    chosen: sum(policy.chosen, masks?.chosen),
    rejected: sum(policy.rejected, masks?.rejected),
    chosenReference: sum(reference.chosen, masks?.chosen),
    rejectedReference: sum(reference.rejected, masks?.rejected),
    chosenTokens: count(policy.chosen, masks?.chosen),
    rejectedTokens: count(policy.rejected, masks?.rejected),
  };
}
