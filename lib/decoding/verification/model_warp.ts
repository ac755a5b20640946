/**
 * The warp of a model.
 *
 * @module
 */
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import { softmax } from "./distribution.ts";
import { type Warp, warp, type WarpOptions } from "./warp.ts";

/**
 * What {@linkcode warp} gives, computed by the model's own means where it has any (`LanguageModel.warp`): the two agree to the
 * last bits of a float64. Without options it is softmax: what decoders take where they are given no warp.
 *
 * @throws {UserError} as {@linkcode warp}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { modelWarp } from "offprint/decoding/verification/mod.ts";
 * import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
 *
 * const model = markovModel(twoStateChains().target);
 * const sequence = await model.open([0]);
 * const greedy = modelWarp(model, { temperature: 0 });
 * assertEquals([...greedy(sequence.logits)], [1, 0]);
 * ```
 */
export function modelWarp(model: Pick<LanguageModel, "warp">, options: WarpOptions = {}): Warp {
  // Options are checked in one place, whatever computes.
  const plain = Object.keys(options).length === 0 ? softmax : warp(options);
  return model.warp?.(options) ?? plain;
}
