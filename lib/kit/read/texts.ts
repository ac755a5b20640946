/**
 * The texts of a notebook that is being read: the notebook's own, and what the reader made of them.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import type { Cell, CodeCell, Notebook } from "../nbformat.ts";
import { parameterCells, parseParameters } from "../pairs/mod.ts";
import type { ParameterPanel, ParameterState } from "./messages.ts";

/** A cell that the reader added. */
export interface InsertedCell {
  id: string;
  /** The cell above it. */
  after: string;
}

/** What the notebook's own outputs were made of. */
export interface Opened {
  sourceOf(id: string): string;
  /** The values of parameters. */
  values: ReadonlyMap<string, string>;
  /** Cells that have outputs. */
  shows: ReadonlySet<string>;
}

/** A notebook's cells with the edits of one session. */
export class Texts {
  #notebook: Notebook;
  /** The texts that belong to the outputs with which the notebook was opened. */
  readonly #opened: ReadonlyMap<string, string>;
  readonly #sources = new Map<string, string>();
  readonly #inserted: InsertedCell[] = [];

  constructor(notebook: Notebook) {
    this.#notebook = notebook;
    this.#opened = new Map(notebook.cells.map(({ id, source }) => [id, source]));
  }

  /** The notebook with the edited texts. */
  get notebook(): Notebook {
    return this.#with((cell) => this.#sources.get(cell.id));
  }

  get code(): CodeCell[] {
    return this.#notebook.cells.filter((cell) => cell.cell_type === "code");
  }

  get parametersCell(): CodeCell | undefined {
    return parameterCells(this.#notebook)[0];
  }

  /** The texts that are not the notebook's, by their cells. */
  get edited(): ReadonlyMap<string, string> {
    return this.#sources;
  }

  /** The cells that the reader added, in the order in which that happened. */
  get inserted(): readonly InsertedCell[] {
    return this.#inserted;
  }

  /** Puts an empty cell below another one; whether that is possible. */
  insert({ id, after }: InsertedCell): boolean {
    const at = this.#notebook.cells.findIndex((cell) => cell.id === after);
    if (at < 0 || this.#notebook.cells.some((cell) => cell.id === id)) return false;
    this.#notebook = {
      ...this.#notebook,
      cells: withCell(this.#notebook.cells, { id, after }, ""),
    };
    this.#inserted.push({ id, after });
    return true;
  }

  /** Takes away a cell that the reader added; whether it was one. */
  remove(id: string): boolean {
    const at = this.#inserted.findIndex((cell) => cell.id === id);
    if (at < 0) return false;
    this.#inserted.splice(at, 1);
    this.#sources.delete(id);
    const cells = this.#notebook.cells.filter((cell) => cell.id !== id);
    this.#notebook = { ...this.#notebook, cells };
    return true;
  }

  /** A code cell as it is in the notebook. */
  cell(id: string): CodeCell | undefined {
    return this.code.find((cell) => cell.id === id);
  }

  /** The present text of a code cell; empty where there is none of this name. */
  sourceOf(id: string): string {
    return this.#sources.get(id) ?? this.cell(id)?.source ?? "";
  }

  /** Cells with what was made of them when the notebook was opened, which it shows until they run. */
  get opened(): Opened {
    const parameters = this.parametersCell;
    const source = parameters && this.#opened.get(parameters.id);
    return {
      sourceOf: (id) => this.#opened.get(id) ?? "",
      values: valuesOf(source === undefined ? { parameters: [] } : read(source)),
      shows: new Set(this.code.filter(({ outputs }) => outputs.length > 0).map(({ id }) => id)),
    };
  }

  /** Gives a cell another text; whether that changed anything. */
  edit(id: string, source: string): boolean {
    const cell = this.cell(id);
    if (cell === undefined || this.sourceOf(id) === source) return false;
    if (source === cell.source) this.#sources.delete(id);
    else this.#sources.set(id, source);
    return true;
  }

  /** The edits have become the notebook's own text; the cells that had been edited. */
  saved({ cells }: Notebook): string[] {
    const sources = new Map(cells.map(({ id, source }) => [id, source]));
    this.#notebook = this.#with((cell) => sources.get(cell.id));
    const edited = [...this.#sources.keys()];
    this.#sources.clear();
    this.#inserted.length = 0;
    return edited;
  }

  /** Parameters with their present values; a cell that was edited into something else still has those of the notebook. */
  get panel(): ParameterPanel {
    const cell = this.parametersCell;
    if (cell === undefined) return { parameters: [] };
    const own = read(cell.source), now = read(this.sourceOf(cell.id));
    const { parameters } = "problem" in now ? own : now;
    const initial = new Map(own.parameters.map(({ name, value }) => [name, value]));
    return {
      ...now,
      parameters: parameters.map((parameter) => ({
        ...parameter,
        initial: initial.get(parameter.name) ?? parameter.value,
      })),
    };
  }

  /** The present values of parameters by their names; none where the cell cannot be read. */
  get values(): ReadonlyMap<string, string> {
    return valuesOf(this.panel);
  }

  #with(sourceOf: (cell: Cell) => string | undefined): Notebook {
    const cells = this.#notebook.cells.map((cell) => ({
      ...cell,
      source: sourceOf(cell) ?? cell.source,
    }));
    return { ...this.#notebook, cells };
  }
}

function valuesOf(
  { parameters, problem }: {
    parameters: readonly { name: string; value: string }[];
    problem?: string;
  },
): ReadonlyMap<string, string> {
  return new Map(problem === undefined ? parameters.map(({ name, value }) => [name, value]) : []);
}

/** The parameters of a cell's text, or why there are none. */
function read(
  source: string,
): { parameters: Omit<ParameterState, "initial">[]; problem?: string } {
  try {
    return {
      parameters: parseParameters(source).map(({ value, ...parameter }) => ({
        ...parameter,
        value: String(value),
      })),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { parameters: [], problem: error.message };
  }
}

/** Cells with one more, below the one that it names; as they are where there is none. */
export function withCell(
  cells: readonly Cell[],
  { id, after }: InsertedCell,
  source: string,
): Cell[] {
  const cell: CodeCell = {
    cell_type: "code",
    id,
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
  };
  return cells.flatMap((each) => each.id === after ? [each, cell] : [each]);
}
