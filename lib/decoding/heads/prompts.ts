/**
 * Prompts for training and measuring heads: the beginnings of sentences in the corpus of the models.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import {
  corpusBytes,
  corpusDocuments,
  corpusRecipe,
  type TokenDocument,
  tokenDocument,
  type Tokenizer,
} from "offprint/lm/mod.ts";
import { stream } from "offprint/random.ts";
import type { HeadsRecipe } from "./recipe.ts";

/** A prompt and where it was taken from. */
export interface Prompt {
  /** Name of the document. */
  document: string;
  tokens: number[];
}

/** The prompts of a recipe. */
export interface HeadsPrompts {
  training: Prompt[];
  dev: Prompt[];
  test: Prompt[];
}

/**
 * Draws the prompts: for training from documents that the models were trained on, for dev and test from
 * held-out ones, every other of these for each, so that no document serves two purposes.
 *
 * @param corpus Name of a recipe in `data/corpora`.
 * @param cache Where its tarball is kept; ends with a slash.
 * @throws {UserError} when the corpus cannot be obtained, or has fewer sentences than prompts are asked for.
 */
export async function headsPrompts(
  { prompts, seed }: HeadsRecipe,
  corpus: string,
  tokenizer: Tokenizer,
  cache: URL,
): Promise<HeadsPrompts> {
  const recipe = await corpusRecipe(corpus);
  const documents = await corpusDocuments(recipe, await corpusBytes(recipe, cache));
  const seen: TokenDocument[] = [];
  const heldOut: TokenDocument[] = [];
  for (const document of documents) {
    (document.heldOut ? heldOut : seen).push(tokenDocument(tokenizer, document));
  }
  const draw = (name: "training" | "dev" | "test", from: TokenDocument[]): Prompt[] => {
    const starts = from.flatMap((document) =>
      document.starts.filter((start) => start + prompts.tokens < document.tokens.length)
        .map((start) => ({ document, start }))
    );
    if (starts.length < prompts[name]) {
      throw new UserError({
        what: `prompts.${name}`,
        got: prompts[name],
        expected: `at most ${starts.length}, the sentences of its documents`,
        todo: "Ask for fewer prompts, or shorter ones.",
      });
    }
    return stream(seed, "prompts", name).shuffle(starts).slice(0, prompts[name]).map((
      { document, start },
    ) => ({
      document: document.name,
      tokens: [...document.tokens.subarray(start, start + prompts.tokens)],
    }));
  };
  return {
    training: draw("training", seen),
    dev: draw("dev", heldOut.filter((_, i) => i % 2 === 0)),
    test: draw("test", heldOut.filter((_, i) => i % 2 === 1)),
  };
}
