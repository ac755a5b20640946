/**
 * One notebook that is being read: its texts as the reader has them, one kernel, and what the cells put out.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import { messageOf } from "offprint/errors.ts";
import { LATE, within } from "offprint/process/mod.ts";
import { type Execution, KernelClient } from "../kernel/mod.ts";
import { type CodeCell, type Notebook, type Output, tagsOf } from "../nbformat.ts";
import { injectParameters, parseParameters } from "../pairs/mod.ts";
import { failureOf } from "../runner/failure.ts";
import { OutputCollector } from "../runner/outputs.ts";
import { Dependents, type RanCell } from "./dependents.ts";
import type { CellState, ParameterState, ReaderEvent } from "./messages.ts";
import { Outbox, type Render } from "./outbox.ts";

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

/** What is printed is passed on this often, in ms: a page that is told of each line falls behind. */
const FLUSH_MS = 40;
/** A cell that is asked to stop has this long, in ms; then its kernel is replaced. */
const STOP_MS = 2000;
/** An interruption that comes before the cell has begun stops nothing: it is sent again after this long, in ms. */
const AGAIN_MS = 400;

/** One notebook with its kernel. Nothing is started before the first cell runs. */
export class Session {
  readonly id: string;
  readonly foreign: boolean;
  readonly #options: SessionOptions;
  #notebook: Notebook;
  readonly #sources = new Map<string, string>();
  readonly #outputs = new OutputCollector();
  readonly #outbox: Outbox;
  readonly #dependents = new Dependents();
  readonly #ran = new Map<string, RanCell>();
  /** Cells whose outputs are of this session. */
  readonly #shown = new Set<string>();
  readonly #states = new Map<string, CellState>();
  /** The values of parameters in the kernel. */
  #values: ReadonlyMap<string, string> = new Map();
  #trusted: boolean;
  #queue: string[] = [];
  #kernel: KernelClient | undefined;
  #working: Promise<void> | undefined;
  #running: { cell: string; since: number; done: Promise<unknown> } | undefined;
  #stopping = false;
  #count = 0;
  #flushing: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#notebook = options.notebook;
    this.id = options.id;
    this.foreign = options.foreign ?? false;
    this.#trusted = !this.foreign;
    this.#outbox = new Outbox(options.render);
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
    return {
      ...this.#notebook,
      cells: this.#notebook.cells.map((cell) => {
        if (cell.cell_type !== "code") return cell;
        const source = this.#sources.get(cell.id) ?? cell.source;
        if (!this.#shown.has(cell.id)) {
          return source === cell.source ? cell : { ...cell, source };
        }
        const count = this.#ran.get(cell.id)?.at ?? null;
        return { ...cell, source, execution_count: count, outputs: this.#outputs.of(cell.id) };
      }),
    };
  }

  /** Everything that a page which has just connected must know. */
  *snapshot(edit: boolean): Iterable<ReaderEvent> {
    this.#flush();
    const { foreign, trusted } = this;
    const sources = Object.fromEntries(this.#sources);
    yield { type: "state", foreign, trusted, edit, sources, parameters: this.parameters };
    for (const cell of this.#shown) yield this.#outbox.whole(cell, this.#outputs.of(cell));
    yield { type: "cells", cells: this.#code.map(({ id }) => this.#stateOf(id)) };
    yield { type: "kernel", kernel: this.#kernelState };
  }

  /** Its parameters with their present values. */
  get parameters(): ParameterState[] {
    const cell = this.#parametersCell;
    if (cell === undefined) return [];
    try {
      const initial = new Map(parseParameters(cell.source).map(({ name, value }) => [name, value]));
      return parseParameters(this.#sourceOf(cell)).map(({ value, ...parameter }) => ({
        ...parameter,
        value: String(value),
        initial: String(initial.get(parameter.name) ?? value),
      }));
    } catch {
      return []; // a cell that was edited into something else has no panel
    }
  }

  #presentValues(): ReadonlyMap<string, string> {
    return new Map(this.parameters.map(({ name, value }) => [name, value]));
  }

  /** Another text for a cell; the committed one stays what it is. */
  edit(id: string, source: string): void {
    const cell = this.#cell(id);
    if (cell === undefined || this.#sourceOf(cell) === source) return;
    if (source === cell.source) this.#sources.delete(id);
    else this.#sources.set(id, source);
    this.#tell({ type: "source", cell: id, source });
    if (cell === this.#parametersCell) this.#tellParameters();
    this.#refreshStale();
  }

  /** The texts that are not the notebook's, by their cells. */
  get edited(): ReadonlyMap<string, string> {
    return this.#sources;
  }

  /** The edits have become the notebook's own text. */
  saved({ cells }: Notebook): void {
    const sources = new Map(cells.map(({ id, source }) => [id, source]));
    const own = this.#notebook.cells.map((cell) => ({
      ...cell,
      source: sources.get(cell.id) ?? cell.source,
    }));
    this.#notebook = { ...this.#notebook, cells: own };
    for (const cell of [...this.#sources.keys()]) {
      this.#sources.delete(cell);
      this.#tell({ type: "source", cell, source: this.#cell(cell)!.source });
    }
    this.#refreshStale();
  }

  /** The notebook's own text for a cell. */
  reset(id: string): void {
    const cell = this.#cell(id);
    if (cell !== undefined) this.edit(id, cell.source);
  }

  /**
   * Gives parameters other values, and with `run` runs exactly what depends on those that changed, with what that needs and
   * has not run.
   *
   * @throws {UserError} for a value of the wrong type.
   */
  async change(values: Record<string, string>, run: boolean): Promise<void> {
    const cell = this.#parametersCell;
    if (cell === undefined) return;
    const before = this.#presentValues();
    const source = injectParameters(this.#sourceOf(cell), values);
    this.edit(cell.id, source);
    const names = this.parameters.filter(({ name, value }) => before.get(name) !== value)
      .map(({ name }) => name);
    if (!run || names.length === 0) return;
    const { dependents } = await this.#dependents.of(this.notebook);
    await this.runNeeded([cell.id, ...dependents([{ cell: cell.id, names }])]);
  }

  /** Runs cells, and before them what they need and this kernel has not run. */
  async runNeeded(ids: readonly string[]): Promise<void> {
    const { needed } = await this.#dependents.of(this.notebook);
    const asked = new Set(ids);
    this.run(needed(ids).filter((id) => asked.has(id) || !this.#ran.has(id)));
  }

  /** Reads what depends on what before it is asked for. */
  prepare(): void {
    this.#dependents.of(this.notebook);
  }

  /** Runs cells after those that wait already; ids that are no code cells are passed over. */
  run(ids: readonly string[]): void {
    if (!this.#trusted) {
      const message = "this notebook comes from elsewhere: its cells run when you have trusted it";
      this.#tell({ type: "problem", message });
      return;
    }
    const known = ids.filter((id) => (this.#cell(id)?.source ?? "").trim() !== "");
    for (const id of known) if (!this.#queue.includes(id)) this.#queue.push(id);
    this.#tellCells(known);
    this.#working ??= this.#work();
  }

  /** Stops the running cell and forgets those that wait. A kernel that does not stop is replaced. */
  async stop(): Promise<void> {
    this.#forgetQueue();
    const running = this.#running, kernel = this.#kernel;
    if (running === undefined || kernel === undefined) return;
    this.#stopping = true;
    for (let waited = 0; waited < STOP_MS; waited += AGAIN_MS) {
      kernel.request("control", "interrupt_request", {}).catch(() => {});
      if (await within(AGAIN_MS, running.done) !== LATE || this.#running !== running) return;
    }
    await kernel.kill();
  }

  /** A new kernel: what cells declared is gone, what they put out stays. */
  async restart(): Promise<void> {
    this.#forgetQueue();
    this.#stopping = this.#running !== undefined;
    const kernel = this.#kernel;
    await kernel?.kill();
    await this.#working;
    this.#gone(kernel, "restarted: run the cells again that others need");
  }

  /** Asks the kernel about a place in a text; nothing while it is busy, or not started. */
  async ask(
    type: "complete_request" | "inspect_request",
    source: string,
    at: number,
  ): Promise<Record<string, unknown> | undefined> {
    if (this.#kernelState !== "idle") return undefined;
    const content = { code: source, cursor_pos: at, detail_level: 0 };
    return await this.#kernel!.request("shell", type, content).catch(() => undefined);
  }

  /** Ends the kernel. */
  async close(): Promise<void> {
    this.#queue = [];
    clearTimeout(this.#flushing);
    await this.#kernel?.kill();
    await this.#working;
  }

  get #code(): CodeCell[] {
    return this.#notebook.cells.filter((cell) => cell.cell_type === "code");
  }

  get #parametersCell(): CodeCell | undefined {
    return this.#code.find((cell) => tagsOf(cell).includes("parameters"));
  }

  #cell(id: string): CodeCell | undefined {
    return this.#code.find((cell) => cell.id === id);
  }

  #sourceOf(cell: CodeCell): string {
    return this.#sources.get(cell.id) ?? cell.source;
  }

  get #kernelState(): "none" | "starting" | "idle" | "busy" {
    if (this.#working !== undefined) return this.#kernel === undefined ? "starting" : "busy";
    return this.#kernel === undefined ? "none" : "idle";
  }

  async #work(): Promise<void> {
    // The caller has to have noted that somebody works.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0) {
        const kernel = this.#kernel ?? await this.#start();
        const id = this.#queue.shift();
        if (id === undefined) break;
        const ok = await this.#runCell(kernel, this.#cell(id)!);
        if (!ok) this.#forgetQueue();
      }
    } catch (error) {
      this.#forgetQueue();
      this.#tell({ type: "problem", message: `the kernel did not start: ${messageOf(error)}` });
    } finally {
      this.#working = undefined;
      const kernel = this.#kernel === undefined ? "none" : "idle";
      this.#tell({ type: "kernel", kernel });
    }
  }

  async #start(): Promise<KernelClient> {
    this.#tell({ type: "kernel", kernel: "starting" });
    const threads = Deno.env.get("OFFPRINT_THREADS") || String(availableParallelism());
    const kernel = await KernelClient.start({
      cwd: this.#options.cwd,
      env: { OFFPRINT_THREADS: threads },
    });
    this.#kernel = kernel;
    kernel.ended.then(() =>
      this.#gone(kernel, "the kernel has ended; a new one starts with the next cell")
    );
    return kernel;
  }

  /** The kernel is no longer there, and with it all values. */
  #gone(kernel: KernelClient | undefined, note: string): void {
    if (kernel === undefined || this.#kernel !== kernel) return;
    this.#kernel = undefined;
    this.#ran.clear();
    for (const { id } of this.#code) {
      const state = this.#states.get(id);
      if (state?.status === "ok") this.#states.set(id, { ...state, status: "idle" });
    }
    kernel.kill().catch(() => {});
    this.#tell({ type: "kernel", kernel: "none", note });
    this.#tellCells(this.#code.map(({ id }) => id));
  }

  async #runCell(kernel: KernelClient, cell: CodeCell): Promise<boolean> {
    const { id } = cell;
    const source = this.#sourceOf(cell);
    // What it showed stays until there is something new, so that the page does not jump.
    const clear = (wait: boolean) =>
      this.#outputs.add(id, { type: "clear_output", content: { wait } });
    clear(true);
    let printed = false;
    this.#shown.add(id);
    this.#stopping = false;
    const since = performance.now();
    const done = kernel.execute(source, {
      cell: id,
      onOutput: (message, origin) => {
        this.#outputs.add(origin.cell, message);
        printed ||= origin.cell === id;
        this.#flushing ??= setTimeout(() => this.#flush(), FLUSH_MS);
      },
    });
    this.#running = { cell: id, since, done };
    this.#states.set(id, { id, status: "running", stale: false, edited: false });
    this.#tell({ type: "kernel", kernel: "busy" });
    this.#tellCells([id]);
    const execution = await done;
    this.#running = undefined;
    if (!printed) clear(false);
    const seconds = (performance.now() - since) / 1000;
    if (cell === this.#parametersCell) this.#values = this.#presentValues();
    this.#ran.set(id, { source, at: ++this.#count, values: this.#values });
    const ok = this.#settle(cell, execution, seconds);
    if (execution.status === "died" || execution.status === "broken") {
      this.#gone(kernel, "the kernel has ended; a new one starts with the next cell");
      this.#ran.delete(id);
    }
    this.#flush();
    await this.#refreshStale();
    return ok;
  }

  /** Notes how a cell ended, and shows its error at it. */
  #settle({ id }: CodeCell, execution: Execution, seconds: number): boolean {
    const shown = this.#outputs.of(id).find((output) => output.output_type === "error");
    const failed: Execution = execution.status === "ok" && shown !== undefined
      ? { status: "error", error: shown }
      : execution;
    const ended = (status: CellState["status"], line?: number) =>
      this.#states.set(id, {
        id,
        status,
        seconds,
        stale: false,
        edited: false,
        ...(line !== undefined && { line }),
      });
    if (failed.status === "ok") {
      ended("ok");
      return true;
    }
    if (this.#stopping) {
      const replaced = failed.status === "died" || failed.status === "broken";
      if (shown === undefined) this.#outputs.addError(id, stoppedError(replaced));
      ended("stopped");
      return false;
    }
    const cells = [...this.#ran].filter(([other]) => other !== id)
      .map(([other, { source }]) => ({ id: other, source }));
    cells.push({ id, source: this.#ran.get(id)!.source });
    const failure = failureOf(failed, cells, this.#outputs.of(id));
    if (shown === undefined) this.#outputs.addError(id, failure.error);
    ended("error", failure.places.find(({ cell }) => cell === id)?.line);
    return false;
  }

  #forgetQueue(): void {
    const waiting = this.#queue.splice(0);
    this.#tellCells(waiting);
  }

  /** Passes on what cells put out since the last time. */
  #flush(): void {
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
    for (const cell of this.#shown) {
      for (const event of this.#outbox.changes(cell, this.#outputs.of(cell))) this.#tell(event);
    }
  }

  /** Marks what is older than what it depends on. */
  async #refreshStale(): Promise<void> {
    if (this.#ran.size === 0) return this.#tellCells(this.#code.map(({ id }) => id));
    const { stale } = await this.#dependents.of(this.notebook);
    const values = this.#presentValues();
    const found = stale(this.#ran, {
      sourceOf: (id) => this.#sourceOf(this.#cell(id)!),
      parametersCell: values.size === 0 ? undefined : this.#parametersCell?.id,
      values,
    });
    for (const { id } of this.#code) {
      const state = this.#states.get(id);
      if (state !== undefined) this.#states.set(id, { ...state, stale: found.has(id) });
    }
    this.#tellCells(this.#code.map(({ id }) => id));
  }

  #stateOf(id: string): CellState {
    const known = this.#states.get(id) ?? { id, status: "idle", stale: false, edited: false };
    const state: CellState = { ...known, edited: this.#sources.has(id) };
    if (this.#running?.cell === id) {
      return {
        ...state,
        status: "running",
        seconds: (performance.now() - this.#running.since) / 1000,
      };
    }
    return this.#queue.includes(id) ? { ...state, status: "queued" } : state;
  }

  #tellCells(ids: readonly string[]): void {
    if (ids.length > 0) this.#tell({ type: "cells", cells: ids.map((id) => this.#stateOf(id)) });
  }

  #tellParameters(): void {
    this.#tell({ type: "parameters", parameters: this.parameters });
  }

  #tell(event: ReaderEvent): void {
    this.#options.tell(event);
  }
}

function stoppedError(replaced: boolean): Output & { output_type: "error" } {
  const evalue = replaced
    ? "it was stopped, and its kernel was replaced: run the cells again that others need"
    : "it was stopped";
  return { output_type: "error", ename: "Stopped", evalue, traceback: [] };
}
