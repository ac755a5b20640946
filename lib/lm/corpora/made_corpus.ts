/**
 * Corpora that a program makes: records instead of running text. The recipe names the program, so that
 * this library need not know the topics that use it.
 *
 * @module
 */
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { type CorpusDocument, type CorpusRecipe, documentsHash } from "./corpus.ts";

/** What a program makes. */
export interface MadeCorpus {
  /** One record each; `sentences` holds its whole text as one entry. Those to train on in the order of use. */
  documents: CorpusDocument[];
  /** Texts from which the tokenizer is learned, so that corpora that share them share a tokenizer. */
  vocabulary: string[];
  /** How the tokenizer cuts text; `trainBpe` says what it means. */
  pieces: "words" | "code";
}

/** A function that a corpus recipe names: the same options give the same corpus. */
export type CorpusMaker = (options: Record<string, unknown>) => Promise<MadeCorpus>;

/**
 * Runs the program that a recipe names.
 *
 * @throws {UserError} when there is no such function, or what it makes does not have the recipe's hash.
 */
export async function madeCorpus({ name, source }: CorpusRecipe): Promise<MadeCorpus> {
  if (!("module" in source)) throw new TypeError(`madeCorpus: ${name} is fetched, not made`);
  const where = `data/corpora/${name}.json`;
  let make: unknown;
  try {
    // Not a literal: the topics import this library, not the other way round.
    const specifier: string = source.module;
    make = (await import(specifier) as Record<string, unknown>)[source.make];
  } catch (error) {
    throw new UserError({
      what: `${where}: source.module`,
      got: messageOf(error),
      expected: "a module of this repository",
    });
  }
  if (typeof make !== "function") {
    throw new UserError({
      what: `${where}: source.make`,
      got: source.make,
      expected: `a function of ${source.module}`,
    });
  }
  const corpus = await (make as CorpusMaker)(source.options);
  const sha256 = await documentsHash(corpus.documents);
  if (sha256 !== source.sha256) {
    throw new UserError({
      what: `${where}: documents`,
      got: new Described(`SHA-256 ${sha256}`),
      expected: source.sha256,
      todo:
        "The program has changed since then. Models that name this hash were trained with the older one.",
    });
  }
  return corpus;
}
