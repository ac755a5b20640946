/**
 * AdamW on flat arrays: the arithmetic of {@linkcode adamWStep} for gradients that come from elsewhere.
 *
 * @module
 */
import type { AdamWOptions } from "./adamw.ts";
import type { ParameterBlock } from "../../transformer/parameter_blocks.ts";

/** Parameters and moments, each all tensors in a row. */
export interface FlatState {
  parameters: Float32Array;
  first: Float32Array;
  second: Float32Array;
}

/** The norm of a gradient, block by block, summed in float64. */
function globalNorm(
  blocks: readonly ParameterBlock[],
  gradient: Float32Array,
): number {
  let total = 0;
  for (const { offset, size } of blocks) {
    let sum = 0;
    for (let i = offset; i < offset + size; i++) sum += gradient[i]! * gradient[i]!;
    total += sum;
  }
  return Math.sqrt(total);
}

/** What turns a gradient into a step. */
export type Optimizer =
  | { kind: "adamw" } & AdamWOptions
  /** Plain gradient descent; clipped where a largest norm is given. */
  | { kind: "sgd"; clipNorm?: number };

/** AdamW with PyTorch's defaults, without clipping. */
export const DEFAULT_ADAMW: Optimizer = {
  kind: "adamw",
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
  clipNorm: 1e9,
};

/**
 * One step of the optimiser, in place.
 *
 * @param gradient all parameters in a row, before clipping.
 * @param count steps done, this one included.
 * @returns the norm of the gradient before clipping.
 */
export function applyGradient(
  optimizer: Optimizer,
  state: FlatState,
  blocks: readonly ParameterBlock[],
  gradient: Float32Array,
  schedule: { learningRate: number; count: number },
): number {
  if (optimizer.kind === "adamw") {
    return flatAdamW(state, blocks, gradient, { ...optimizer, ...schedule });
  }
  const norm = globalNorm(blocks, gradient);
  const clip = Math.min(1, (optimizer.clipNorm ?? Infinity) / (norm + 1e-12));
  const size = schedule.learningRate * clip;
  const { parameters } = state;
  for (let i = 0; i < parameters.length; i++) parameters[i]! -= size * gradient[i]!;
  return norm;
}

/**
 * One step of AdamW, in place. Matrices decay, norms do not.
 *
 * @param gradient all parameters in a row, before clipping.
 * @param options.count steps done, this one included.
 * @returns the norm of the gradient before clipping.
 */
export function flatAdamW(
  state: FlatState,
  blocks: readonly ParameterBlock[],
  gradient: Float32Array,
  options: AdamWOptions & { learningRate: number; count: number },
): number {
  const { beta1, beta2, epsilon, weightDecay, clipNorm, learningRate, count } = options;
  const norm = globalNorm(blocks, gradient);
  const clip = Math.min(1, clipNorm / (norm + 1e-12));
  const correction2 = 1 / (1 - beta2 ** count);
  const rate = learningRate / (1 - beta1 ** count);
  const { parameters, first, second } = state;
  for (const { offset, size, shape } of blocks) {
    const keep = 1 - (shape.length > 1 ? learningRate * weightDecay : 0);
    for (let at = offset; at < offset + size; at++) {
      const g = gradient[at]! * clip;
      const m = beta1 * first[at]! + (1 - beta1) * g;
      const v = beta2 * second[at]! + (1 - beta2) * g * g;
      first[at] = m;
      second[at] = v;
      parameters[at] = parameters[at]! * keep - rate * m / (Math.sqrt(v * correction2) + epsilon);
    }
  }
  return norm;
}
