/**
 * AdamW on flat arrays: the arithmetic of {@linkcode adamWStep} for gradients that come from elsewhere.
 *
 * @module
 */
import { adamw, type AdamWBlock, globalNorm } from "kernels/mod.ts";
import type { AdamWOptions } from "./adamw.ts";
import type { ParameterBlock } from "../../transformer/parameter_blocks.ts";

/** Parameters and moments, each all tensors in a row. */
export interface FlatState {
  parameters: Float32Array;
  first: Float32Array;
  second: Float32Array;
}

/** Blocks as the kernels' `adamw` takes them: matrices decay, norms do not. */
export function blocksToStep(blocks: readonly ParameterBlock[]): AdamWBlock[] {
  return blocks.map(({ offset, size, shape }) => ({ offset, size, decays: shape.length > 1 }));
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
  return adamw(state, blocksToStep(blocks), gradient, options);
}
