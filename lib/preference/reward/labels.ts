/**
 * The two words by which a reward model speaks: a language model is asked which of them follows a response.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { type Completion } from "offprint/lm/training/mod.ts";

/** Token ids of the two labels. */
export interface LabelTokens {
  /** Likelier behind a good response. */
  better: number;
  /** Likelier behind a bad one. */
  worse: number;
}

/**
 * The tokens of two labels.
 *
 * @param texts of the labels, with the blank in front that the tokenizer wants.
 * @throws {UserError} when a label is not one token, or both are the same.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { labelTokens } from "offprint/preference/reward/mod.ts";
 *
 * const tokenizer = { encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0)) };
 * assertEquals(labelTokens(tokenizer, { better: "+", worse: "-" }), { better: 43, worse: 45 });
 * ```
 */
export function labelTokens(
  tokenizer: { encode(text: string): readonly number[] },
  texts: { better: string; worse: string },
): LabelTokens {
  const single = (side: "better" | "worse"): number => {
    const tokens = tokenizer.encode(texts[side]);
    if (tokens.length === 1) return tokens[0]!;
    throw new UserError({
      what: `label ${side}: ${JSON.stringify(texts[side])}`,
      got: new Described(`${tokens.length} tokens`),
      expected: "a text of exactly one token",
      todo: "Use a word of the tokenizer's vocabulary, often with a space in front.",
    });
  };
  const labels = { better: single("better"), worse: single("worse") };
  checkLabels(labels);
  return labels;
}

/**
 * Refuses labels that say nothing.
 *
 * @throws {UserError} when both are the same token.
 */
export function checkLabels({ better, worse }: LabelTokens): void {
  if (better !== worse) return;
  throw new UserError({
    what: "labels of a reward model",
    got: new Described(`token ${better} for both`),
    expected: "two different tokens",
  });
}

/**
 * A response with each of the labels behind it, better first. Only the label is a completion: what comes before
 * it has no loss.
 */
export function labelledRows(
  { prompt, completion }: Completion,
  { better, worse }: LabelTokens,
): [Completion, Completion] {
  const text = [...prompt, ...completion];
  return [{ prompt: text, completion: [better] }, { prompt: text, completion: [worse] }];
}
