/**
 * The judge of the rerun: of another kind than the reward model, and learned from other addresses, so that nothing is
 * judged by what selected it.
 *
 * @module
 */
import { KneserNey, NgramCounts } from "offprint/lm/ngram/mod.ts";
import type { CorpusDocument } from "offprint/lm/corpora/mod.ts";
import type { Tokens } from "offprint/lm/interface/mod.ts";
import type { Tokenizer } from "offprint/lm/text/mod.ts";
import { tokenDocument } from "offprint/lm/training/mod.ts";
import type { Eras } from "./eras.ts";

/** Tokens that a probability of the judge depends on, plus one. */
const ORDER = 3;

/** Says how good a response is; it has selected nothing. */
export interface ResponseJudge {
  /** Higher is better. Of the eras' judge: log-odds per token of the response, nats, above 0 for the twentieth century. */
  score(prompt: Tokens, response: Tokens): number;
}

/** Two Kneser–Ney trigram models, one for each era; the judge is the log-odds between them. */
export function eraJudge(
  { twentieth, earlier }: Eras,
  tokenizer: Tokenizer,
): ResponseJudge {
  const bos = tokenizer.bos ?? tokenizer.eos ?? 0;
  const learned = (documents: readonly CorpusDocument[]): KneserNey =>
    new KneserNey(
      new NgramCounts(
        documents.map((document) => [...tokenDocument(tokenizer, document).tokens]),
        ORDER,
        tokenizer.vocabSize,
        bos,
      ),
    );
  const [late, early] = [learned(twentieth), learned(earlier)];
  return {
    score(prompt, response) {
      const text = [...prompt, ...response];
      let sum = 0;
      for (let i = prompt.length; i < text.length; i++) {
        const context = text.slice(Math.max(0, i - ORDER + 1), i);
        sum += Math.log(
          late.probability(context, text[i]!) / early.probability(context, text[i]!),
        );
      }
      return sum / Math.max(1, response.length);
    },
  };
}
