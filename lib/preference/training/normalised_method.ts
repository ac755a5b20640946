/**
 * The pairwise-normalised step (paper 04, section 6, D): each pair moves along the difference of its two unit
 * gradients. The ratio d_w/d_l = |g_l|/|g_w| is the geometric mean of the band's ends, so every pair on its
 * own is ideal; pairs of one batch can still undo each other.
 *
 * @module
 */
import type { Tensor } from "offprint/lm/transformer/mod.ts";
import {
  checkPositive,
  logistic,
  negativeLogSigmoid,
  referenceMargin,
} from "../losses/pair_loss.ts";
import { pairGradients } from "../entanglement/pair_gradients.ts";
import { squaredNorm } from "../entanglement/laws.ts";
import { checkFinite, type PreferenceMethod } from "./method.ts";
import { pairStatistics } from "../pairs/pair_statistics.ts";

/** Added to every norm. */
const EPSILON = 1e-12;
/** A pair with a norm below this part of the running median is left out. */
const FLOOR = 1e-8;
/** How many norms the running median looks back on. */
const WINDOW = 256;

/**
 * Normalised steps, `u = c (g_w/|g_w| − g_l/|g_l|)`, their mean over the batch.
 *
 * @param options.beta of `c = 2 σ(−β D)`, which lets solved pairs fade out. Default 0.1.
 * @param options.fade false for c = 1.
 */
export function normalisedMethod(
  { beta = 0.1, fade = true }: { beta?: number; fade?: boolean } = {},
): PreferenceMethod {
  checkPositive("normalised steps: beta", beta);
  let norms: number[] = [];
  return {
    name: "normalised steps",
    options: { beta, fade },
    needsReferencePoint: false,
    async gradient(engine, step) {
      const gradient = new Float32Array(engine.parameters.length);
      const losses = new Float64Array(step.pairs.length);
      let skipped = 0;
      for (const [i, pair] of step.pairs.entries()) {
        const { chosen, rejected, scores } = await pairGradients(engine, pair, {
          length: step.length,
        });
        const margin = referenceMargin(pairStatistics(scores, step.reference[i]!));
        losses[i] = negativeLogSigmoid(beta * margin);
        const [w, l] = [Math.sqrt(squaredNorm(chosen)), Math.sqrt(squaredNorm(rejected))];
        norms.push(w, l);
        const floor = Math.max(Number.MIN_VALUE, FLOOR * middle(norms));
        // A gradient that all but vanishes has no direction worth a whole step.
        if (!(w >= floor && l >= floor)) {
          skipped++;
          continue;
        }
        const size = (fade ? 2 * logistic(-beta * margin) : 1) / step.pairs.length;
        const [toChosen, toRejected] = [size / (w + EPSILON), size / (l + EPSILON)];
        for (let k = 0; k < gradient.length; k++) {
          gradient[k]! -= toChosen * chosen[k]! - toRejected * rejected[k]!;
        }
      }
      norms = norms.slice(-WINDOW);
      checkFinite("normalised steps", step, losses);
      return { gradient, losses, skipped };
    },
    state() {
      return new Map<string, Tensor>([["norms", {
        shape: [norms.length],
        data: Float32Array.from(norms),
      }]]);
    },
    restore(tensors) {
      norms = Array.from(tensors.get("norms")?.data ?? []);
    },
  };
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
