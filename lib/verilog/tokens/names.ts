/**
 * The names in a piece of Verilog, numbered in the order in which they come up.
 *
 * @module
 */
import { lex } from "./lex.ts";

/** Names of a record by their numbers. */
export type Names = readonly string[];

/** The names in code, in the order in which they come up; those already in `names` keep their places. */
export function namesIn(code: string, names: Names = []): string[] {
  const found = new Set(names);
  for (const { kind, text } of lex(code)) {
    if (kind === "identifier" && !text.startsWith("$")) found.add(text);
  }
  return [...found];
}
