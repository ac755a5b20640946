/**
 * Prompts for training and measuring heads: the beginnings of sentences in the corpus of the models.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import {
  corpusBytes,
  type CorpusDocument,
  corpusDocuments,
  corpusRecipe,
} from "offprint/lm/corpora/mod.ts";
import type { Tokenizer } from "offprint/lm/text/mod.ts";
import { stream } from "offprint/random.ts";
import type { HeadsRecipe } from "./recipe.ts";

/** A prompt and where it was taken from. */
export interface Prompt {
  /** Name of the document. */
  document: string;
  /** What {@linkcode tokens} say: a tokenizer of another vocabulary encodes this instead. */
  text: string;
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
  const heldOut = documents.filter((document) => document.heldOut);
  const draw = (name: "training" | "dev" | "test", from: CorpusDocument[]): Prompt[] => {
    const starts = stream(seed, "prompts", name).shuffle(
      from.flatMap((document) => document.sentences.map((_, at) => ({ document, at }))),
    );
    const drawn: Prompt[] = [];
    // Only what is drawn is encoded: a whole corpus takes longer than the texts that follow.
    for (const { document, at } of starts) {
      if (drawn.length === prompts[name]) break;
      const tokens: number[] = [];
      for (let i = at; i < document.sentences.length && tokens.length < prompts.tokens; i++) {
        tokens.push(...tokenizer.encode(`${document.sentences[i]}\n`));
      }
      if (tokens.length < prompts.tokens) continue;
      const kept = tokens.slice(0, prompts.tokens);
      drawn.push({ document: document.name, text: tokenizer.decode(kept), tokens: kept });
    }
    if (drawn.length === prompts[name]) return drawn;
    throw new UserError({
      what: `prompts.${name}`,
      got: prompts[name],
      expected: `at most ${drawn.length}, the sentences of its documents`,
      todo: "Ask for fewer prompts, or shorter ones.",
    });
  };
  return {
    training: draw("training", documents.filter((document) => !document.heldOut)),
    dev: draw("dev", heldOut.filter((_, i) => i % 2 === 0)),
    test: draw("test", heldOut.filter((_, i) => i % 2 === 1)),
  };
}
