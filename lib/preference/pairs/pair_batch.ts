/**
 * Pairs as a batch of an engine: row 2i is the chosen response of pair i behind its prompt, row 2i + 1 the
 * rejected one.
 *
 * @module
 */
import { type Batch, type Completion, completionBatch } from "offprint/lm/training/mod.ts";
import type { TransformerConfig } from "offprint/lm/transformer/mod.ts";
import type { TokenPair } from "./encode.ts";

/** Tokens of the longest text among the pairs, prompt and response. */
export function longestText(pairs: readonly TokenPair[]): number {
  return pairs.reduce(
    (most, { prompt, chosen, rejected }) =>
      Math.max(most, prompt.length + Math.max(chosen.length, rejected.length)),
    1,
  );
}

/**
 * Lays pairs out.
 *
 * @param length tokens of a row; by default those of the longest text. Batches of one length share a graph.
 * @throws {RangeError} when a text does not fit or a token is not in the vocabulary.
 */
export function pairBatch(
  config: TransformerConfig,
  pairs: readonly TokenPair[],
  length: number = longestText(pairs),
): Batch {
  const rows = pairs.flatMap(({ prompt, chosen, rejected }): Completion[] => [
    { prompt, completion: chosen },
    { prompt, completion: rejected },
  ]);
  return completionBatch(config, rows, length);
}

/** Log-probabilities of the tokens of a response, in order. */
export interface ResponseLogProbs {
  chosen: Float64Array;
  rejected: Float64Array;
}

/** The log-probabilities of the responses' own tokens, taken out of a batch made by {@linkcode pairBatch}. */
export function responseLogProbs(
  batch: Batch,
  pairs: readonly TokenPair[],
  logProbs: Float32Array,
): ResponseLogProbs[] {
  const cut = (row: number, prompt: number, count: number): Float64Array => {
    const at = row * batch.length + prompt;
    return Float64Array.from(logProbs.subarray(at, at + count));
  };
  return pairs.map(({ prompt, chosen, rejected }, i) => ({
    chosen: cut(2 * i, prompt.length, chosen.length),
    rejected: cut(2 * i + 1, prompt.length, rejected.length),
  }));
}

/** The sum of some numbers, in order. */
export function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
