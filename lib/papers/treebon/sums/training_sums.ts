/**
 * What the models of the second task learn from: worked sums with slips for the policy, right against wrong ones for the
 * reward model.
 *
 * @module
 */
import { z } from "zod";
import { checkedValue } from "offprint/checked_json.ts";
import type { CorpusMaker } from "offprint/lm/corpora/mod.ts";
import type { PreferencePair } from "offprint/preference/pairs/mod.ts";
import type { PairMaker } from "offprint/preference/training/mod.ts";
import { stream } from "offprint/random.ts";
import { DIGITS, drawSlips, drawSums, sumPrompt, workedSum } from "./worked_sum.ts";

const corpusOptions = z.strictObject({
  sums: z.int().positive(),
  /** So many more are held out. */
  heldOut: z.int().positive(),
  /** Probability of a slip at each place. */
  slip: z.number().min(0).max(1),
  seed: z.int(),
});

/** Worked sums, one a record, with slips: a policy that learns them makes mistakes as often as they do. */
export const sumsCorpus: CorpusMaker = (options) => {
  const { sums, heldOut, slip, seed } = checkedValue(corpusOptions, options, {
    what: "corpus of sums: options",
  });
  const random = stream(seed, "worked sums");
  const documents = drawSums("policy", sums + heldOut, random).map((sum, i) => ({
    name: `sum ${i + 1}`,
    heldOut: i >= sums,
    // A record ends with a line break, which the reader of records writes.
    sentences: [(sumPrompt(sum) + workedSum(sum, drawSlips(slip, random))).trimEnd()],
  }));
  return Promise.resolve({ documents, vocabulary: [], pieces: "code" });
};

const pairOptions = z.strictObject({
  pairs: z.int().positive(),
  /** How many places are worked out, 0 for the whole answer; pairs take them in turn. */
  places: z.array(z.int().min(0).max(DIGITS)).min(1),
  /** Probability of a slip at each place of the rejected answer, which has at least one. */
  slip: z.number().gt(0).max(1),
  seed: z.int(),
});

/**
 * Pairs for the reward model: a sum worked out right, and the same sum with a slip. Where only some places are worked out,
 * both stop behind the last of them, which tells the model where to look.
 */
export const sumPairs: PairMaker = (options) => {
  const { pairs, places, slip, seed } = checkedValue(pairOptions, options, {
    what: "pairs of sums: options",
  });
  const random = stream(seed, "pairs of sums");
  return Promise.resolve(
    drawSums("reward", pairs, random).map((sum, i): PreferencePair => {
      const count = places[i % places.length]!;
      const cut = (answer: string) =>
        count === 0 ? answer : answer.split(/[,:]/).slice(0, count).join(",");
      const chosen = cut(workedSum(sum));
      let rejected: string;
      do rejected = cut(workedSum(sum, drawSlips(slip, random))); while (rejected === chosen);
      return {
        id: `sum-${i + 1}`,
        prompt: sumPrompt(sum),
        chosen,
        rejected,
        source: count === 0 ? "whole" : `${count} places`,
        labelProbability: 1,
      };
    }),
  );
};
