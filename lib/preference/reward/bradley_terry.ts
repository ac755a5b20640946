/**
 * The loss of a reward model: under Bradley and Terry (Biometrika 39, 1952) the chosen response wins with
 * probability `σ(r_w − r_l)`, and the loss is minus the log of that.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { completionBatch, type OnnxEngine } from "offprint/lm/training/mod.ts";
import { logistic, negativeLogSigmoid } from "../losses/pair_loss.ts";
import type { TokenPair } from "../pairs/encode.ts";
import { lossAdvice, type StepGradient } from "../training/method.ts";
import { labelledRows, type LabelTokens } from "./labels.ts";
import { pairResponses } from "./reward_scores.ts";

/** Loss of one pair and its slope. */
export interface BradleyTerryTerms {
  loss: number;
  /** −∂loss/∂(r_w − r_l). */
  weight: number;
}

/**
 * `−p log σ(m) − (1 − p) log σ(−m)` at the margin `m = r_w − r_l`.
 *
 * @param probability that the label is right. Default 1.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { bradleyTerry } from "offprint/preference/reward/mod.ts";
 *
 * assertAlmostEquals(bradleyTerry(0).loss, Math.log(2), 1e-12);
 * assertAlmostEquals(bradleyTerry(0).weight, 0.5, 1e-12);
 * ```
 */
export function bradleyTerry(margin: number, probability = 1): BradleyTerryTerms {
  const wrong = 1 - probability;
  return {
    loss: probability * negativeLogSigmoid(margin) +
      (wrong === 0 ? 0 : wrong * negativeLogSigmoid(-margin)),
    weight: probability * logistic(-margin) - wrong * logistic(margin),
  };
}

/**
 * The gradient of the mean loss of some pairs. A pair is four rows, each response with each label; the score's
 * slopes are +1 for the better label and −1 for the worse one.
 *
 * @param options.length tokens of a row, label included.
 * @throws {UserError} naming step and pair where the loss is not finite, before anything is changed.
 */
export async function bradleyTerryGradient(
  engine: Pick<OnnxEngine, "config" | "forward">,
  labels: LabelTokens,
  pairs: readonly TokenPair[],
  { length, step }: { length: number; step: number },
): Promise<StepGradient> {
  const rows = pairResponses(pairs).flatMap((response) => labelledRows(response, labels));
  const batch = completionBatch(engine.config, rows, length);
  const pass = await engine.forward(batch);
  const places = rows.map(({ prompt }, row) => row * length + prompt.length);
  const losses = new Float64Array(pairs.length);
  const coefficients = new Float32Array(batch.tokens.length);
  pairs.forEach(({ id, labelProbability }, i) => {
    const four = places.slice(4 * i, 4 * i + 4);
    const [a, b, c, d] = four.map((place) => pass.logProbs[place]!) as [
      number,
      number,
      number,
      number,
    ];
    const { loss, weight } = bradleyTerry((a - b) - (c - d), labelProbability);
    if (!Number.isFinite(loss)) {
      throw new UserError({
        what: `reward model, step ${step}, pair ${id}`,
        got: new Described(`loss ${loss}`),
        expected: "a finite loss",
        todo: lossAdvice(step),
      });
    }
    losses[i] = loss;
    // The engine differentiates −Σ c log p.
    [1, -1, -1, 1].forEach((sign, k) => coefficients[four[k]!] = sign * weight / pairs.length);
  });
  return { gradient: await pass.gradient(coefficients), losses, skipped: 0 };
}
