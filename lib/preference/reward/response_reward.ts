/**
 * A reward model as what chooses among texts: it sees the end token behind a finished text, and none behind a prefix.
 *
 * @module
 */
import type { Reward } from "offprint/decoding/tree/mod.ts";
import type { RewardModel } from "./reward_model.ts";

/**
 * The scores of a reward model for responses to one prompt.
 *
 * @param options.name for messages.
 * @param options.end the end token, put behind a finished text that does not end with it.
 */
export function responseReward(
  model: Pick<RewardModel, "score">,
  { name, end }: { name: string; end?: number | undefined },
): Reward {
  return {
    name,
    score: (prompt, texts) =>
      model.score(texts.map(({ tokens, complete }) => ({
        prompt,
        completion: complete && end !== undefined && tokens.at(-1) !== end
          ? [...tokens, end]
          : tokens,
      }))),
  };
}
