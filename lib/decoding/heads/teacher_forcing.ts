/**
 * A whole text through a model in one pass.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { LanguageModel, Tokens } from "offprint/lm/interface/mod.ts";

/** Logits *before* each token of `text`, the model having read the prompt and the tokens before it. */
export async function rows(
  model: LanguageModel,
  prompt: Tokens,
  text: Tokens,
): Promise<Float32Array[]> {
  const sequence = await model.open(prompt);
  try {
    const first = sequence.logits.slice();
    const rest = text.slice(0, -1);
    return [first, ...(rest.length > 0 ? (await sequence.extend(rest)).logits : [])];
  } finally {
    sequence.close();
  }
}

/** The draft's hidden state *after* each token of `text`. */
export async function hiddenStates(
  draft: LanguageModel,
  prompt: Tokens,
  text: Tokens,
): Promise<Float32Array[]> {
  const sequence = await draft.open(prompt);
  try {
    const { hidden } = await sequence.extend(text, { hidden: true });
    if (hidden !== undefined) return hidden;
    throw new UserError({
      what: `acceptance head for draft "${draft.name}"`,
      got: new Described("a model that gives no hidden states"),
      expected: "a draft with hidden states",
      todo: "Choose a transformer as draft.",
    });
  } finally {
    sequence.close();
  }
}
