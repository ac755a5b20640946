/** Weights as training leaves them, without training. */
import type { TransformerConfig } from "offprint/lm/transformer/mod.ts";
import { initialWeights } from "offprint/lm/transformer/definition.ts";
import { stream } from "offprint/random.ts";

/** Weights of a model of these sizes: several times as large as fresh ones, with gains that are not 1. */
export function trainedLikeWeights(config: TransformerConfig): Map<string, Float32Array> {
  const weights = initialWeights(config, 5);
  const random = stream(6, "trained-like-gains");
  for (const [name, values] of weights) {
    const gain = name.includes("norm");
    for (let i = 0; i < values.length; i++) {
      values[i] = gain ? 1 + 0.3 * random.normal() : 4 * values[i]!;
    }
  }
  return weights;
}
