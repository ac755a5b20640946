/**
 * Tables in plain text.
 *
 * @module
 */

/** The columns that `text` takes in a terminal: wide East Asian characters and emoji count twice, marks not at all. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}|\p{Format}|\p{Control}/u.test(character)) continue;
    width +=
      /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\uff01-\uff60]|\p{Emoji_Presentation}/u
          .test(character)
        ? 2
        : 1;
  }
  return width;
}

/** How a column is set. */
export type Alignment = "left" | "right";

/** `text` filled with blanks up to `width` columns. */
export function padText(text: string, width: number, alignment: Alignment = "left"): string {
  const blanks = " ".repeat(Math.max(0, width - textWidth(text)));
  return alignment === "right" ? blanks + text : text + blanks;
}

/** Text with its line breaks, and the blanks around them, as single blanks. */
function oneLine(text: string): string {
  if (!text.includes("\n")) return text;
  const [first = "", ...others] = text.split("\n");
  return [first.trimEnd(), ...others.map((line) => line.trim())].filter((line) => line !== "")
    .join(" ");
}

/**
 * Rows of cells in aligned columns, two blanks apart, a rule under the first row. Line breaks inside
 * a cell become blanks.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { alignColumns } from "offprint/notebook/output/text_columns.ts";
 *
 * assertEquals(
 *   alignColumns([["n", "time"], ["a", "10"], ["bc", "5"]], ["left", "right"]),
 *   "n   time\n──  ────\na     10\nbc     5",
 * );
 * ```
 */
export function alignColumns(rows: readonly string[][], alignments: Alignment[] = []): string {
  const clean = rows.map((row) => row.map((cell) => oneLine(cell)));
  const widths: number[] = [];
  for (const row of clean) {
    row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, textWidth(cell)));
  }
  const line = (row: string[]) =>
    row.map((cell, i) => padText(cell, widths[i]!, alignments[i])).join("  ").trimEnd();
  const [head, ...body] = clean;
  if (head === undefined) return "";
  return [line(head), widths.map((width) => "─".repeat(width)).join("  "), ...body.map(line)]
    .join("\n");
}
