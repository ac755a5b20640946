/**
 * Giving notebooks other parameters for one run.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { type Notebook, tagsOf } from "../nbformat.ts";
import { injectParameters, parseParameters } from "../pairs/mod.ts";

/** Which sample sizes a run uses. */
export type Profile = "quick" | "full";

/** The names of the parameters that a notebook declares. */
export function parameterNames(notebook: Notebook): string[] {
  return parameterCells(notebook).flatMap((cell) =>
    parseParameters(cell.source).map(({ name }) => name)
  );
}

/**
 * Notebooks with the values of a command line. A value goes to each notebook that declares its
 * name; a profile to each that declares `profile`.
 *
 * @throws {UserError} for a name that no notebook declares, and for a value of the wrong type.
 */
export function withParameters(
  notebooks: readonly Notebook[],
  set: Record<string, string>,
  profile: Profile | undefined,
): Notebook[] {
  const known = new Set(notebooks.flatMap(parameterNames));
  for (const name of Object.keys(set)) {
    if (known.has(name)) continue;
    throw new UserError({
      what: "--set",
      got: name,
      expected: known.size === 0
        ? "nothing: these notebooks have no parameters"
        : `one of ${[...known].sort().join(", ")}`,
      todo:
        'See the parameters cell of the notebook; what stands under "change me:" elsewhere is changed in the notebook itself.',
    });
  }
  const wanted = profile === undefined ? set : { profile, ...set };
  return notebooks.map((notebook) => ({
    ...notebook,
    cells: notebook.cells.map((cell) => {
      if (!parameterCells(notebook).includes(cell)) return cell;
      const own = new Set(parseParameters(cell.source).map(({ name }) => name));
      const values = Object.fromEntries(
        Object.entries(wanted).filter(([name]) => own.has(name)),
      );
      return { ...cell, source: injectParameters(cell.source, values) };
    }),
  }));
}

function parameterCells({ cells }: Notebook) {
  return cells.filter((cell) => cell.cell_type === "code" && tagsOf(cell).includes("parameters"));
}
