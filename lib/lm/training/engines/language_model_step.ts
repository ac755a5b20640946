/**
 * Language-model training in terms of an engine: the loss `−Σ w log p / Σ w` has the coefficients `w / Σ w`.
 *
 * @module
 */
import type { TrainingEngine } from "./engine.ts";
import type { Batch } from "../batches/windows.ts";

/**
 * One step on the mean loss of a batch.
 *
 * @param count steps done, this one included.
 * @returns loss in nats per token, before the step, and the norm of its gradient, before clipping.
 */
export async function languageModelStep(
  engine: TrainingEngine,
  batch: Batch,
  learningRate: number,
  count: number,
): Promise<{ loss: number; gradientNorm: number }> {
  const total = batch.weights.reduce((sum, weight) => sum + weight, 0);
  const coefficients = batch.weights.map((weight) => weight / total);
  const { logProbs, gradientNorm } = await engine.step(batch, coefficients, learningRate, count);
  return { loss: meanLoss(logProbs, batch), gradientNorm };
}

/** The mean loss of a batch, nats per token. */
export async function languageModelLoss(engine: TrainingEngine, batch: Batch): Promise<number> {
  return meanLoss(await engine.logProbs(batch), batch);
}

/** `−Σ w log p / Σ w`, summed in float64. */
function meanLoss(logProbs: Float32Array, { weights }: Batch): number {
  let loss = 0;
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    loss -= weights[i]! * logProbs[i]!;
    total += weights[i]!;
  }
  return loss / total;
}
