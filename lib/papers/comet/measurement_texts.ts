/**
 * Which texts are calibrated on and which are judged: documents of a model's corpus, never shared.
 *
 * @module
 */
import { corpusBytes, corpusDocuments, corpusRecipe } from "offprint/lm/corpora/mod.ts";
import type { Tokenizer } from "offprint/lm/text/mod.ts";
import { type TokenDocument, tokenDocument } from "offprint/lm/training/mod.ts";
import { checkDisjoint } from "offprint/quantization/mod.ts";

/** A stretch of a document as token ids. */
export interface Excerpt {
  readonly document: string;
  readonly tokens: readonly number[];
}

/** The corpus of a model, encoded. */
export interface MeasurementTexts {
  readonly train: readonly TokenDocument[];
  readonly heldOut: readonly TokenDocument[];
}

/** Tokens of an excerpt: with the begin-of-text token in front they fill a context of 256. */
export const EXCERPT_TOKENS = 255;

/** Sentences of a training document that are encoded. */
const TRAIN_SENTENCES = 80;

/** Reads a corpus, fetching its package into `folder` when it is not there, and encodes it. */
export async function measurementTexts(
  corpus: string,
  tokenizer: Tokenizer,
  folder: URL,
): Promise<MeasurementTexts> {
  const recipe = await corpusRecipe(corpus);
  const documents = await corpusDocuments(recipe, await corpusBytes(recipe, folder));
  const encoded = (heldOut: boolean) =>
    documents.filter((document) => document.heldOut === heldOut)
      .map(({ sentences, ...document }) =>
        tokenDocument(tokenizer, {
          ...document,
          // Of a training document only the beginning is calibrated on.
          sentences: heldOut ? sentences : sentences.slice(0, TRAIN_SENTENCES),
        })
      );
  const texts = { train: encoded(false), heldOut: encoded(true) };
  checkDisjoint(texts.train, texts.heldOut);
  return texts;
}

/**
 * `count` excerpts, each from another document, evenly spaced over the documents that are long enough.
 *
 * @param set excerpts of different sets do not overlap: the first has the first 255 tokens of each document,
 * the second the next 255, and so on.
 * @throws {RangeError} when too few documents are long enough.
 */
export function excerpts(
  documents: readonly TokenDocument[],
  count: number,
  set = 0,
): Excerpt[] {
  const start = set * EXCERPT_TOKENS, end = start + EXCERPT_TOKENS;
  const long = documents.filter(({ tokens }) => tokens.length >= end);
  if (long.length < count) {
    throw new RangeError(
      `excerpts: got ${long.length} documents of at least ${end} tokens, expected ${count}`,
    );
  }
  return Array.from({ length: count }, (_, i) => {
    const { name, tokens } = long[Math.floor((i + 0.5) * long.length / count)]!;
    return { document: name, tokens: Array.from(tokens.subarray(start, end)) };
  });
}

/** Excerpts as documents of one window each, to be scored. */
export function asDocuments(some: readonly Excerpt[]): TokenDocument[] {
  return some.map(({ document, tokens }) => ({
    name: document,
    tokens: Int32Array.from(tokens),
    starts: [0],
  }));
}
