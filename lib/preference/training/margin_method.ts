/**
 * Minibatch descent on any preference loss: one forward pass, d_w and d_l on the host, one backward pass
 * with them as coefficients (paper 04, section 6, C); with the hard mask of section 6, E as an option.
 *
 * @module
 */
import type { OnnxEngine } from "offprint/lm/training/mod.ts";
import { softLabelTerms } from "../losses/loss_options.ts";
import type { Context, PairLoss } from "../losses/pair_loss.ts";
import { differingTokens, type TokenMasks } from "../pairs/alignment.ts";
import { pairBatch, responseLogProbs, total } from "../pairs/pair_batch.ts";
import { checkFinite, type PreferenceMethod, type StepPairs } from "./method.ts";
import { pairStatistics } from "../pairs/pair_statistics.ts";

/**
 * Descent on a loss.
 *
 * @param options.mask `differing` lets only tokens outside the longest common alignment of the two responses
 *   into the sums. Default `none`.
 */
export function marginMethod(
  loss: PairLoss,
  { mask = "none" }: { mask?: "none" | "differing" } = {},
): PreferenceMethod {
  const name = mask === "none" ? loss.name : `${loss.name} on differing tokens`;
  return {
    name,
    options: { ...loss.options, mask },
    needsReferencePoint: loss.needsReferencePoint ?? false,
    async gradient(engine, step) {
      const batch = pairBatch(engine.config, step.pairs, step.length);
      const context = await batchContext(engine, step);
      const pass = await engine.forward(batch);
      const scores = responseLogProbs(batch, step.pairs, pass.logProbs);
      const coefficients = new Float32Array(batch.tokens.length);
      const losses = new Float64Array(step.pairs.length);
      step.pairs.forEach((pair, i) => {
        const masks = mask === "differing"
          ? differingTokens(pair.chosen, pair.rejected)
          : undefined;
        const statistics = pairStatistics(scores[i]!, step.reference[i]!, masks);
        const terms = softLabelTerms(loss, statistics, pair.labelProbability, context);
        losses[i] = terms.loss;
        setCoefficients(coefficients, batch.length, i, pair.prompt.length, {
          chosen: terms.chosenWeight / step.pairs.length,
          rejected: terms.rejectedWeight / step.pairs.length,
        }, masks ?? wholeResponses(pair));
      });
      checkFinite(name, step, losses);
      return { gradient: await pass.gradient(coefficients), losses, skipped: 0 };
    },
  };
}

/** KTO's constant of the batch: the divergence from the reference, estimated on mismatched pairs. */
async function batchContext(engine: OnnxEngine, step: StepPairs): Promise<Context> {
  if (step.mismatched === undefined) return {};
  const { pairs, reference } = step.mismatched;
  const batch = pairBatch(engine.config, pairs, step.length);
  const scores = responseLogProbs(batch, pairs, await engine.logProbs(batch));
  const ratios = scores.map(({ chosen }, i) => total(chosen) - total(reference[i]!));
  return { referencePoint: Math.max(0, total(ratios) / ratios.length) };
}

/** Masks that let every token through. */
export function wholeResponses(
  pair: { chosen: readonly number[]; rejected: readonly number[] },
): TokenMasks {
  return {
    chosen: new Float64Array(pair.chosen.length).fill(1),
    rejected: new Float64Array(pair.rejected.length).fill(1),
  };
}

/**
 * Writes a pair's coefficients: the loss is `−Σ c log p`, so chosen tokens get `+d_w` and rejected ones `−d_l`,
 * each times its mask.
 */
export function setCoefficients(
  coefficients: Float32Array,
  length: number,
  pair: number,
  prompt: number,
  weights: { chosen: number; rejected: number },
  masks: TokenMasks,
): void {
  const chosen = 2 * pair * length + prompt;
  const rejected = (2 * pair + 1) * length + prompt;
  masks.chosen.forEach((m, i) => coefficients[chosen + i] = weights.chosen * m);
  masks.rejected.forEach((m, i) => coefficients[rejected + i] = -weights.rejected * m);
}
