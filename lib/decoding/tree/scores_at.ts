/**
 * What partial scores say about texts that nothing has selected: measured before a tree is grown.
 *
 * @module
 */
import type { Tokens } from "offprint/lm/interface/mod.ts";
import { emptyAccount } from "./node.ts";
import type { PartialScore, ScoredPrefix } from "./partial_score.ts";
import { checkNumbers } from "./reward.ts";

/** A whole text, as a decoder's node keeps it. */
export interface PlainSample {
  readonly tokens: readonly number[];
  /** log π of each token under the policy that drew it, nats. */
  readonly logProbs: readonly number[];
}

/**
 * The score of every text after each number of tokens.
 *
 * @param lengths ascending. A shorter text keeps the score that it ended with.
 * @returns `[length][text]`.
 * @throws {UserError} when a score is not a number.
 */
export async function scoresAt(
  score: PartialScore,
  prompt: Tokens,
  samples: readonly PlainSample[],
  lengths: readonly number[],
): Promise<number[][]> {
  const root = await score.open(prompt, emptyAccount());
  const prefixes: ScoredPrefix[] = samples.map(() => root.fork());
  const rows: number[][] = [];
  let before = 0;
  try {
    for (const length of lengths) {
      const growing = samples.flatMap(({ tokens }, i) => tokens.length > before ? [i] : []);
      await score.add(
        growing.map((i) => prefixes[i]!),
        growing.map((i) => ({
          tokens: samples[i]!.tokens.slice(before, length),
          logProbs: samples[i]!.logProbs.slice(before, length),
          path: [i],
          finished: samples[i]!.tokens.length <= length,
        })),
      );
      const row = prefixes.map((prefix) => prefix.score);
      checkNumbers(`partial score "${score.name}"`, row, samples.length);
      rows.push(row);
      before = length;
    }
  } finally {
    for (const prefix of [root, ...prefixes]) prefix.close();
  }
  return rows;
}
