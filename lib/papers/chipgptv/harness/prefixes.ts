/**
 * Beginnings of a reference, for the tasks "complete this" and "which token comes next".
 *
 * The released prefixes are cut at random characters without a seed, otherwise for each arm; one holds the whole module.
 * Here one prefix for each design and index serves all arms (spec §4).
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import { lex, type Token } from "offprint/verilog/tokens/mod.ts";

/** A beginning of a text, cut between two tokens. */
export interface Prefix {
  /** From 0 on. */
  index: number;
  seed: number;
  /** Where it ends, in UTF-16 units: blanks and comments before the next token belong to it. */
  offset: number;
  /** Tokens in it, and in the whole text. */
  tokens: number;
  total: number;
  text: string;
  /** The next token, and the next stretch without blanks, which is what the paper compares. */
  nextToken: string;
  nextWord: string;
}

/** The least and the largest share of tokens in a prefix. */
export const PREFIX_SHARE = { least: 0.1, most: 0.9 } as const;

/**
 * Draws prefixes with different cuts, the same for the same name and seed.
 *
 * @param name of the design: each has its own stream of random numbers.
 * @throws {RangeError} for a text with fewer cuts in the allowed range than prefixes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { drawPrefixes } from "offprint/papers/chipgptv/harness/mod.ts";
 *
 * const text = "module m(input a, output b);\n  assign b = ~a;\nendmodule\n";
 * const [prefix] = drawPrefixes("m", text, { count: 1, seed: 1 });
 * assertEquals(text.startsWith(prefix!.text + prefix!.nextToken), true);
 * ```
 */
export function drawPrefixes(
  name: string,
  text: string,
  { count, seed }: { count: number; seed: number },
): Prefix[] {
  const tokens = lex(text);
  const total = tokens.length;
  const first = Math.ceil(PREFIX_SHARE.least * total);
  const last = Math.floor(PREFIX_SHARE.most * total);
  const cuts = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  if (cuts.length < count) {
    throw new RangeError(
      `drawPrefixes: got ${total} tokens of ${name}, which can be cut in ${cuts.length} places, ` +
        `expected at least ${count} places`,
    );
  }
  const random = stream(seed, "prefixes", name);
  return Array.from({ length: count }, (_, index) => {
    const at = cuts.splice(random.integer(cuts.length), 1)[0]!;
    const next = tokens[at]!;
    return {
      index,
      seed,
      offset: next.start,
      tokens: at,
      total,
      text: text.slice(0, next.start),
      nextToken: next.text,
      nextWord: /^\S+/.exec(text.slice(next.start))![0],
    };
  });
}

/** The first token of an answer to "which token comes next", out of a fence where it stands in one. */
export function firstToken(answer: string): Token | undefined {
  return lex(withoutFence(answer))[0];
}

/** Its first stretch without blanks. */
export function firstWord(answer: string): string | undefined {
  return /\S+/.exec(withoutFence(answer))?.[0];
}

/** What an answer says, without a fence or single quotation marks around it. */
function withoutFence(answer: string): string {
  const fenced = /^\s*```[^\n]*\n([^]*?)(?:\n```|$)/.exec(answer);
  if (fenced !== null) return fenced[1]!;
  const quoted = /^\s*`([^`]+)`\s*$/.exec(answer);
  return quoted === null ? answer : quoted[1]!;
}
