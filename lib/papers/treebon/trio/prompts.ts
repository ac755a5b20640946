/**
 * Prompts of the rerun with trained models: beginnings of sentences.
 *
 * @module
 */
import type { CorpusDocument } from "offprint/lm/corpora/mod.ts";
import type { Tokenizer } from "offprint/lm/text/mod.ts";
import { stream } from "offprint/random.ts";
import { drawPassages } from "./passages.ts";

/** Tokens of a prompt. */
const PROMPT_TOKENS = 8;

/** Draws the beginnings of as many sentences. */
export function drawPrompts(
  tokenizer: Pick<Tokenizer, "encode">,
  documents: readonly CorpusDocument[],
  { count, seed }: { count: number; seed: number },
): number[][] {
  const lengths = new Array<number>(count).fill(PROMPT_TOKENS);
  return drawPassages(tokenizer, documents, lengths, stream(seed, "prompts of the tree"));
}
