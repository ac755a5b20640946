/**
 * AdamW on flat arrays: the arithmetic of {@linkcode adamWStep} for gradients that come from elsewhere.
 *
 * @module
 */
import type { AdamWOptions } from "./adamw.ts";
import type { ParameterBlock } from "../transformer/parameter_blocks.ts";

/** Parameters and moments, each all tensors in a row. */
export interface FlatState {
  parameters: Float32Array;
  first: Float32Array;
  second: Float32Array;
}

/** The norm of all gradients together, summed in float64. */
export function globalNorm(gradients: readonly Float32Array[]): number {
  let total = 0;
  for (const gradient of gradients) {
    let sum = 0;
    for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * gradient[i]!;
    total += sum;
  }
  return Math.sqrt(total);
}

/**
 * One step, in place. Matrices decay, norms do not.
 *
 * @param gradients of each block, before clipping, in the order of `blocks`.
 * @param count steps done, this one included.
 * @returns the norm of the gradient before clipping.
 */
export function flatAdamW(
  state: FlatState,
  blocks: readonly ParameterBlock[],
  gradients: readonly Float32Array[],
  options: AdamWOptions & { learningRate: number; count: number },
): number {
  const { beta1, beta2, epsilon, weightDecay, clipNorm, learningRate, count } = options;
  const norm = globalNorm(gradients);
  const clip = Math.min(1, clipNorm / (norm + 1e-12));
  const correction2 = 1 / (1 - beta2 ** count);
  const rate = learningRate / (1 - beta1 ** count);
  const { parameters, first, second } = state;
  blocks.forEach(({ offset, size, shape }, index) => {
    const gradient = gradients[index]!;
    const keep = 1 - (shape.length > 1 ? learningRate * weightDecay : 0);
    for (let i = 0, at = offset; i < size; i++, at++) {
      const g = gradient[i]! * clip;
      const m = beta1 * first[at]! + (1 - beta1) * g;
      const v = beta2 * second[at]! + (1 - beta2) * g * g;
      first[at] = m;
      second[at] = v;
      parameters[at] = parameters[at]! * keep - rate * m / (Math.sqrt(v * correction2) + epsilon);
    }
  });
  return norm;
}
