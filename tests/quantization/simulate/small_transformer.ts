/** A small transformer with random weights, and its logits under a scheme. */
import { openKernels } from "kernels/mod.ts";
import {
  initialWeights,
  type TransformerConfig,
  transformerConfig,
} from "offprint/lm/transformer/mod.ts";
import { calibrate } from "offprint/quantization/mod.ts";
import { stream } from "offprint/random.ts";

export const config = transformerConfig({
  vocabSize: 200,
  width: 128,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  feedForward: 192,
  contextLength: 128,
});

/**
 * Weights larger than fresh ones, as trained ones are; gains that are not 1. All are 16-bit floats, in which
 * the kernels keep the embedding and the head.
 */
export function weightsOf(config: TransformerConfig): Map<string, Float32Array> {
  const weights = initialWeights(config, 5), random = stream(6, "simulated-gains");
  for (const [name, values] of weights) {
    const gain = name.includes("norm");
    for (let i = 0; i < values.length; i++) {
      values[i] = Math.f16round(gain ? 1 + 0.3 * random.normal() : 2 * values[i]!);
    }
  }
  return weights;
}

export function randomText(length: number, seed = 8): number[] {
  const random = stream(seed, "simulated-text");
  return Array.from({ length }, () => 1 + random.integer(config.vocab_size - 1));
}

export const weights = weightsOf(config);
export const texts = [randomText(100, 1), randomText(127, 2)];

export const calibration = calibrate(config, weights, texts);

export const text = randomText(120);

export const kernels = await openKernels({ say: () => {} });
