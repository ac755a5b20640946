/**
 * Softmax for models that answer with the same arrays again.
 *
 * @module
 */
import { softmax } from "./distribution.ts";
import type { Warp } from "./warp.ts";

/**
 * A warp that gives what {@linkcode softmax} gives, and makes it once for each array of logits: an exact model (`markovModel`)
 * answers with one array wherever the distribution is the same, and decoding many texts with it is half softmax. What it gives
 * is shared, and nobody may change it; logits may not change either.
 *
 * @example
 * ```ts
 * import { assertStrictEquals } from "@std/assert";
 * import { rememberedSoftmax } from "offprint/decoding/verification/mod.ts";
 *
 * const warp = rememberedSoftmax(), logits = Float32Array.of(0, 0, -Infinity);
 * assertStrictEquals(warp(logits), warp(logits));
 * ```
 */
export function rememberedSoftmax(): Warp {
  const made = new WeakMap<Float32Array, Float64Array>();
  return (logits) => {
    let probabilities = made.get(logits);
    if (probabilities === undefined) made.set(logits, probabilities = softmax(logits));
    return probabilities;
  };
}
