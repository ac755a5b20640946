/**
 * The addresses by the century of their year: who learns from which of them.
 *
 * @module
 */
import {
  corpusBytes,
  type CorpusDocument,
  corpusDocuments,
  corpusRecipe,
} from "offprint/lm/corpora/mod.ts";

/** Addresses of 1901–2000 are of the twentieth century; later ones are of neither era. */
const TWENTIETH = { first: 1901, last: 2000 } as const;

/** Two eras. */
export interface Eras {
  /** Addresses of 1901–2000. */
  twentieth: CorpusDocument[];
  /** Addresses up to 1900. */
  earlier: CorpusDocument[];
}

/** The addresses by who learns from them. Nothing is judged by what selected it. */
export interface EraCorpus {
  /** From these the reward model learns: the first, third, … of those that are not held out. */
  halfA: Eras;
  /** From these the judge learns: the others. */
  halfB: Eras;
  /** From these, which no model has seen, come the prompts. */
  heldOut: CorpusDocument[];
}

/** The year in front of a document's name. */
export function yearOf({ name }: { name: string }): number {
  return Number(name.slice(0, 4));
}

/**
 * Divides documents by use and era.
 *
 * @param documents in the order of their years.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { divideEras } from "offprint/papers/treebon/trio/mod.ts";
 *
 * const document = (name: string) => ({ name, heldOut: false, sentences: [] });
 * const { halfA } = divideEras(["1799_a", "1800_b", "1950_c"].map(document));
 * assertEquals(halfA.twentieth.map(({ name }) => name), ["1950_c"]);
 * ```
 */
export function divideEras(documents: readonly CorpusDocument[]): EraCorpus {
  const known = documents.filter(({ heldOut }) => !heldOut);
  const half = (rest: number): Eras => {
    const own = known.filter((_, i) => i % 2 === rest);
    return {
      twentieth: own.filter((each) =>
        yearOf(each) >= TWENTIETH.first && yearOf(each) <= TWENTIETH.last
      ),
      earlier: own.filter((each) => yearOf(each) < TWENTIETH.first),
    };
  };
  return { halfA: half(0), halfB: half(1), heldOut: documents.filter(({ heldOut }) => heldOut) };
}

/**
 * The addresses, divided.
 *
 * @param cache where the corpus is kept; ends with a slash.
 * @throws {UserError} when the corpus cannot be obtained.
 */
export async function eraCorpus(cache: URL): Promise<EraCorpus> {
  const recipe = await corpusRecipe("sotu");
  return divideEras(await corpusDocuments(recipe, await corpusBytes(recipe, cache)));
}
