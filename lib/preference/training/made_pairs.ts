/**
 * Pairs that a program makes: the recipe names the program, so that this library need not know the topics that
 * use it.
 *
 * @module
 */
import { z } from "zod";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { jsonHash } from "offprint/lm/corpora/mod.ts";
import type { Tokenizer } from "offprint/lm/text/mod.ts";
import type { PreferencePair } from "../pairs/pair.ts";

/** The schema of a recipe's pairs that are made. */
export const madePairsSchema = z.strictObject({
  /** A module of this repository that makes the pairs, by its name in the import map. */
  module: z.string().regex(/^offprint\/[a-z_/]+\.ts$/),
  /** The function of it that does, a {@linkcode PairMaker}. */
  make: z.string(),
  options: z.record(z.string(), z.json()),
  /** Of the pairs as JSON, hexadecimal. */
  sha256: z.string(),
});

/** Where a function of this repository stands that makes pairs, and what it must make. */
export type MadePairs = z.infer<typeof madePairsSchema>;

/**
 * A function that a recipe names: the same options give the same pairs. Text from outside is kept in the folder
 * `cache`.
 */
export type PairMaker = (
  options: Record<string, unknown>,
  context: { tokenizer: Tokenizer; cache: URL },
) => Promise<PreferencePair[]>;

/**
 * Runs the program that a recipe names.
 *
 * @param what the recipe, for messages.
 * @throws {UserError} when there is no such function, or what it makes does not have the recipe's hash.
 */
export async function madePairs(
  what: string,
  { module, make, options, sha256: expected }: MadePairs,
  context: { tokenizer: Tokenizer; cache: URL },
): Promise<PreferencePair[]> {
  let maker: unknown;
  try {
    // Not a literal: the papers import this library, not the other way round.
    const specifier: string = module;
    maker = (await import(specifier) as Record<string, unknown>)[make];
  } catch (error) {
    throw new UserError({
      what: `${what}: pairs.module`,
      got: messageOf(error),
      expected: "a module of this repository",
    });
  }
  if (typeof maker !== "function") {
    throw new UserError({
      what: `${what}: pairs.make`,
      got: make,
      expected: `a function of ${module}`,
    });
  }
  const pairs = await (maker as PairMaker)(options, context);
  const hash = await jsonHash(pairs);
  if (hash === expected) return pairs;
  throw new UserError({
    what: `${what}: pairs`,
    got: new Described(`SHA-256 ${hash}`),
    expected,
    todo: "The program has changed since then. The committed model was trained on the older pairs.",
  });
}
