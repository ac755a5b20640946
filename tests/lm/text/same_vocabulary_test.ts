/** Two vocabularies, token by token. */
import { assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { checkSameVocabulary } from "offprint/lm/text/mod.ts";

const of = (name: string, words: string[]) => ({
  name,
  tokenizer: { vocabSize: words.length, tokenText: (token: number) => words[token]! },
});

Deno.test("vocabularies of one size that differ in a token are told apart", () => {
  checkSameVocabulary(of("a", ["x", "y"]), of("b", ["x", "y"]));
  assertThrows(
    () => checkSameVocabulary(of("a", ["x", "y"]), of("b", ["x", "z"])),
    UserError,
    'vocabularies of "a" and "b": got "y" and "z" as token 1, expected the same tokens',
  );
  assertThrows(
    () => checkSameVocabulary(of("a", ["x"]), of("b", ["x", "y"])),
    UserError,
    "got 1 and 2 tokens",
  );
});
