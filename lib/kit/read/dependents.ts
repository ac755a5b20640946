/**
 * What depends on what in a notebook that is being edited: asked often, read anew only when a text changed.
 *
 * @module
 */
import type { Notebook } from "../nbformat.ts";
import {
  type Change,
  type Dependencies,
  dependents,
  readDependencies,
  withNeeded,
} from "./dependencies.ts";
import type { Opened } from "./texts.ts";

/** A cell as it ran. */
export interface RanCell {
  source: string;
  /** Its place among all runs of cells. */
  at: number;
  /** The values that parameters had when it ran. */
  values: ReadonlyMap<string, string>;
}

/** The notebook's texts and parameters as they are now. */
export interface Present {
  sourceOf(id: string): string;
  /** The cell that declares parameters, if there is one that can be read. */
  parametersCell: string | undefined;
  values: ReadonlyMap<string, string>;
  /** What the outputs of cells that have not run here were made of. */
  opened: Opened;
}

/** Answers about one state of a notebook. */
export interface Answers {
  dependents(changes: readonly Change[]): string[];
  needed(wanted: readonly string[]): string[];
  /**
   * Cells that show something old: their text, or a value that they use, has changed since they ran; where they have not run,
   * since the notebook was opened.
   */
  stale(ran: ReadonlyMap<string, RanCell>, present: Present): Set<string>;
}

/** Keeps the dependencies of the latest texts. */
export class Dependents {
  #key = "";
  #reading: Promise<Dependencies | undefined> = Promise.resolve(undefined);
  /** The latest that could be read: a cell that is being typed may not be parsed yet. */
  #latest: Dependencies = new Map();

  /** Answers about a notebook. */
  async of(notebook: Notebook): Promise<Answers> {
    const key = JSON.stringify(notebook.cells.map(({ id, source }) => [id, source]));
    if (key !== this.#key) {
      this.#key = key;
      this.#reading = readDependencies(notebook);
    }
    this.#latest = await this.#reading ?? this.#latest;
    const dependencies = this.#latest;
    return {
      dependents: (changes) => dependents(dependencies, changes),
      needed: (wanted) => dependencies.size === 0 ? [...wanted] : withNeeded(dependencies, wanted),
      stale: (ran, present) => staleCells(dependencies, ran, present),
    };
  }
}

function staleCells(
  dependencies: Dependencies,
  ran: ReadonlyMap<string, RanCell>,
  { sourceOf, parametersCell, values, opened }: Present,
): Set<string> {
  const stale = new Set<string>();
  /** Cells that would not give what they gave in the notebook as it was opened. */
  const differ = new Set<string>();
  for (const [id, needs] of dependencies) {
    const sources = needs.flatMap(({ name, from }) => from.map((cell) => ({ name, cell })));
    const differs = sourceOf(id) !== opened.sourceOf(id) ||
      sources.some(({ name, cell }) =>
        cell === parametersCell ? values.get(name) !== opened.values.get(name) : differ.has(cell)
      );
    if (differs) differ.add(id);
    const own = ran.get(id);
    if (own === undefined) {
      if (differs && opened.shows.has(id)) stale.add(id);
      continue;
    }
    const older = ({ name, cell }: { name: string; cell: string }): boolean => {
      if (cell === parametersCell) return values.get(name) !== own.values.get(name);
      const other = ran.get(cell);
      return other !== undefined && (other.at > own.at || stale.has(cell));
    };
    if (sourceOf(id) !== own.source || sources.some(older)) stale.add(id);
  }
  return stale;
}
