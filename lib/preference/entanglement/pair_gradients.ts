/**
 * The two gradients of a pair, and those of its single tokens.
 *
 * @module
 */
import { type Batch, completionBatch, type OnnxEngine } from "offprint/lm/training/mod.ts";
import type { TokenPair } from "../pairs/encode.ts";
import { longestText, type ResponseLogProbs } from "../pairs/pair_batch.ts";

/** What differentiates: an engine of ONNX Runtime, or anything that has the same parts. */
export type GradientSource = Pick<
  OnnxEngine,
  "config" | "parameters" | "gradient" | "logProbs" | "forward"
>;

/** g_w and g_l over all parameters, in float32, with the log-probabilities of the response tokens. */
export interface PairGradients {
  chosen: Float32Array;
  rejected: Float32Array;
  scores: ResponseLogProbs;
}

/** A response as a batch of one row, and the places of its tokens there. */
function responseBatch(
  { config }: GradientSource,
  pair: TokenPair,
  side: "chosen" | "rejected",
  length: number,
): { batch: Batch; start: number; end: number } {
  const { prompt, [side]: completion } = pair;
  const batch = completionBatch(config, [{ prompt, completion }], length);
  return { batch, start: prompt.length, end: prompt.length + completion.length };
}

/** Gradient of the sum of a response's log-probabilities. */
async function responseGradient(
  engine: GradientSource,
  pair: TokenPair,
  side: "chosen" | "rejected",
  length: number,
): Promise<{ gradient: Float32Array; logProbs: Float64Array }> {
  const { batch, start, end } = responseBatch(engine, pair, side, length);
  // The engine differentiates −Σ c log p.
  const coefficients = new Float32Array(length).fill(-1, start, end);
  const { gradient, logProbs } = await engine.gradient(batch, coefficients);
  return { gradient, logProbs: Float64Array.from(logProbs.subarray(start, end)) };
}

/**
 * Two backward passes: g_w = ∇ log π(y_w | x) and g_l = ∇ log π(y_l | x). Each pair has its own; summing over a
 * batch first would give another quantity.
 *
 * @param options.length tokens of a row, so that pairs of different length can share a graph.
 */
export async function pairGradients(
  engine: GradientSource,
  pair: TokenPair,
  { length = longestText([pair]) }: { length?: number } = {},
): Promise<PairGradients> {
  const chosen = await responseGradient(engine, pair, "chosen", length);
  const rejected = await responseGradient(engine, pair, "rejected", length);
  return {
    chosen: chosen.gradient,
    rejected: rejected.gradient,
    scores: { chosen: chosen.logProbs, rejected: rejected.logProbs },
  };
}

/** The gradients of a response's tokens: one forward pass, and one backward pass for each. */
export async function tokenGradients(
  engine: GradientSource,
  pair: TokenPair,
  side: "chosen" | "rejected",
  { length = longestText([pair]) }: { length?: number } = {},
): Promise<Float32Array[]> {
  const { batch, start, end } = responseBatch(engine, pair, side, length);
  const pass = await engine.forward(batch);
  const gradients: Float32Array[] = [];
  for (let at = start; at < end; at++) {
    const only = new Float32Array(length);
    only[at] = -1;
    gradients.push(await pass.gradient(only));
  }
  return gradients;
}
