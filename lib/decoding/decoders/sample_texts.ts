/**
 * Many texts sampled side by side.
 *
 * @module
 */
import { checkKinds } from "./argument_kinds.ts";
import { type LanguageModel, openTexts, type Tokens } from "offprint/lm/interface/mod.ts";
import type { Random } from "offprint/random.ts";
import { checkLength, checkWhole, stopSet } from "../verification/option_checks.ts";
import { tokenAt } from "../verification/distribution.ts";
import { modelWarp } from "../verification/model_warp.ts";
import type { Warp } from "../verification/warp.ts";

/** How {@linkcode sampleTexts} samples. */
export interface SampleTextsOptions {
  model: LanguageModel;
  /** One text is sampled after each. */
  prompts: readonly Tokens[];
  /** Number of tokens of each text; fewer if a stop token comes first. */
  maxTokens: number;
  /** Opens the stream of a text; texts are numbered from 0 in the order of their prompts. */
  random: (text: number) => Random;
  /** Default {@linkcode modelWarp}: softmax. */
  warp?: Warp;
  /** A text ends with the first of these; it is kept. */
  stop?: number | readonly number[];
  /** Texts that share a pass. Default 16. The result does not depend on it, up to the model's own rounding. */
  batch?: number;
  /** Called before the token at `position` of a text is drawn, with the model's logits there. */
  onLogits?: (text: number, position: number, logits: Float32Array) => void;
}

/**
 * Samples a continuation of each prompt, `batch` of them in step through `extendBatch`: the same tokens as
 * `sampleText` draws one text after the other, several times faster on a transformer.
 *
 * @throws {UserError} when `maxTokens` or `batch` is not a whole number or a text would not fit the context.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sampleText, sampleTexts } from "offprint/decoding/decoders/mod.ts";
 * import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
 * import { stream } from "offprint/random.ts";
 *
 * const model = markovModel(twoStateChains().target);
 * const random = (text: number) => stream(1, "example", text);
 * const texts = await sampleTexts({ model, prompts: [[], [0, 1]], maxTokens: 20, random });
 * assertEquals(texts[1], await sampleText({ model, prompt: [0, 1], maxTokens: 20, random: random(1) }));
 * ```
 */
export async function sampleTexts(options: SampleTextsOptions): Promise<number[][]> {
  const { model, prompts, maxTokens, random, batch = 16, onLogits } = options;
  checkKinds({ models: { model }, random, prompts });
  const { warp = modelWarp(model) } = options;
  checkWhole("batch", batch, 1);
  for (const prompt of prompts) checkLength(maxTokens, prompt.length, [model]);
  const stop = stopSet(options.stop);
  const texts: number[][] = prompts.map(() => []);
  if (maxTokens === 0) return texts;
  for (let from = 0; from < prompts.length; from += batch) {
    const opened = await openTexts(model, prompts.slice(from, from + batch));
    try {
      let going = opened.map((sequence, i) => ({
        text: from + i,
        sequence,
        random: random(from + i),
        logits: sequence.logits,
      }));
      for (let position = 0; going.length > 0; position++) {
        going = going.filter(({ text, random, logits }) => {
          onLogits?.(text, position, logits);
          const token = tokenAt(warp(logits), random.uniform());
          texts[text]!.push(token);
          return position + 1 < maxTokens && !stop.has(token);
        });
        if (going.length === 0) break;
        const rows = await model.extendBatch(
          going.map(({ sequence }) => sequence),
          going.map(({ text }) => [texts[text]![position]!]),
        );
        going.forEach((each, i) => each.logits = rows[i]![0]!);
      }
    } finally {
      for (const sequence of opened) sequence.close();
    }
  }
  return texts;
}
