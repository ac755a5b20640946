/** A small policy with weights of a fixed seed, and pairs of the sentiment task. */
import { OnnxEngine } from "offprint/lm/training/mod.ts";
import {
  initialWeights,
  tensorShapes,
  type TransformerConfig,
} from "offprint/lm/transformer/mod.ts";
import { ADAMW, policyConfig, sentimentPairs } from "offprint/papers/gradient_entanglement/mod.ts";
import { stream } from "offprint/random.ts";

/** Weights larger than fresh ones, so that gradients are far from those of a uniform policy. */
export function drawnWeights(config: TransformerConfig, seed = 3): Map<string, Float32Array> {
  const weights = initialWeights(config, seed);
  for (const name of tensorShapes(config).keys()) {
    const random = stream(seed, "policy weights", name);
    const values = weights.get(name)!;
    if (!name.includes("norm")) values.forEach((_, i) => values[i]! += 0.03 * random.normal());
  }
  return weights;
}

/** An engine on {@linkcode drawnWeights}. */
export function openPolicy({ tied = true, seed = 3 } = {}): Promise<OnnxEngine> {
  const config = policyConfig({ tied });
  return OnnxEngine.open({
    config,
    optimizer: ADAMW,
    start: { parameters: drawnWeights(config, seed) },
  });
}

/** Some test pairs. */
export function somePairs(count: number, suffix: "single" | "short" | "long" | number = "short") {
  return sentimentPairs({ suffix, seed: 7, count, part: "test" });
}
