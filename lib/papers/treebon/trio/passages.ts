/**
 * Passages and prompts: runs of sentences, cut to a number of tokens.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import type { CorpusDocument } from "offprint/lm/corpora/mod.ts";
import type { Tokenizer } from "offprint/lm/text/mod.ts";
import type { Random } from "offprint/random.ts";

/**
 * Draws passages that begin with a sentence, each at another one.
 *
 * @param lengths of the passages, tokens.
 * @throws {UserError} when the documents have fewer sentences than passages are asked for.
 */
export function drawPassages(
  tokenizer: Pick<Tokenizer, "encode">,
  documents: readonly CorpusDocument[],
  lengths: readonly number[],
  random: Random,
): number[][] {
  const starts = random.shuffle(
    documents.flatMap(({ sentences }) => sentences.map((_, at) => ({ sentences, at }))),
  );
  const passages: number[][] = [];
  for (const { sentences, at } of starts) {
    const wanted = lengths[passages.length];
    if (wanted === undefined) break;
    const tokens: number[] = [];
    for (let i = at; i < sentences.length && tokens.length < wanted; i++) {
      tokens.push(...tokenizer.encode(`${sentences[i]}\n`));
    }
    if (tokens.length >= wanted) passages.push(tokens.slice(0, wanted));
  }
  if (passages.length === lengths.length) return passages;
  throw new UserError({
    what: "passages",
    got: lengths.length,
    expected: `at most ${passages.length}, as many as the documents have`,
  });
}
