/**
 * Rewards of finished texts, which decide at the end.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { Tokens } from "offprint/lm/interface/mod.ts";

/** A response that is to be scored. */
export interface RewardedText {
  /** Without the prompt. */
  readonly tokens: Tokens;
  /** Whether it is finished: a reward model then sees its end marker, and on prefixes none. */
  readonly complete: boolean;
}

/** What says how good a response is. */
export interface Reward {
  readonly name: string;
  /** One number for each text. */
  score(prompt: Tokens, texts: readonly RewardedText[]): Promise<ArrayLike<number>>;
}

/** A reward that a function computes. */
export function rewardFunction(
  name: string,
  value: (response: Tokens, prompt: Tokens) => number,
): Reward {
  return {
    name,
    score: (prompt, texts) => Promise.resolve(texts.map(({ tokens }) => value(tokens, prompt))),
  };
}

/**
 * Refuses rewards or scores that cannot be ranked.
 *
 * @param what whose they are, for the message.
 * @throws {UserError} when there are not as many numbers as texts, or one of them is not a number.
 */
export function checkNumbers(
  what: string,
  numbers: ArrayLike<number>,
  texts: number,
): void {
  if (numbers.length !== texts) {
    throw new UserError({
      what,
      got: new Described(`${numbers.length} numbers for ${texts} texts`),
      expected: "one for each text",
    });
  }
  for (let i = 0; i < texts; i++) {
    if (typeof numbers[i] === "number" && !Number.isNaN(numbers[i]!)) continue;
    throw new UserError({
      what,
      got: new Described(`${numbers[i]} for text ${i + 1} of ${texts}`),
      expected: "a number that can be ranked",
      todo: "Look at the text and at what scores it; nothing was chosen.",
    });
  }
}

/** Indices by falling value, of equal values the lower index first. */
export function ranked(values: ArrayLike<number>): number[] {
  return Array.from({ length: values.length }, (_, i) => i)
    .sort((a, b) => values[b]! - values[a]! || a - b);
}
