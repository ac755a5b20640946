/**
 * What the models of the second task learn from: worked sums with slips for the policy, right ones for the reward model.
 *
 * @module
 */
import { z } from "zod";
import { checkedValue } from "offprint/checked_json.ts";
import type { CorpusMaker } from "offprint/lm/corpora/mod.ts";
import { stream } from "offprint/random.ts";
import { drawSlips, drawSums, sumPrompt, workedSum } from "./worked_sum.ts";

const corpusOptions = z.strictObject({
  /** Whose sums: no two models learn from the same. */
  part: z.enum(["policy", "reward"]),
  sums: z.int().positive(),
  /** So many more are held out. */
  heldOut: z.int().positive(),
  /** Probability of a slip at each place. */
  slip: z.number().min(0).max(1),
  seed: z.int(),
});

/** Worked sums, one a record, with slips: a policy that learns them makes mistakes as often as they do. */
export const sumsCorpus: CorpusMaker = (options) => {
  const { part, sums, heldOut, slip, seed } = checkedValue(corpusOptions, options, {
    what: "corpus of sums: options",
  });
  const random = stream(seed, "worked sums");
  const documents = drawSums(part, sums + heldOut, random).map((sum, i) => ({
    name: `sum ${i + 1}`,
    heldOut: i >= sums,
    // A record ends with a line break, which the reader of records writes.
    sentences: [(sumPrompt(sum) + workedSum(sum, drawSlips(slip, random))).trimEnd()],
  }));
  return Promise.resolve({ documents, vocabulary: [], pieces: "code" });
};
