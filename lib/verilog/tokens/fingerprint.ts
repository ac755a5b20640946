/**
 * A hash of a file that does not see names: two files that differ in identifiers, layout and comments
 * alone have the same one.
 *
 * @module
 */
import { murmurHash3 } from "offprint/random.ts";
import { lex, plainName } from "./lex.ts";

/** 32 hexadecimal digits of the token stream with identifiers numbered as they first appear. */
export function fingerprint(text: string): string {
  const numbers = new Map<string, number>();
  const words = lex(text).map(({ kind, text }) => {
    if (kind !== "identifier" || text.startsWith("$")) return text.replace(/\s+/g, "");
    const name = plainName(text);
    let number = numbers.get(name);
    if (number === undefined) numbers.set(name, number = numbers.size);
    return `#${number}`;
  });
  const key = new TextEncoder().encode(words.join(" "));
  return murmurHash3(key).map((word) => word.toString(16).padStart(8, "0")).join("");
}
