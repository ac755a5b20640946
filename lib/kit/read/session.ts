/**
 * One notebook that is being read: its texts as the reader has them, one kernel, and what the cells put out.
 *
 * @module
 */
import type { Notebook } from "../nbformat.ts";
import { injectParameters } from "../pairs/mod.ts";
import { CellOutputs } from "./cell_outputs.ts";
import { CellStates } from "./cell_states.ts";
import { CellRunner, type EndedRun, lostIn } from "./cell_runner.ts";
import { Dependents, type RanCell } from "./dependents.ts";
import type { CellState, ReaderEvent } from "./messages.ts";
import type { Render } from "./outbox.ts";
import { settleRun } from "./settle_run.ts";
import { type InsertedCell, Texts } from "./texts.ts";

/** What a session is opened with. */
export interface SessionOptions {
  id: string;
  /** As committed, or as in the file that was opened. */
  notebook: Notebook;
  /** Folder the kernel runs in. */
  cwd: string;
  /** It comes from elsewhere: nothing runs before the reader says that it is trusted. */
  foreign?: boolean;
  render: Render;
  /** Told everything, in order. */
  tell: (event: ReaderEvent) => void;
}

/** One notebook with its kernel. Nothing is started before the first cell runs. */
export class Session {
  readonly id: string;
  readonly foreign: boolean;
  readonly #tell: (event: ReaderEvent) => void;
  readonly #texts: Texts;
  readonly #runner: CellRunner;
  readonly #outputs: CellOutputs;
  readonly #dependents = new Dependents();
  /** Cells that this kernel has run. */
  readonly #ran = new Map<string, RanCell>();
  /** The latest run of each cell in any kernel of this session: what it shows is of that run. */
  readonly #shown = new Map<string, RanCell>();
  readonly #states = new CellStates();
  /** The values of parameters in the kernel. */
  #values: ReadonlyMap<string, string> = new Map();
  #trusted: boolean;
  #count = 0;

