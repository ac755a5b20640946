/**
 * From a recipe to the arrays a model is trained on: corpus, tokenizer, token ids.
 *
 * @module
 */
import { type TokenizerFiles, trainBpe } from "./bpe_trainer.ts";
import { corpusBytes, corpusDocuments, corpusRecipe, documentsHash } from "./corpus.ts";
import { type ModelRecipe, recipeConfig, recipeHash } from "./recipe.ts";
import { Tokenizer } from "./tokenizer.ts";
import type { TransformerConfig } from "./transformer_config.ts";
import { type TokenDocument, tokenDocument } from "./windows.ts";

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
  const documents = await corpusDocuments(corpus, await corpusBytes(corpus, cache));
  const hash = await documentsHash(documents);
  const { vocabSize, contextLength } = recipe.model;
  const tokenizerFiles = trainBpe(
    documents.filter((d) => !d.heldOut).map((d) => `${d.sentences.join("\n")}\n`),
    { vocabSize, contextLength },
  );
  const tokenizer = new Tokenizer(tokenizerFiles.tokenizer, tokenizerFiles.config);
  const heldOut = documents.filter((d) => d.heldOut);
  return {
    recipe,
    recipeHash: await recipeHash(recipe, hash),
    documentsHash: hash,
    config: recipeConfig(recipe, tokenizer.vocabSize),
    tokenizer,
    tokenizerFiles,
    train: documents.filter((d) => !d.heldOut).map((d) => tokenDocument(tokenizer, d)),
    heldOut: heldOut.map((d) => tokenDocument(tokenizer, d)),
    heldOutCharacters: heldOut.reduce(
      (total, d) => d.sentences.reduce((sum, sentence) => sum + sentence.length + 1, total),
      0,
    ),
  };
}
