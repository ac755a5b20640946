/**
 * The list task: a prompt asks for a list of some length that contains a word, "list three with plum :". A
 * program says how good an answer is, so that the true reward is known.
 *
 * @module
 */
import { type Random, stream } from "offprint/random.ts";
import type { Completion } from "offprint/lm/training/mod.ts";

const FRAME = ["list", "with", ":"];
const NUMBERS = ["two", "three", "four", "five", "six"];
const ITEMS = words(
  "apple bread chalk drum eagle fern glove honey ink jar kite lamp melon needle olive plum quilt " +
    "rope salt torch urn vase wheel yarn acorn bell candle dagger easel flute",
);
const LABELS = ["good", "bad"];

function words(text: string): string[] {
  return text.split(" ");
}

/** The words by token id; token 0 begins and ends texts. */
export const LIST_WORDS: readonly string[] = ["<end>", ...FRAME, ...NUMBERS, ...ITEMS, ...LABELS];

/** The token that ends an answer. */
export const LIST_END = 0;
/** Longest answer, its end included. */
export const LIST_TOKENS = 10;
/** The two words by which a reward model speaks; they stand in no answer. */
export const LIST_LABELS = {
  better: LIST_WORDS.indexOf("good"),
  worse: LIST_WORDS.indexOf("bad"),
};

const ids = new Map(LIST_WORDS.map((word, id) => [word, id]));
const idOf = (word: string): number => ids.get(word)!;
const ITEM_IDS = ITEMS.map(idOf);
const FIRST_NUMBER = idOf(NUMBERS[0]!);

/** Token ids as words. */
export function listText(tokens: readonly number[]): string {
  return tokens.map((token) => LIST_WORDS[token]).join(" ");
}

/** What a prompt asks for. */
export interface ListRequest {
  /** Items in the list, 2 to 6. */
  count: number;
  /** Token of the item that must be among them. */
  item: number;
}

/** All prompts, each once, in a fixed order. */
export function listRequests(): ListRequest[] {
  return NUMBERS.flatMap((_, i) => ITEM_IDS.map((item) => ({ count: i + 2, item })));
}

/** A request as tokens. */
export function listPrompt({ count, item }: ListRequest): number[] {
  return [idOf("list"), FIRST_NUMBER + count - 2, idOf("with"), item, idOf(":")];
}

/** What a prompt of {@linkcode listPrompt} asks for. */
export function requestOf(prompt: readonly number[]): ListRequest {
  return { count: prompt[1]! - FIRST_NUMBER + 2, item: prompt[3]! };
}

/** Which of the four constraints an answer meets. */
export interface Constraints {
  /** The word is there. */
  contains: boolean;
  /** The answer ends. */
  ends: boolean;
  /** No item comes twice, and nothing but items is there. */
  distinct: boolean;
  /** As many items as were asked for. */
  length: boolean;
}

/** Looks at an answer. */
export function constraintsOf(request: ListRequest, answer: readonly number[]): Constraints {
  const ends = answer.at(-1) === LIST_END;
  const items = ends ? answer.slice(0, -1) : answer;
  return {
    contains: items.includes(request.item),
    ends,
    distinct: new Set(items).size === items.length &&
      items.every((token) => ITEM_IDS.includes(token)),
    length: items.length === request.count,
  };
}

/**
 * The true reward: how many of the four constraints are met.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { listPrompt, listReward, listRequests } from "offprint/papers/sail/mod.ts";
 *
 * const request = listRequests()[0]!;
 * assertEquals(listReward({ prompt: listPrompt(request), completion: [request.item, 0] }), 3);
 * ```
 */
export function listReward({ prompt, completion }: Completion): number {
  const met = Object.values(constraintsOf(requestOf(prompt), completion));
  return met.filter(Boolean).length;
}

/** Requests to train on, and others to test on, by seed. */
export function splitRequests(
  seed: number,
  heldOut = 50,
): { train: ListRequest[]; test: ListRequest[] } {
  const all = stream(seed, "list requests").shuffle(listRequests());
  return { train: all.slice(heldOut), test: all.slice(0, heldOut) };
}

/** A list of random items, of any length, with repetitions. */
export function anyList(random: Random): number[] {
  const length = 1 + random.integer(LIST_TOKENS - 2);
  return [...Array.from({ length }, () => anItem(random)), LIST_END];
}

/** An answer that meets each constraint about half of the time, and has no end now and then. */
export function mediocreAnswer({ count, item }: ListRequest, random: Random): number[] {
  const endless = random.uniform() < 0.15;
  const length = endless
    ? LIST_TOKENS
    : random.uniform() < 0.4
    ? count
    : 1 + random.integer(LIST_TOKENS - 2);
  const items: number[] = [];
  while (items.length < length) {
    const repeated = items.length > 0 && random.uniform() < 0.12;
    items.push(repeated ? items[random.integer(items.length)]! : anItem(random));
  }
  if (random.uniform() < 0.5) items[0] = item;
  return endless ? items : [...items, LIST_END];
}

function anItem(random: Random): number {
  return ITEM_IDS[random.integer(ITEM_IDS.length)]!;
}
