/**
 * What a backend must do to count as the same as the reference: run by each variant's tests, by the
 * emulated ones and under the sanitizers. The CPU backends compute the same operations in the same
 * order, so the ceiling for the error of their floats is 0.
 */
import { activations } from "./activations.ts";
import type { Conformance } from "./checking.ts";
import { decoders } from "./decoders.ts";
import { fp32Decoders } from "./fp32_decoders.ts";
import { caches } from "./kv4.ts";
import { products } from "./products.ts";
import { sampling } from "./sampling.ts";
import { training } from "./training.ts";

export { assertSame, type Conformance } from "./checking.ts";
export { randomDraft } from "./sampling.ts";

/** All checks. */
export const conformance: readonly Conformance[] = [
  ...activations,
  ...products,
  ...caches,
  ...decoders,
  ...fp32Decoders,
  ...training,
  ...sampling,
];
