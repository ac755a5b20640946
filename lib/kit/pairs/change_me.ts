/**
 * Numbers that a reader is invited to change: `change me:` in a comment above a declaration.
 *
 * ```text
 * // change me: [0.4, 0.4, 0.1, 0.1] makes draft and target agree on more tokens.
 * const p4 = distribution("draft", [0.4, 0.3, 0.2, 0.1]);
 * ```
 *
 * The first literal of the comment (a number, a text in quotes or a list) is what the comment proposes to try; it can
 * take the place of the declaration's first literal of the same kind. A comment without a literal marks a number all the same.
 *
 * @module
 */

/** A marked number. */
export interface ChangeMe {
  /** The declared name. */
  name: string;
  /** What the comment says. */
  says: string;
  /** The literal as it is in the code. */
  value: string;
  /** The literal that the comment proposes; undefined where it names none. */
  proposed: string | undefined;
  /** Offsets of `value` in the cell's text. */
  start: number;
  end: number;
}

const LITERAL = /\[[^\[\]]*\]|"[^"\n]*"|(?<![\w.])-?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w])/;

/** A run of `//` lines or a `/** … *\/`, then a declaration with an initial value up to its semicolon. */
const MARKED =
  /((?:^[ \t]*\/\/[^\n]*\n)+|\/\*\*(?:[^*]|\*(?!\/))*\*\/\s*)[ \t]*(?:const|let)\s+(\w+)[^=;\n]*=\s*([^;]*);/gm;

/**
 * The marked numbers of a cell, in order. A declaration whose initial value holds no literal is left out.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { markedNumbers } from "offprint/kit/pairs/mod.ts";
 *
 * const [found] = markedNumbers("// change me: 0.5 is as good as a coin.\nconst bias = 0.3;\n");
 * assertEquals([found?.name, found?.value, found?.proposed], ["bias", "0.3", "0.5"]);
 * ```
 */
export function markedNumbers(cellSource: string): ChangeMe[] {
  const marked: ChangeMe[] = [];
  for (const match of cellSource.matchAll(MARKED)) {
    const [whole, comment, name, initial] = match as unknown as [string, string, string, string];
    const words = comment.replace(/^[ \t]*(?:\/\/|\/\*\*|\*\/|\*)[ \t]?|\*\/\s*$/gm, "")
      .replace(/\s+/g, " ");
    // Tags that say which numbers a parameter takes stand below.
    const says = /change me:\s*(.*?)(?:\s@[a-z].*)?$/i.exec(words)?.[1]?.trim();
    if (says === undefined) continue;
    const proposed = LITERAL.exec(says)?.[0];
    const literal = [...initial.matchAll(new RegExp(LITERAL, "g"))].find(([text]) =>
      proposed === undefined || kindOf(text) === kindOf(proposed)
    );
    if (literal === undefined) continue;
    const start = match.index + whole.lastIndexOf(initial) + literal.index;
    const [value] = literal;
    marked.push({ name, says, value, proposed, start, end: start + value.length });
  }
  return marked;
}

function kindOf(literal: string): "list" | "text" | "number" {
  return literal.startsWith("[") ? "list" : literal.startsWith('"') ? "text" : "number";
}

/** The cell's text with the proposed value of a marked number in place of its own. */
export function withProposal(cellSource: string, { start, end, proposed }: ChangeMe): string {
  return proposed === undefined
    ? cellSource
    : cellSource.slice(0, start) + proposed + cellSource.slice(end);
}
