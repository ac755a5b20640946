/**
 * Pairs as token ids. Prompt and responses are encoded apart, so that where a response begins never depends
 * on how a tokenizer joins it to the prompt.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { PreferencePair } from "./pair.ts";

/** A pair as token ids, begin-of-text not included. */
export interface TokenPair {
  id: string;
  prompt: readonly number[];
  chosen: readonly number[];
  rejected: readonly number[];
  source: string;
  labelProbability: number;
}

/** How {@linkcode encodePairs} treats what does not fit. */
export interface EncodeOptions {
  /** Longest text of prompt and response together, in tokens, begin-of-text not included. */
  contextLength: number;
  /** Put behind every response that is not cut; none where it is left out. */
  end?: number | undefined;
  /**
   * What happens to a pair with a response that does not fit: `error` (the default) refuses it, `drop` leaves
   * the pair out, `keep` cuts the response. A cut response loses its end, and if only one of the two is cut
   * they differ in length and in their shared ending by the cut alone.
   */
  truncation?: "error" | "drop" | "keep";
}

/** What became of the pairs. */
export interface EncodedPairs {
  pairs: TokenPair[];
  /** The ids of pairs of which one response was too long, and of those of which both were. */
  cutOnOneSide: string[];
  cutOnBothSides: string[];
}

/**
 * Encodes pairs.
 *
 * @throws {UserError} for a prompt that leaves no room, a response without tokens, two responses with the
 *   same tokens, and with `truncation: "error"` for a response that is too long.
 */
export function encodePairs(
  tokenizer: { encode(text: string): readonly number[] },
  pairs: readonly PreferencePair[],
  { contextLength, end, truncation = "error" }: EncodeOptions,
): EncodedPairs {
  const result: EncodedPairs = { pairs: [], cutOnOneSide: [], cutOnBothSides: [] };
  const behind = end === undefined ? [] : [end];
  for (const { id, source, labelProbability, ...texts } of pairs) {
    const prompt = tokenizer.encode(texts.prompt);
    const room = contextLength - prompt.length;
    if (room < 1) {
      throw new UserError({
        what: `pair ${id}: prompt`,
        got: new Described(`${prompt.length} tokens`),
        expected: `fewer than ${contextLength}, so that a response fits into the context`,
        todo: "Shorten the prompt or leave the pair out.",
      });
    }
    // The end token counts: a response that is cut has none.
    const whole = [texts.chosen, texts.rejected].map((text) => [
      ...tokenizer.encode(text),
      ...behind,
    ]) as [number[], number[]];
    const long = whole.filter((response) => response.length > room).length;
    if (long > 0) {
      (long === 1 ? result.cutOnOneSide : result.cutOnBothSides).push(id);
      if (truncation === "drop") continue;
      if (truncation === "error") {
        const longest = Math.max(...whole.map((response) => response.length));
        throw new UserError({
          what: `pair ${id}: response`,
          got: new Described(`${longest} tokens`),
          expected: `at most ${room}, what the context of ${contextLength} leaves after the prompt`,
          todo: "Drop or cut such pairs with the option truncation.",
        });
      }
    }
    const [chosen, rejected] = whole.map((response) => response.slice(0, room)) as [
      number[],
      number[],
    ];
    result.pairs.push(checkedPair({ id, prompt, chosen, rejected, source, labelProbability }));
  }
  return result;
}

/**
 * Refuses a pair that no loss can use.
 *
 * @param contextLength tokens of the longest text that a model takes, prompt and response.
 * @throws {UserError} for a response without tokens or beyond the context, or two with the same tokens.
 */
export function checkedPair(pair: TokenPair, contextLength = Infinity): TokenPair {
  for (const side of ["chosen", "rejected"] as const) {
    const count = pair.prompt.length + pair[side].length;
    if (count > contextLength) {
      throw new UserError({
        what: `pair ${pair.id}: ${side} response`,
        got: new Described(`${count} tokens with its prompt`),
        expected: `at most ${contextLength}, the context of the model`,
        todo: "Cut the response or leave the pair out.",
      });
    }
    if (pair[side].length === 0) {
      throw new UserError({
        what: `pair ${pair.id}: ${side} response`,
        got: new Described("no tokens"),
        expected: "at least one",
        todo: "Leave the pair out.",
      });
    }
  }
  const { chosen, rejected } = pair;
  if (chosen.length === rejected.length && chosen.every((token, i) => token === rejected[i])) {
    throw new UserError({
      what: `pair ${pair.id}`,
      got: new Described("two responses with the same tokens"),
      expected: "different ones",
      todo: "If they differ in the text, they were cut before the difference; leave the pair out.",
    });
  }
  return pair;
}
