/**
 * Tags that a cell inherits with the values it uses. What a cell tagged `native` computes hangs on the
 * processor, and what one tagged `timing` computes on the clock; so does all that is computed from it.
 *
 * A value is followed by its name, from the cell that declares or changes it to each later cell that uses
 * it. A change that a function makes to a name outside of itself is not followed to the function's caller.
 *
 * @module
 */
import type { CellNames, NamedPlace } from "./cell_names.ts";
import { cellAt, type CellPosition } from "./cell_positions.ts";

/** A use of a value in a cell that lacks a tag. */
export interface MissingTag extends NamedPlace {
  /** The tag that it needs. */
  tag: "native" | "timing";
  /** The cell that lacks it. */
  cell: CellPosition;
  /** The cell that has it, and gave the name its value. */
  from: CellPosition;
}

/** The first use in each cell of a value from a cell with a tag that it lacks itself. */
export function missingTags(
  { declared, used }: CellNames,
  cells: readonly CellPosition[],
): MissingTag[] {
  const sources = new Map<string, CellPosition[]>();
  const note = ({ name, range }: NamedPlace) => {
    const cell = cellAt(cells, range[0]);
    if (cell !== undefined) sources.set(name, [...sources.get(name) ?? [], cell]);
  };
  declared.filter(({ imported }) => !imported).forEach(note);
  const own = new Set(declared.map(({ name }) => name));
  used.filter(({ name, written }) => written && own.has(name)).forEach(note);

  const found: MissingTag[] = [];
  for (const { name, range } of used) {
    const cell = cellAt(cells, range[0]);
    if (cell === undefined || found.some((before) => before.cell === cell)) continue;
    for (const tag of ["timing", "native"] as const) {
      // Outputs of a cell tagged timing are not even kept.
      if (cell.tags.includes(tag) || cell.tags.includes("timing")) continue;
      const from = sources.get(name)?.find(({ index, tags }) =>
        index < cell.index && tags.includes(tag)
      );
      if (from === undefined) continue;
      found.push({ name, range, tag, cell, from });
      break;
    }
  }
  return found;
}
