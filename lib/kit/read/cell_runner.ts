/**
 * Running cells one after the other in one kernel, which is started for the first and replaced when it does not stop.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import { messageOf } from "offprint/errors.ts";
import { LATE, within } from "offprint/process/mod.ts";
import { type Execution, KernelClient, type OutputMessage } from "../kernel/mod.ts";

/** How a cell's run ended. */
export interface EndedRun {
  cell: string;
  source: string;
  execution: Execution;
  seconds: number;
  /** It put something out. */
  printed: boolean;
  /** It had been asked to stop. */
  stopped: boolean;
}

/** Who is told what happens. */
export interface RunListener {
  kernel(state: KernelState, note?: string): void;
  began(cell: string): void;
  put(cell: string, message: OutputMessage): void;
  /** Whether the cells after it may run. */
  ended(run: EndedRun): boolean;
  /** The kernel is no longer there, and with it all values. */
  lost(note: string): void;
  /** Everything about a run has been said. */
  settled(): Promise<void>;
  /** Cells that waited are not run. */
  forgot(cells: readonly string[]): void;
  problem(message: string): void;
}

export type KernelState = "none" | "starting" | "idle" | "busy";

/** A cell that is asked to stop has this long, in ms; then its kernel is replaced. */
const STOP_MS = 2000;
/** An interruption that comes before the cell has begun stops nothing: it is sent again after this long, in ms. */
const AGAIN_MS = 400;

/** Why there is no kernel any more, as its reader is told. */
const ENDED = "the kernel has ended; a new one starts with the next cell";
const RESTARTED = "restarted: run the cells again that others need";
const STOPPED =
  "Stopped. The kernel had to be replaced: values of cells are gone, Run above brings them back.";

/** A queue of cells and the kernel that runs them. */
export class CellRunner {
  readonly #cwd: string;
  readonly #sourceOf: (cell: string) => string;
  readonly #tell: RunListener;
  #queue: string[] = [];
  #kernel: KernelClient | undefined;
  #starting: Promise<KernelClient | undefined> | undefined;
  readonly #closing = new AbortController();
  #working: Promise<void> | undefined;
  #running: { cell: string; since: number; done: Promise<unknown> } | undefined;
  #stopping = false;
  /** What is said when this kernel is gone. */
  #reason = ENDED;
  #note: string | undefined;

  constructor(
    { cwd, sourceOf, tell }: {
      cwd: string;
      sourceOf: (cell: string) => string;
      tell: RunListener;
    },
  ) {
    this.#cwd = cwd;
    this.#sourceOf = sourceOf;
    this.#tell = tell;
  }

