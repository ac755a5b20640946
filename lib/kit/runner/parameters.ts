/**
 * Giving notebooks other parameters for one run.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import type { Notebook } from "../nbformat.ts";
import {
  injectParameters,
  type Parameter,
  parameterCells,
  parametersOf,
  parseParameters,
} from "../pairs/mod.ts";
import { listNotebooks, loadNotebook, selectNotebooks } from "./notebook_files.ts";

/** Which sample sizes a run uses. */
export type Profile = "quick" | "full";

/**
 * The parameters of notebooks in a folder, by the notebook.
 *
 * @param ids Numbers or names; none for all.
 * @throws {UserError} for a notebook that is not there.
 */
export async function notebookParameters(
  folder: string,
  ids: readonly string[],
): Promise<Map<string, Parameter[]>> {
  const files = selectNotebooks(await listNotebooks(folder), ids);
  return new Map(
    await Promise.all(
      files.map(async (file) =>
        [file.id, parametersOf((await loadNotebook(file)).notebook)] as const
      ),
    ),
  );
}

/** The names of the parameters that a notebook declares. */
export function parameterNames(notebook: Notebook): string[] {
  return parametersOf(notebook).map(({ name }) => name);
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
        'See deno task run NN --help, with a notebook\'s number for NN; what stands under "change me:" elsewhere is changed in the notebook itself.',
    });
  }
  const wanted = profile === undefined ? set : { profile, ...set };
  return notebooks.map((notebook) => {
    const theirs = new Set<unknown>(parameterCells(notebook));
    return {
      ...notebook,
      cells: notebook.cells.map((cell) => {
        if (!theirs.has(cell)) return cell;
        const own = new Set(parseParameters(cell.source).map(({ name }) => name));
        const values = Object.fromEntries(
          Object.entries(wanted).filter(([name]) => own.has(name)),
        );
        return { ...cell, source: injectParameters(cell.source, values) };
      }),
    };
  });
}
