/**
 * From a recipe to the arrays a model is trained on: corpus, tokenizer, token ids.
 *
 * @module
 */
import { type TokenizerFiles, trainBpe } from "../../text/bpe_trainer.ts";
import { corpusBytes, corpusDocuments, corpusRecipe, documentsHash } from "../../corpora/corpus.ts";
import { madeCorpus } from "../../corpora/made_corpus.ts";
import { type ModelRecipe, recipeConfig, recipeHash } from "../../transformer/recipe.ts";
import { Tokenizer } from "../../text/tokenizer.ts";
import type { TransformerConfig } from "../../transformer/config.ts";
import { UserError } from "offprint/errors.ts";
import { packRecords, type TokenDocument, tokenDocument } from "./windows.ts";

/** All that a recipe's training and evaluation read. */
export interface TrainingData {
  recipe: ModelRecipe;
  /** Hash of recipe and documents; names the checkpoint. */
  recipeHash: string;
  /** Hash of the documents alone. */
  documentsHash: string;
  config: TransformerConfig;
  tokenizer: Tokenizer;
  tokenizerFiles: TokenizerFiles;
  train: TokenDocument[];
  heldOut: TokenDocument[];
  /** UTF-16 units of the held-out text, line breaks included. */
  heldOutCharacters: number;
}

/**
 * Obtains the corpus, trains the tokenizer on the documents that are not held out, and encodes all.
 *
 * @param cache where fetched tarballs are kept; ends with a slash.
 */
export async function trainingData(recipe: ModelRecipe, cache: URL): Promise<TrainingData> {
  const corpus = await corpusRecipe(recipe.corpus);
  const made = "module" in corpus.source ? await madeCorpus(corpus) : undefined;
  const documents = made?.documents ??
    await corpusDocuments(corpus, await corpusBytes(corpus, cache));
  const hash = await documentsHash(documents);
  const { vocabSize, contextLength } = recipe.model;
  const tokenizerFiles = trainBpe(
    made?.vocabulary ??
      documents.filter((d) => !d.heldOut).map((d) => `${d.sentences.join("\n")}\n`),
    { vocabSize, contextLength, pieces: made?.pieces ?? "words" },
  );
  const tokenizer = new Tokenizer(tokenizerFiles.tokenizer, tokenizerFiles.config);
  // A record longer than the context is left out: half a record would teach something else.
  const fits = ({ tokens }: TokenDocument): boolean =>
    made === undefined || tokens.length <= contextLength;
  const heldOut = documents.filter((d) => d.heldOut)
    .map((d) => ({ text: d, tokens: tokenDocument(tokenizer, d) }))
    .filter(({ tokens }) => fits(tokens));
  const train = documents.filter((d) => !d.heldOut).map((d) => tokenDocument(tokenizer, d))
    .filter(fits);
  return {
    recipe,
    recipeHash: await recipeHash(recipe, hash),
    documentsHash: hash,
    config: recipeConfig(recipe, tokenizer.vocabSize),
    tokenizer,
    tokenizerFiles,
    train: made === undefined ? train : budgeted(recipe, packRecords(train, contextLength)),
    // A held-out record is one window too, so that the curve does not begin in the middle of it.
    heldOut: heldOut.map(({ tokens }) =>
      made === undefined ? tokens : { ...tokens, packed: true as const }
    ),
    heldOutCharacters: heldOut.reduce(
      (total, { text }) =>
        text.sentences.reduce((sum, sentence) => sum + sentence.length + 1, total),
      0,
    ),
  };
}

/** The first windows that hold together at most `training.tokens` tokens. */
function budgeted({ name, training }: ModelRecipe, windows: TokenDocument[]): TokenDocument[] {
  const budget = training.tokens;
  if (budget === undefined) return windows;
  let total = 0;
  const end = windows.findIndex(({ tokens }) => (total += tokens.length) > budget);
  if (end >= 0) return windows.slice(0, end);
  throw new UserError({
    what: `training ${name}: training.tokens`,
    got: budget,
    expected: `at most ${total}, the tokens of the corpus`,
  });
}
