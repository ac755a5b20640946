/**
 * Losses that see only the reference-relative margin D = (a − a₀) − (b − b₀), so that d_w = d_l: DPO and its
 * relatives (paper 04, section 4).
 *
 * @module
 */
import {
  checkNotNegative,
  checkPositive,
  checkTokenCounts,
  logistic,
  negativeLogSigmoid,
  type PairLoss,
  referenceMargin,
} from "./pair_loss.ts";

/**
 * DPO, `−log σ(β D)`.
 *
 * @param options.beta default 0.1.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { dpo } from "offprint/preference/losses/mod.ts";
 *
 * const { loss, chosenWeight } = dpo().at({
 *   chosen: -13.2,
 *   rejected: -10,
 *   chosenReference: -12.7,
 *   rejectedReference: -10.8,
 *   chosenTokens: 6,
 *   rejectedTokens: 5,
 * });
 * assertAlmostEquals(loss, 0.76025819, 1e-8);
 * assertAlmostEquals(chosenWeight, 0.05324543, 1e-8);
 * ```
 */
export function dpo({ beta = 0.1 }: { beta?: number } = {}): PairLoss {
  checkPositive("DPO: beta", beta);
  return {
    name: "DPO",
    options: { beta },
    needsReference: true,
    at(pair) {
      const u = beta * referenceMargin(pair);
      const weight = beta * logistic(-u);
      return { loss: negativeLogSigmoid(u), chosenWeight: weight, rejectedWeight: weight };
    },
  };
}

/**
 * DPO with a hinge, `max(0, 1 − β D)`. At the kink β D = 1 the slopes are 0, those of the far side.
 *
 * @param options.beta default 0.1.
 */
export function hingeDpo({ beta = 0.1 }: { beta?: number } = {}): PairLoss {
  checkPositive("hinge-DPO: beta", beta);
  return {
    name: "hinge-DPO",
    options: { beta },
    needsReference: true,
    at(pair) {
      const room = 1 - beta * referenceMargin(pair);
      const weight = room > 0 ? beta : 0;
      return { loss: Math.max(0, room), chosenWeight: weight, rejectedWeight: weight };
    },
  };
}

/**
 * R-DPO, `−log σ(β D + α (n_w − n_l))`: a longer chosen response counts as won already by its length.
 *
 * @param options.beta default 0.1.
 * @param options.alpha default 0.2.
 */
export function rDpo(
  { beta = 0.1, alpha = 0.2 }: { beta?: number; alpha?: number } = {},
): PairLoss {
  checkPositive("R-DPO: beta", beta);
  return {
    name: "R-DPO",
    options: { beta, alpha },
    needsReference: true,
    at(pair) {
      const u = beta * referenceMargin(pair) + alpha * (pair.chosenTokens - pair.rejectedTokens);
      const weight = beta * logistic(-u);
      return { loss: negativeLogSigmoid(u), chosenWeight: weight, rejectedWeight: weight };
    },
  };
}

/**
 * IPO, `(D − 1/(2β))²`. Beyond its target both weights are negative: it pulls the margin back.
 *
 * @param options.beta default 0.1.
 * @param options.average divides both log-ratios by their token counts, as TRL does. Default false, as in
 *   IPO's own paper.
 */
export function ipo(
  { beta = 0.1, average = false }: { beta?: number; average?: boolean } = {},
): PairLoss {
  checkPositive("IPO: beta", beta);
  const target = 1 / (2 * beta);
  return {
    name: average ? "IPO (averaged)" : "IPO",
    options: { beta, average },
    needsReference: true,
    at(pair) {
      if (average) checkTokenCounts("IPO", pair);
      const [w, l] = average ? [pair.chosenTokens, pair.rejectedTokens] : [1, 1];
      const margin = (pair.chosen - pair.chosenReference) / w -
        (pair.rejected - pair.rejectedReference) / l;
      const pull = 2 * (target - margin);
      return {
        loss: (margin - target) ** 2,
        chosenWeight: pull / w,
        rejectedWeight: pull / l,
      };
    },
  };
}

/**
 * DPOP (Smaug), `−log σ(β (D − λ max(0, a₀ − a)))`: a penalty once the chosen response falls below the
 * reference, where d_w/d_l jumps from 1 to 1 + λ.
 *
 * @param options.beta default 0.1.
 * @param options.lambda default 50.
 */
export function dpop(
  { beta = 0.1, lambda = 50 }: { beta?: number; lambda?: number } = {},
): PairLoss {
  checkPositive("DPOP: beta", beta);
  checkNotNegative("DPOP: lambda", lambda);
  return {
    name: lambda === 50 ? "DPOP" : `DPOP (λ = ${lambda})`,
    options: { beta, lambda },
    needsReference: true,
    at(pair) {
      const fallen = Math.max(0, pair.chosenReference - pair.chosen);
      const u = beta * (referenceMargin(pair) - lambda * fallen);
      const weight = beta * logistic(-u);
      return {
        loss: negativeLogSigmoid(u),
        chosenWeight: weight * (fallen > 0 ? 1 + lambda : 1),
        rejectedWeight: weight,
      };
    },
  };
}
