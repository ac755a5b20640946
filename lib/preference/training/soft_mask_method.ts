/**
 * Sparsity-regularised token masks (paper 04, section 6, E): DPO on masked sums, with a mask for each token
 * that starts at 1 and is learned beside the weights, by projected gradient onto [0, 1]. The loss is
 * `−log σ(β (A − B)) + λ (Σ m_w + Σ m_l)`, `A = Σ mᵢ (log πᵢ − log π₀ᵢ)`. This is a concrete instance of a
 * design that the paper only outlines.
 *
 * @module
 */
import type { Tensor } from "offprint/lm/transformer/mod.ts";
import {
  checkNotNegative,
  checkPositive,
  logistic,
  negativeLogSigmoid,
  referenceMargin,
} from "../losses/pair_loss.ts";
import type { TokenMasks } from "../pairs/alignment.ts";
import { pairBatch, responseLogProbs, total } from "../pairs/pair_batch.ts";
import { setCoefficients, wholeResponses } from "./margin_method.ts";
import { checkFinite, type PreferenceMethod } from "./method.ts";
import { pairStatistics } from "../pairs/pair_statistics.ts";

/**
 * DPO with learned masks.
 *
 * @param options.beta default 0.1.
 * @param options.lambda price of an open mask. Default 0.01.
 * @param options.maskRate step size of the masks. Default 1.
 */
export function softMaskMethod(
  { beta = 0.1, lambda = 0.01, maskRate = 1 }: {
    beta?: number;
    lambda?: number;
    maskRate?: number;
  } = {},
): PreferenceMethod & { masksOf(index: number): TokenMasks | undefined } {
  checkPositive("soft masks: beta", beta);
  checkNotNegative("soft masks: lambda", lambda);
  checkPositive("soft masks: maskRate", maskRate);
  const masks = new Map<number, TokenMasks>();
  const name = `soft masks (λ = ${lambda})`;
  return {
    name,
    options: { beta, lambda, maskRate },
    needsReferencePoint: false,
    masksOf: (index) => masks.get(index),
    async gradient(engine, step) {
      const batch = pairBatch(engine.config, step.pairs, step.length);
      const pass = await engine.forward(batch);
      const scores = responseLogProbs(batch, step.pairs, pass.logProbs);
      const coefficients = new Float32Array(batch.tokens.length);
      const losses = new Float64Array(step.pairs.length);
      const moved: TokenMasks[] = [];
      step.pairs.forEach((pair, i) => {
        const mask = masks.get(step.indices[i]!) ?? wholeResponses(pair);
        const reference = step.reference[i]!;
        const u = beta * referenceMargin(pairStatistics(scores[i]!, reference, mask));
        losses[i] = negativeLogSigmoid(u) + lambda * (total(mask.chosen) + total(mask.rejected));
        const weight = beta * logistic(-u);
        const each = weight / step.pairs.length;
        const weights = { chosen: each, rejected: each };
        setCoefficients(coefficients, batch.length, i, pair.prompt.length, weights, mask);
        // ∂loss/∂m is λ − d (log π − log π₀) on the chosen side and λ + d (…) on the rejected one.
        const next = (side: "chosen" | "rejected", sign: number): Float64Array =>
          mask[side].map((m, t) => {
            const ratio = scores[i]![side][t]! - reference[side][t]!;
            // In float32, as checkpoints keep them.
            return Math.fround(
              Math.min(1, Math.max(0, m - maskRate * (lambda + sign * weight * ratio))),
            );
          });
        moved.push({ chosen: next("chosen", -1), rejected: next("rejected", 1) });
      });
      checkFinite(name, step, losses);
      const gradient = await pass.gradient(coefficients);
      moved.forEach((mask, i) => masks.set(step.indices[i]!, mask));
      return { gradient, losses, skipped: 0 };
    },
    state() {
      const tensors = new Map<string, Tensor>();
      for (const [index, mask] of masks) {
        for (const side of ["chosen", "rejected"] as const) {
          const data = Float32Array.from(mask[side]);
          tensors.set(`mask/${index}/${side}`, { shape: [data.length], data });
        }
      }
      return tensors;
    },
    restore(tensors) {
      masks.clear();
      for (const [key, { data }] of tensors) {
        const [kind, index, side] = key.split("/");
        if (kind !== "mask") continue;
        const mask = masks.get(Number(index)) ??
          { chosen: new Float64Array(), rejected: new Float64Array() };
        mask[side as "chosen" | "rejected"] = Float64Array.from(data);
        masks.set(Number(index), mask);
      }
    },
  };
}