  get state(): KernelState {
    if (this.#kernel !== undefined) return this.#working === undefined ? "idle" : "busy";
    return (this.#working ?? this.#starting) === undefined ? "none" : "starting";
  }

  /** Why the kernel is gone, until there is another one. */
  get note(): string | undefined {
    return this.#note;
  }

  /** The cell that is running, and for how long, in seconds. */
  get running(): { cell: string; seconds: number } | undefined {
    if (this.#running === undefined) return undefined;
    const { cell, since } = this.#running;
    return { cell, seconds: (performance.now() - since) / 1000 };
  }

  waits(cell: string): boolean {
    return this.#queue.includes(cell);
  }

  /** Starts the kernel before the first cell asks for it: somebody is about to run one. */
  warm(): void {
    if (this.#kernel === undefined && this.#working === undefined) this.#start();
  }

  /** Runs cells after those that wait already. */
  run(cells: readonly string[]): void {
    for (const cell of cells) if (!this.#queue.includes(cell)) this.#queue.push(cell);
    this.#working ??= this.#work();
  }

  /** Stops the running cell and forgets those that wait. A kernel that does not stop is replaced. */
  async stop(): Promise<void> {
    this.#forget();
    const running = this.#running, kernel = this.#kernel;
    if (running === undefined || kernel === undefined) return;
    this.#stopping = true;
    for (let waited = 0; waited < STOP_MS; waited += AGAIN_MS) {
      kernel.request("control", "interrupt_request", {}).catch(() => {});
      if (await within(AGAIN_MS, running.done) !== LATE || this.#running !== running) return;
    }
    this.#reason = STOPPED;
    await kernel.kill();
  }

  /** A new kernel with the next cell: what cells declared is gone. */
  async restart(): Promise<void> {
    this.#forget();
    this.#stopping = this.#running !== undefined;
    const kernel = this.#kernel;
    if (kernel !== undefined) this.#reason = RESTARTED;
    await kernel?.kill();
    await this.#working;
    this.#gone(kernel);
  }

  /** Asks the kernel about a place in a text; nothing while it is busy, or not started. */
  async ask(
    type: "complete_request" | "inspect_request",
    source: string,
    at: number,
  ): Promise<Record<string, unknown> | undefined> {
    if (this.state !== "idle") return undefined;
    const content = { code: source, cursor_pos: at, detail_level: 0 };
    return await this.#kernel!.request("shell", type, content).catch(() => undefined);
  }

  /** Ends the kernel. */
  async close(): Promise<void> {
    this.#queue = [];
    this.#closing.abort();
    await this.#kernel?.kill();
    await this.#starting;
    await this.#working;
  }

  async #work(): Promise<void> {
    // The caller has to have noted that somebody works.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0) {
        const kernel = this.#kernel ?? await this.#start();
        if (kernel === undefined) this.#forget();
        const cell = this.#queue.shift();
        if (kernel === undefined || cell === undefined) break;
        if (!await this.#runCell(kernel, cell)) this.#forget();
        // The next cell does not wait for what is still to be said about this one.
        const settling = this.#tell.settled();
        if (this.#queue.length === 0) await settling;
      }
    } catch (error) {
      this.#forget();
      this.#tell.problem(messageOf(error));
    } finally {
      this.#working = undefined;
      this.#tell.kernel(this.state, this.#note);
    }
  }

  /** The kernel that comes up, the same for all who ask meanwhile; nothing where none does, which is told. */
  #start(): Promise<KernelClient | undefined> {
    return this.#starting ??= this.#startOne().finally(() => {
      this.#starting = undefined;
      if (this.#working === undefined) this.#tell.kernel(this.state, this.#note);
    });
  }

  async #startOne(): Promise<KernelClient | undefined> {
    this.#note = undefined;
    this.#tell.kernel("starting");
    const threads = Deno.env.get("OFFPRINT_THREADS") || String(availableParallelism());
    const { signal } = this.#closing;
    try {
      const env = { OFFPRINT_THREADS: threads };
      const kernel = await KernelClient.start({ cwd: this.#cwd, env, signal });
      this.#kernel = kernel;
      kernel.ended.then(() => this.#gone(kernel));
      return kernel;
    } catch (error) {
      if (!signal.aborted) this.#tell.problem(`the kernel did not start: ${messageOf(error)}`);
      return undefined;
    }
  }

  #gone(kernel: KernelClient | undefined): void {
    if (kernel === undefined || this.#kernel !== kernel) return;
    this.#kernel = undefined;
    const note = this.#reason;
    this.#note = note;
    this.#reason = ENDED;
    kernel.kill().catch(() => {});
    this.#tell.lost(note);
  }

  async #runCell(kernel: KernelClient, cell: string): Promise<boolean> {
    const source = this.#sourceOf(cell);
    let printed = false;
    this.#stopping = false;
    const since = performance.now();
    const done = kernel.execute(source, {
      cell,
      onOutput: (message, origin) => {
        printed ||= origin.cell === cell;
        this.#tell.put(origin.cell, message);
      },
    });
    this.#running = { cell, since, done };
    this.#tell.kernel("busy");
    this.#tell.began(cell);
    const execution = await done;
    this.#running = undefined;
    const seconds = (performance.now() - since) / 1000;
    const stopped = this.#stopping;
    const ok = this.#tell.ended({ cell, source, execution, seconds, printed, stopped });
    if (lostIn(execution)) this.#gone(kernel);
    return ok;
  }

  #forget(): void {
    this.#tell.forgot(this.#queue.splice(0));
  }
}

/** Whether a cell took its kernel with it. */
export function lostIn({ status }: Execution): boolean {
  return status === "died" || status === "broken";
}
