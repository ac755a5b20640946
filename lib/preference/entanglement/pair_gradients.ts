/**
 * The two gradients of a pair, and those of its single tokens.
 *
 * @module
 */
import { completionBatch, type OnnxEngine } from "offprint/lm/training/mod.ts";
import type { TokenPair } from "../pairs/encode.ts";
import { longestText, type ResponseLogProbs } from "../pairs/pair_batch.ts";

/** What differentiates: an engine of ONNX Runtime, or anything that has the same three parts. */
export type GradientSource = Pick<OnnxEngine, "config" | "parameters" | "gradient" | "logProbs">;

/** g_w and g_l over all parameters, in float32, with the log-probabilities of the response tokens. */
export interface PairGradients {
  chosen: Float32Array;
  rejected: Float32Array;
  scores: ResponseLogProbs;
}

/** Gradient of the sum of a response's log-probabilities, weighted token by token. */
async function responseGradient(
  engine: GradientSource,
  pair: TokenPair,
  side: "chosen" | "rejected",
  length: number,
  tokenWeights?: ArrayLike<number>,
): Promise<{ gradient: Float32Array; logProbs: Float64Array }> {
  const response = pair[side];
  const { prompt } = pair;
  const batch = completionBatch(engine.config, [{ prompt, completion: response }], length);
  const coefficients = new Float32Array(length);
  // The engine differentiates −Σ c log p.
  for (let i = 0; i < response.length; i++) {
    coefficients[prompt.length + i] = -(tokenWeights?.[i] ?? 1);
  }
  const { gradient, logProbs } = await engine.gradient(batch, coefficients);
  const own = logProbs.subarray(prompt.length, prompt.length + response.length);
  return { gradient, logProbs: Float64Array.from(own) };
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

/** The gradients of a response's tokens, one backward pass each. */
export async function tokenGradients(
  engine: GradientSource,
  pair: TokenPair,
  side: "chosen" | "rejected",
  { length = longestText([pair]) }: { length?: number } = {},
): Promise<Float32Array[]> {
  const gradients: Float32Array[] = [];
  for (let i = 0; i < pair[side].length; i++) {
    const only = new Float64Array(pair[side].length);
    only[i] = 1;
    gradients.push((await responseGradient(engine, pair, side, length, only)).gradient);
  }
  return gradients;
}
