/**
 * The copy check: does a description give the code away? Templates that paste source text into the
 * prompt make copying look like understanding.
 *
 * @module
 */
import { lex } from "../tokens/lex.ts";

/** Shortest run of source characters that counts as copied. */
const COPIED_LENGTH = 12;

/**
 * The first run of at least twelve consecutive source characters, blanks and comments left out, that
 * holds an operator and a name and also stands in `description`; nothing when there is none.
 */
export function copiedRun(source: string, description: string): string | undefined {
  const prose = description.replace(/\s+/g, "");
  let code = "";
  const names: boolean[] = [];
  const operators: boolean[] = [];
  for (const { kind, text } of lex(source)) {
    const piece = text.replace(/\s+/g, "");
    code += piece;
    for (let at = 0; at < piece.length; at++) {
      names.push(kind === "identifier");
      operators.push(kind === "operator");
    }
  }
  for (let from = 0; from + COPIED_LENGTH <= code.length; from++) {
    let to = from + COPIED_LENGTH;
    if (!prose.includes(code.slice(from, to))) continue;
    while (to < code.length && prose.includes(code.slice(from, to + 1))) to++;
    if (names.slice(from, to).includes(true) && operators.slice(from, to).includes(true)) {
      return code.slice(from, to);
    }
  }
  return undefined;
}
