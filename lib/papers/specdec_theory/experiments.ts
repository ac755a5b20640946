/**
 * Experiments of paper 02 that a sweep can run: in a cell of the notebook, and by `deno task sweep 02`.
 *
 * @module
 */
import { dirichletChain } from "offprint/lm/exact/mod.ts";
import { expectedBatchRejections } from "./expected_rejections.ts";

/** A pair of random models and a number of drafts. */
export interface BatchRejections {
  /** Of the Dirichlet distribution from which rows are drawn: small is peaked, large is flat. */
  concentration?: number;
  /** Drafts at the root, M. */
  drafts?: number;
  /** Length of the text. @unit tokens */
  length?: number;
  /** Size of the vocabulary. @unit tokens */
  vocabSize?: number;
}

/**
 * Expected rejections of batched speculative decoding (Theorem 3), exactly, for a target and a draft with random rows, which
 * the seed decides.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { batchRejections } from "offprint/papers/specdec_theory/experiments.ts";
 *
 * const [one, many] = [1, 8].map((drafts) => batchRejections({ drafts, length: 10 }, 1).rejections);
 * assert(many! < one!);
 * ```
 */
export function batchRejections(
  { concentration = 1, drafts = 1, length = 50, vocabSize = 7 }: BatchRejections,
  seed: number,
): { rejections: number; "tokens per rejection": number } {
  const rows = { vocabSize, seed, concentration, nonStationary: true };
  const pair = {
    target: dirichletChain({ name: "target", ...rows }),
    draft: dirichletChain({ name: "draft", ...rows }),
  };
  const { total } = expectedBatchRejections(pair, length, drafts);
  return { rejections: total, "tokens per rejection": length / total };
}