  constructor({ id, notebook, cwd, foreign = false, render, tell }: SessionOptions) {
    this.id = id;
    this.foreign = foreign;
    this.#trusted = !foreign;
    this.#tell = tell;
    this.#texts = new Texts(notebook);
    this.#outputs = new CellOutputs(render, tell);
    this.#runner = new CellRunner({
      cwd,
      sourceOf: (cell) => this.#texts.sourceOf(cell),
      tell: {
        kernel: (kernel, note) =>
          tell({ type: "kernel", kernel, ...(note !== undefined && { note }) }),
        began: (cell) => this.#began(cell),
        put: (cell, message) => this.#outputs.put(cell, message),
        ended: (run) => this.#ended(run),
        lost: (note) => this.#lost(note),
        settled: () => this.#refreshStale(),
        forgot: (cells) => this.#tellCells(cells),
        problem: (message) => tell({ type: "problem", message }),
      },
    });
  }

  /** Whether its cells may run. */
  get trusted(): boolean {
    return this.#trusted;
  }

  trust(): void {
    this.#trusted = true;
  }

  /** The notebook as the reader has it now: edited texts, and outputs of this session where there are any. */
  get notebook(): Notebook {
    const { cells, ...notebook } = this.#texts.notebook;
    return {
      ...notebook,
      cells: cells.map((cell) => {
        if (cell.cell_type !== "code" || !this.#outputs.has(cell.id)) return cell;
        const count = this.#ran.get(cell.id)?.at ?? null;
        return { ...cell, execution_count: count, outputs: this.#outputs.of(cell.id) };
      }),
    };
  }

  /** Whether what a cell shows is of this session. */
  hasRun(id: string): boolean {
    return this.#outputs.has(id);
  }

  /** Whether what a cell shows is older than what it depends on. */
  isStale(id: string): boolean {
    return this.#states.of(id).stale;
  }

  /** Everything that a page which has just connected must know. */
  *snapshot(edit: boolean): Iterable<ReaderEvent> {
    this.#outputs.flush();
    const { foreign, trusted } = this;
    const sources = Object.fromEntries(this.#texts.edited);
    for (const { id, after } of this.inserted) yield { type: "inserted", cell: id, after };
    yield { type: "state", foreign, trusted, edit, sources, ...this.#texts.panel };
    yield* this.#outputs.whole();
    yield { type: "cells", cells: this.#codeIds.map((id) => this.#stateOf(id)) };
    const { state: kernel, note } = this.#runner;
    yield { type: "kernel", kernel, ...(note !== undefined && { note }) };
  }

  /** Another text for a cell; the committed one stays what it is. */
  edit(id: string, source: string): void {
    if (!this.#texts.edit(id, source)) return;
    this.#tell({ type: "source", cell: id, source });
    if (id === this.#texts.parametersCell?.id) {
      this.#tell({ type: "parameters", ...this.#texts.panel });
    }
    this.#refreshStale();
  }

  /** The texts that are not the notebook's, by their cells. */
  get edited(): ReadonlyMap<string, string> {
    return this.#texts.edited;
  }

  /** The edits have become the notebook's own text. */
  saved(notebook: Notebook): void {
    for (const cell of this.#texts.saved(notebook)) {
      this.#tell({ type: "source", cell, source: this.#texts.sourceOf(cell) });
    }
    this.#refreshStale();
  }

  /** Cells that the reader added. */
  get inserted(): readonly InsertedCell[] {
    return this.#texts.inserted;
  }

  /** An empty cell below another one. */
  insert({ id, after }: InsertedCell): void {
    if (this.#texts.insert({ id, after })) this.#tell({ type: "inserted", cell: id, after });
  }

  /** The notebook's own text for a cell; one that the reader added goes. */
  reset(id: string): void {
    if (this.#texts.remove(id)) {
      this.#tell({ type: "removed", cell: id });
      this.#refreshStale();
      return;
    }
    const cell = this.#texts.cell(id);
    if (cell !== undefined) this.edit(id, cell.source);
  }

  /**
   * Gives parameters other values. With `run`, exactly those cells run again that have run in this session and depend on what
   * changed, with what they need and this kernel has not run. Dependents that have never run are only named: who looks at one
   * section does not wait for all others, some of which take minutes. What they show is marked as out of date.
   *
   * @throws {UserError} for a value of the wrong type.
   */
  async change(values: Record<string, string>, run: boolean): Promise<void> {
    const cell = this.#texts.parametersCell;
    if (cell === undefined) return;
    const before = this.#texts.values;
    this.edit(cell.id, injectParameters(this.#texts.sourceOf(cell.id), values, "panel"));
    const names = [...this.#texts.values].filter(([name, value]) => before.get(name) !== value)
      .map(([name]) => name);
    if (!run || names.length === 0) return;
    const { dependents } = await this.#dependents.of(this.notebook);
    const found = dependents([{ cell: cell.id, names }]);
    const again = [cell.id, ...found].filter((id) => this.#shown.has(id));
    const cells = again.length === 0 ? [] : await this.#withNeeded(again);
    const others = found.filter((id) => !this.#shown.has(id) && !cells.includes(id));
    this.#tell({ type: "changed", names, runs: cells.length, others });
    this.run(cells);
  }

  /** Runs cells, and before them what they need and this kernel has not run. */
  async runNeeded(ids: readonly string[]): Promise<void> {
    this.ready();
    this.run(await this.#withNeeded(ids));
  }

  async #withNeeded(ids: readonly string[]): Promise<string[]> {
    const asked = new Set(ids);
    const code = this.#codeIds;
    const last = code.findLastIndex((id) => asked.has(id));
    // A cell needs cells above it only: the first result does not wait until it is known which.
    if (code.slice(0, Math.max(last, 0)).every((id) => asked.has(id) || this.#ran.has(id))) {
      return code.filter((id) => asked.has(id));
    }
    const { needed } = await this.#dependents.of(this.notebook);
    return needed(ids).filter((id) => asked.has(id) || !this.#ran.has(id));
  }

  /** Somebody is about to run a cell: starts the kernel. */
  ready(): void {
    if (this.#trusted) this.#runner.warm();
  }

  /** Runs cells after those that wait already; ids that are no code cells are passed over. */
  run(ids: readonly string[]): void {
    if (!this.#trusted) {
      const message = "this notebook comes from elsewhere: its cells run when you have trusted it";
      this.#tell({ type: "problem", message });
      return;
    }
    const known = ids.filter((id) => this.#texts.sourceOf(id).trim() !== "");
    if (known.length === 0) return;
    this.ready();
    this.#runner.run(known);
    this.#tellCells(known);
  }

  /** Stops the running cell and forgets those that wait. A kernel that does not stop is replaced. */
  stop(): Promise<void> {
    return this.#runner.stop();
  }

  /** A new kernel: what cells declared is gone, what they put out stays. */
  restart(): Promise<void> {
    return this.#runner.restart();
  }

  /** Asks the kernel about a place in a text; nothing while it is busy, or not started. */
  ask(
    type: "complete_request" | "inspect_request",
    source: string,
    at: number,
  ): Promise<Record<string, unknown> | undefined> {
    return this.#runner.ask(type, source, at);
  }

  /** Ends the kernel. */
  async close(): Promise<void> {
    this.#outputs.close();
    await this.#runner.close();
  }

  get #codeIds(): string[] {
    return this.#texts.code.map(({ id }) => id);
  }

  #began(id: string): void {
    this.#outputs.began(id);
    this.#states.set({ id, status: "running", stale: false, edited: false });
    this.#tellCells([id]);
  }

  #ended(run: EndedRun): boolean {
    const { cell, source, seconds, printed } = run;
    if (!printed) this.#outputs.empty(cell);
    if (cell === this.#texts.parametersCell?.id) this.#values = this.#texts.values;
    const ran = { source, at: ++this.#count, values: this.#values };
    this.#shown.set(cell, ran);
    if (!lostIn(run.execution)) this.#ran.set(cell, ran);
    const ended = settleRun(run, this.#ran, this.#outputs);
    const values = Object.fromEntries(this.#values);
    this.#states.set({ id: cell, seconds, stale: false, edited: false, values, ...ended });
    this.#outputs.flush();
    this.#tellCells([cell]);
    return ended.status === "ok";
  }

  /** The kernel is no longer there, and with it all values. */
  #lost(note: string): void {
    this.#ran.clear();
    this.#states.lost();
    this.#tell({ type: "kernel", kernel: "none", note });
    this.#tellCells(this.#codeIds);
  }

  /** Marks what is older than what it depends on. */
  async #refreshStale(): Promise<void> {
    // A notebook as it was opened is up to date.
    if (this.#shown.size > 0 || this.edited.size > 0 || this.#states.any) {
      const { stale } = await this.#dependents.of(this.notebook);
      const { values, parametersCell, opened } = this.#texts;
      const found = stale(this.#shown, {
        sourceOf: (id) => this.#texts.sourceOf(id),
        parametersCell: values.size === 0 ? undefined : parametersCell?.id,
        values,
        opened,
      });
      this.#states.mark(found, this.#runner.running?.cell);
    }
    this.#tellCells(this.#codeIds);
  }

  #stateOf(id: string): CellState {
    const state: CellState = { ...this.#states.of(id), edited: this.edited.has(id) };
    const running = this.#runner.running;
    if (running?.cell === id) return { ...state, status: "running", seconds: running.seconds };
    return this.#runner.waits(id) ? { ...state, status: "queued" } : state;
  }

  /** Tells the states of cells, where they are not as they were told last. */
  #tellCells(ids: readonly string[]): void {
    const cells = this.#states.news(ids.map((id) => this.#stateOf(id)));
    if (cells.length > 0) this.#tell({ type: "cells", cells });
  }
}
