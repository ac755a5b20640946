/**
 * A step of AdamW (Loshchilov and Hutter, 2019) in plain TypeScript: the definition of `adamw`.
 *
 * @module
 */
import {
  type AdamWBlock,
  adamWNumbers,
  type AdamWState,
  type AdamWStep,
  checkAdamW,
} from "../contract/adamw.ts";

/**
 * One step, in place, in 64-bit floats that are rounded where they are stored: `m = β₁m + (1 − β₁)g`,
 * `v = β₂v + (1 − β₂)g²`, `p = p(1 − ηλ) − η m̂ / (√v̂ + ε)`, where g is the gradient, scaled down if its norm is above
 * `clipNorm`. The norm sums a block's squares one after the other, and then the blocks.
 *
 * @param gradient all parameters in a row, before clipping.
 * @returns the norm of the gradient before clipping.
 *
 * @example The first step goes by the learning rate, whatever the gradient's size.
 * ```ts
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * import { adamw } from "kernels/mod.ts";
 *
 * const zeros = () => new Float32Array(2);
 * const state = { parameters: zeros(), first: zeros(), second: zeros() };
 * const step = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, clipNorm: 1e9 };
 * const norm = adamw(state, [{ offset: 0, size: 2, decays: true }], Float32Array.of(3, -4), {
 *   ...{ ...step, learningRate: 0.1, count: 1 },
 * });
 * assertEquals(norm, 5);
 * assertAlmostEquals(state.parameters[0]!, -0.1, 1e-6);
 * assertAlmostEquals(state.parameters[1]!, 0.1, 1e-6);
 * ```
 */
export function adamw(
  state: AdamWState,
  blocks: readonly AdamWBlock[],
  gradient: Float32Array,
  step: AdamWStep,
): number {
  checkAdamW(state, blocks, gradient);
  const { beta1, beta2, epsilon, clipNorm } = step;
  const { kept, rate, correction2 } = adamWNumbers(step);
  const norm = globalNorm(blocks, gradient);
  const clip = Math.min(1, clipNorm / (norm + 1e-12));
  const { parameters, first, second } = state;
  for (const { offset, size, decays } of blocks) {
    const keep = decays ? kept : 1;
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

/** The norm of a gradient, block by block, summed in 64-bit floats. */
export function globalNorm(
  blocks: readonly Pick<AdamWBlock, "offset" | "size">[],
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
