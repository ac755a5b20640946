/**
 * Plain sampling, one forward pass a token.
 *
 * @module
 */
import { checkKinds } from "./argument_kinds.ts";
import type { LanguageModel, Tokens } from "offprint/lm/interface/mod.ts";
import type { Random } from "offprint/random.ts";
import { tokenAt } from "../verification/distribution.ts";
import { modelWarp } from "../verification/model_warp.ts";
import { checkLength, stopSet } from "../verification/option_checks.ts";
import type { Warp } from "../verification/warp.ts";

/** How {@linkcode sampleText} samples. */
export interface SampleOptions {
  model: LanguageModel;
  /** Default empty, which needs a model with a begin-of-text token. */
  prompt?: Tokens;
  /** Number of tokens to generate; fewer if a stop token comes first. */
  maxTokens: number;
  random: Random;
  /** Default {@linkcode modelWarp}: softmax. */
  warp?: Warp;
  /** Generation ends with the first of these; it is kept in the result. */
  stop?: number | readonly number[];
}

/**
 * Samples a continuation of `prompt` token by token and returns the new tokens.
 *
 * @throws {UserError} when `maxTokens` is not a whole number ≥ 0 or the text would not fit the context.
 */
export async function sampleText(options: SampleOptions): Promise<number[]> {
  const { model, prompt = [], maxTokens, random } = options;
  checkKinds({ models: { model }, random });
  const { warp = modelWarp(model) } = options;
  checkLength(maxTokens, prompt.length, [model]);
  const stop = stopSet(options.stop);
  const tokens: number[] = [];
  if (maxTokens === 0) return tokens;
  const sequence = await model.open(prompt);
  try {
    let logits = sequence.logits;
    while (true) {
      const token = tokenAt(warp(logits), random.uniform());
      tokens.push(token);
      if (tokens.length >= maxTokens || stop.has(token)) return tokens;
      logits = (await sequence.extend([token])).logits[0]!;
    }
  } finally {
    sequence.close();
  }
}
