/**
 * Prompts for training and measuring heads: the beginnings of sentences in the corpus of the models.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
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
  const draw = (name: Split, from: CorpusDocument[]): Prompt[] => {
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
    return drawn;
  };
  const sources: Record<Split, CorpusDocument[]> = {
    training: documents.filter((document) => !document.heldOut),
    dev: heldOut.filter((_, i) => i % 2 === 0),
    test: heldOut.filter((_, i) => i % 2 === 1),
  };
  const drawn: HeadsPrompts = {
    training: draw("training", sources.training),
    dev: draw("dev", sources.dev),
    test: draw("test", sources.test),
  };
  const short = SPLITS.filter((name) => drawn[name].length < prompts[name]);
  if (short.length === 0) return drawn;
  const most = short.map((name) => {
    const count = sources[name].length;
    return `prompts.${name} at most ${drawn[name].length} from ${count} ` +
      (count === 1 ? "document" : "documents");
  });
  throw new UserError({
    what: `corpus "${corpus}", whose sentences begin the prompts`,
    got: new Described(
      `a recipe with ${SPLITS.map((name) => `prompts.${name} ${prompts[name]}`).join(", ")}`,
    ),
    expected: `${most.join(", ")}, each prompt of ${prompts.tokens} tokens`,
    todo: heldOut.length < 2
      ? "Name with --corpus one with two held-out documents: dev and test share none."
      : "Give --recipe a file that asks for fewer or shorter ones (deno task train-heads --help " +
        "describes it), or --corpus a larger corpus.",
  });
}

/** What prompts are for. */
type Split = keyof HeadsPrompts;
const SPLITS = ["training", "dev", "test"] as const satisfies readonly Split[];
