/**
 * The sentiment task of paper 04 in a vocabulary of 59 words: a review of one to three clauses, all of one
 * polarity, and a label. Three data sets differ only in what follows the label: nothing, one word, or eleven
 * words that are the same in both responses.
 *
 * @module
 */
import { checkNumber } from "offprint/errors.ts";
import { stream } from "offprint/random.ts";
import type { TokenPair } from "offprint/preference/pairs/mod.ts";

const FRAME = ["review", ":", "was", "label"];
const POSITIVE = words("good great lovely fine superb bright warm clever moving funny");
const NEGATIVE = words("bad awful dull poor clumsy boring cold weak tired flat");
const NOUNS = words("plot acting music ending script cast camera pace humour story");
const FILLERS = words("the its this their our that every most some all");
const LABELS = ["positive", "negative"];
const LONG_SUFFIX = words("as judged by a careful reader who read it twice today");

function words(text: string): string[] {
  return text.split(" ");
}

/** The words by token id; token 0 begins and ends texts. */
export const SENTIMENT_WORDS: readonly string[] = [
  "<end>",
  ...FRAME,
  ...POSITIVE,
  ...NEGATIVE,
  ...NOUNS,
  ...FILLERS,
  ...LABELS,
  ".",
  ...LONG_SUFFIX,
];

const WORD_IDS = new Map(SENTIMENT_WORDS.map((word, id) => [word, id]));

/**
 * Words as token ids.
 *
 * @throws {RangeError} for a word outside the vocabulary.
 */
export function sentimentTokens(text: string): number[] {
  if (text === "") return [];
  return text.split(" ").map((word) => {
    const id = WORD_IDS.get(word);
    if (id === undefined) throw new RangeError(`sentimentTokens: ${word} is not in the vocabulary`);
    return id;
  });
}

/** Token ids as words. */
export function sentimentText(tokens: readonly number[]): string {
  return tokens.map((token) => SENTIMENT_WORDS[token]).join(" ");
}

/** The three data sets. */
export const SUFFIXES = ["single", "short", "long"] as const;

/** What follows the label: nothing, one word and the end, eleven words and the end. */
export type Suffix = typeof SUFFIXES[number];

/**
 * The tokens behind the label: 0, 2 or 12; by a number, that many words of the long suffix and the end.
 *
 * @throws {UserError} for a number of words that the long suffix does not have.
 */
export function suffixTokens(suffix: Suffix | number): number[] {
  const most = LONG_SUFFIX.length;
  if (typeof suffix === "number") {
    checkNumber("words behind the label", suffix, { least: 0, most, whole: true });
  }
  if (suffix === "single" || suffix === 0) return [];
  if (suffix === "short") return [...sentimentTokens("."), 0];
  const length = suffix === "long" ? most : suffix;
  return [...sentimentTokens(LONG_SUFFIX.slice(0, length).join(" ")), 0];
}

/** What {@linkcode sentimentPairs} makes. */
export interface SentimentOptions {
  suffix: Suffix | number;
  seed: number;
  count: number;
  /** Training and test pairs come from different streams. */
  part: "train" | "test";
  /** Share of pairs with chosen and rejected exchanged. Default 0. */
  noise?: number;
  /** Repeats the suffix behind the chosen response only this many times more; for pairs of unequal length. */
  longerChosen?: number;
}

/**
 * Pairs of the task. The prompts depend on seed and part alone, so the data sets differ only in their suffix
 * and in which labels are wrong.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sentimentPairs } from "offprint/papers/gradient_entanglement/mod.ts";
 *
 * const [pair] = sentimentPairs({ suffix: "short", seed: 1, count: 1, part: "train" });
 * assertEquals(pair?.chosen.slice(1), pair?.rejected.slice(1));
 * ```
 */
export function sentimentPairs(options: SentimentOptions): TokenPair[] {
  const { suffix, seed, count, part, noise = 0, longerChosen = 0 } = options;
  const random = stream(seed, "sentiment", part);
  const flips = stream(seed, "sentiment labels", part);
  const behind = suffixTokens(suffix);
  const draw = (list: readonly string[]): string => list[random.integer(list.length)]!;
  return Array.from({ length: count }, (_, index) => {
    const positive = random.integer(2) === 0;
    const clauses = Array.from(
      { length: 1 + random.integer(3) },
      () => [draw(FILLERS), draw(NOUNS), "was", draw(positive ? POSITIVE : NEGATIVE)].join(" "),
    );
    const prompt = sentimentTokens(`review : ${clauses.join(" ")} label :`);
    const [right, wrong] = positive ? LABELS : LABELS.toReversed();
    const response = (label: string): number[] => [...sentimentTokens(label), ...behind];
    const chosen = response(right!);
    for (let i = 0; i < longerChosen; i++) chosen.splice(1, 0, ...behind.slice(0, -1));
    const rejected = response(wrong!);
    const flipped = flips.uniform() < noise;
    return {
      id: `${part}-${index}`,
      prompt,
      chosen: flipped ? rejected : chosen,
      rejected: flipped ? chosen : rejected,
      source: typeof suffix === "number" ? `suffix of ${suffix}` : suffix,
      labelProbability: 1,
    };
  });
}
