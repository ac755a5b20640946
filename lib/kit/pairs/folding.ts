/**
 * Which cells fold: those that only import, draw or check carry a tag that says so. In the `.ipynb` the tag
 * becomes `metadata.jupyter.source_hidden`, which JupyterLab honours; on pages the code is behind a line.
 * What such a cell shows stays visible.
 *
 * `source_hidden` is derived from the tags alone: it is not in the source file, and that a reader opened or
 * closed a cell in JupyterLab is not an edit.
 *
 * @module
 */
import { type Cell, tagsOf } from "../nbformat.ts";

/** Tag → what is above the folded code. */
export const FOLDING_TAGS: Readonly<Record<string, string>> = {
  imports: "Imports",
  drawing: "Code that draws",
  check: "Code that checks",
};

/** What a cell folds as, or undefined: "Imports". */
export function foldedAs(cell: Cell): string | undefined {
  if (cell.cell_type !== "code") return undefined;
  const tag = tagsOf(cell).find((tag) => Object.hasOwn(FOLDING_TAGS, tag));
  return tag === undefined ? undefined : FOLDING_TAGS[tag];
}

/** The cell as the `.ipynb` has it: with `source_hidden` where its tags ask for it, and only there. */
export function withFolding(cell: Cell): Cell {
  const plain = withoutFolding(cell);
  if (foldedAs(cell) === undefined) return plain;
  const jupyter = objectOf(plain.metadata["jupyter"]);
  return {
    ...plain,
    metadata: { ...plain.metadata, jupyter: { ...jupyter, source_hidden: true } },
  };
}

/** The cell as the source file has it. */
export function withoutFolding(cell: Cell): Cell {
  if (!Object.hasOwn(objectOf(cell.metadata["jupyter"]), "source_hidden")) return cell;
  const { jupyter, ...metadata } = cell.metadata;
  const { source_hidden: _, ...rest } = objectOf(jupyter);
  return {
    ...cell,
    metadata: Object.keys(rest).length === 0 ? metadata : { ...metadata, jupyter: rest },
  };
}

function objectOf(
  value: Cell["metadata"][string] | undefined,
): Record<string, Cell["metadata"][string]> {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}
