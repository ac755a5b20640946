/**
 * Cells that compute with something whose last digits hang on the processor, and do not say so.
 *
 * @module
 */
import { type Notebook, tagsOf } from "../nbformat.ts";

/** Tags of cells whose outputs are not compared byte for byte. */
const LENIENT = ["native", "timing"];

/**
 * The cells without the tag that they need, each with one line that says so.
 *
 * @param computedBy What computed numbers for each cell, as the run recorded it.
 */
export function untaggedCells(
  notebook: Notebook,
  computedBy: ReadonlyMap<string, readonly string[]>,
): { cell: string; message: string }[] {
  return notebook.cells.flatMap((cell) => {
    const names = computedBy.get(cell.id);
    if (names === undefined || tagsOf(cell).some((tag) => LENIENT.includes(tag))) return [];
    const message = `it computes with ${names.join(" and ")}, whose last digits differ between ` +
      'processors: add "native" to the tags in its header';
    return [{ cell: cell.id, message }];
  });
}
