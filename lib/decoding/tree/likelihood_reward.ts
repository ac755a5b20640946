/**
 * The log-probability that a language model gives to a response, as what chooses among responses.
 *
 * @module
 */
import type { TokenReader } from "offprint/lm/interface/mod.ts";
import type { Reward } from "./reward.ts";

/**
 * A language model of good responses as a reward: `log p(response | prompt)`, nats.
 *
 * @param end the end token, read behind a finished text that does not end with it.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { likelihoodReward } from "offprint/decoding/tree/mod.ts";
 * import { modelReader } from "offprint/lm/interface/mod.ts";
 * import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
 *
 * const reader = modelReader(markovModel(twoStateChains().target));
 * const texts = [{ tokens: [0, 1], complete: false }];
 * const [value] = Array.from(await likelihoodReward(reader).score([], texts));
 * const [row] = await reader.read([await reader.open([])], [[0, 1]]);
 * assertAlmostEquals(value!, row![0]! + row![1]!);
 * ```
 */
export function likelihoodReward(reader: TokenReader, end?: number): Reward {
  return {
    name: reader.name,
    async score(prompt, texts) {
      const root = await reader.open(prompt);
      const open = texts.map(() => root.fork());
      try {
        const rows = await reader.read(
          open,
          texts.map(({ tokens, complete }) =>
            complete && end !== undefined && tokens.at(-1) !== end ? [...tokens, end] : tokens
          ),
        );
        return rows.map((row) => {
          let sum = 0;
          for (let i = 0; i < row.length; i++) sum += row[i]!;
          return sum;
        });
      } finally {
        for (const text of [root, ...open]) text.close();
      }
    },
  };
}
