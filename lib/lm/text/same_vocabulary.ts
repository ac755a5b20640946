/**
 * Whether two models speak of the same tokens.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A model's name and tokenizer. */
export interface NamedTokenizer {
  name: string;
  tokenizer: Pick<Tokenizer, "vocabSize" | "tokenText">;
}

/**
 * Checks that two models have one vocabulary, token by token: equal sizes are not enough.
 *
 * @throws {UserError} naming the first token in which they differ.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkSameVocabulary } from "offprint/lm/text/mod.ts";
 *
 * const of = (name: string, words: string[]) => ({
 *   name,
 *   tokenizer: { vocabSize: words.length, tokenText: (token: number) => words[token]! },
 * });
 * assertThrows(() => checkSameVocabulary(of("a", ["x", "y"]), of("b", ["x", "z"])));
 * ```
 */
export function checkSameVocabulary(first: NamedTokenizer, second: NamedTokenizer): void {
  const [one, other] = [first.tokenizer, second.tokenizer];
  const differ = (what: string) =>
    new UserError({
      what: `vocabularies of "${first.name}" and "${second.name}"`,
      got: new Described(what),
      expected: "the same tokens with the same ids",
      todo: "Choose models that were trained with one tokenizer.",
    });
  if (one.vocabSize !== other.vocabSize) {
    throw differ(`${one.vocabSize} and ${other.vocabSize} tokens`);
  }
  for (let token = 0; token < one.vocabSize; token++) {
    const [a, b] = [one.tokenText(token), other.tokenText(token)];
    if (a !== b) throw differ(`${JSON.stringify(a)} and ${JSON.stringify(b)} as token ${token}`);
  }
}
