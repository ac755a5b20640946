/**
 * Mutants of structure, for references in which the catalogue of mutations finds too few places: two wires or the two
 * branches of a choice exchanged.
 *
 * @module
 */
import { stream } from "offprint/random.ts";

/** A text in which two places are exchanged. */
export interface Exchange {
  text: string;
  rule: "exchange.wires" | "exchange.branches";
}

/**
 * All exchanges of a text, in an order drawn from a seed: what is connected to two neighbouring pins of a block, and the
 * two branches of `a ? b : c`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { exchangesOf } from "offprint/papers/chipgptv/units/mod.ts";
 *
 * const [one] = exchangesOf("part u(.a(x), .b(y));", 1);
 * assertEquals(one!.text, "part u(.a(y), .b(x));");
 * ```
 */
export function exchangesOf(text: string, seed: number): Exchange[] {
  const found: Exchange[] = [];
  const exchange = (rule: Exchange["rule"], at: number, whole: string, other: string) => {
    if (whole !== other) {
      found.push({ rule, text: text.slice(0, at) + other + text.slice(at + whole.length) });
    }
  };
  // Overlapping pairs are all looked at: each begins at a pin of its own.
  for (const pin of text.matchAll(/\.\w+\(/g)) {
    const pair = /^(\.\w+\()([^()]+)(\),\s*\.\w+\()([^()]+)\)/.exec(text.slice(pin.index));
    if (pair === null) continue;
    const [whole, first, one, second, two] = pair;
    exchange("exchange.wires", pin.index, whole, `${first}${two}${second}${one})`);
  }
  for (const choice of text.matchAll(/\? ([\w'[\]:]+) : ([\w'[\]:]+)(?=;)/g)) {
    exchange("exchange.branches", choice.index, choice[0], `? ${choice[2]} : ${choice[1]}`);
  }
  return stream(seed, "exchanges", text).shuffle(found);
}
