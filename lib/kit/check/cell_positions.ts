/**
 * Which cell of a source file an offset lies in.
 *
 * @module
 */
import { tagsIn } from "../nbformat.ts";
import { isCellHeader, parseCellHeader } from "../pairs/cell_header.ts";

/** A cell as the linter sees it. */
export interface CellPosition {
  /** Its place among the cells, from 0. */
  index: number;
  /** Its id; for messages `cell 3` when it has none. */
  name: string;
  /** Its tags. */
  tags: string[];
  /** The line of its header, from 1. */
  line: number;
  /** The offset of its header in the text. */
  start: number;
}

/** The cells of a text in percent format, in order. */
export function cellPositions(text: string): CellPosition[] {
  const cells: CellPosition[] = [];
  let start = 0;
  for (const [index, line] of text.split("\n").entries()) {
    if (isCellHeader(line)) {
      const header = parseCellHeader(line.trimEnd());
      const id = "id" in header && typeof header.id === "string"
        ? `"${header.id}"`
        : String(cells.length + 1);
      const tags = "metadata" in header ? tagsIn(header.metadata) : [];
      cells.push({ index: cells.length, name: `cell ${id}`, tags, line: index + 1, start });
    }
    start += line.length + 1;
  }
  return cells;
}

/** The cell an offset lies in; undefined above the first one. */
export function cellAt(cells: readonly CellPosition[], offset: number): CellPosition | undefined {
  return cells.findLast(({ start }) => start <= offset);
}
