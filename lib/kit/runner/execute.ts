/**
 * One notebook through one kernel.
 *
 * @module
 */
import { messageOf } from "offprint/errors.ts";
import { KernelClient } from "../kernel/mod.ts";
import { type Cell, type Notebook, tagsOf } from "../nbformat.ts";
import { type Failure, failureOf, lateOutputFailure, notebookFailure } from "./failure.ts";
import type { RunCell } from "./failing_line.ts";
import { OutputCollector } from "./outputs.ts";

/** How a notebook is executed. */
export interface ExecuteNotebookOptions {
  /** Folder the cells run in. */
  cwd: string;
  /** Time limit of one cell, in seconds. */
  cellSeconds: number;
  /** Added to the kernel's environment. */
  env?: Record<string, string>;
  /** Cells with this tag are left out. */
  without?: string;
  /**
   * Asked before each cell: nothing where it may run at once, else a wait, and with it the threads that cells may use from
   * then on, where that has changed.
   */
  turn?: (cell: Cell) => Promise<number | undefined> | undefined;
  /** Kills the kernel. */
  signal?: AbortSignal;
  /** Called before the first cell and after each. */
  onCell?: (progress: CellProgress) => void;
}

/** How far a notebook is. */
export interface CellProgress {
  /** Code cells that have ended. */
  done: number;
  /** Number of code cells. */
  total: number;
  /** The cell that runs now, or null after the last. */
  cell: string | null;
  /** It does not run yet: it waits until it may. */
  waiting?: true;
}

/** A notebook after its execution. */
export interface Executed {
  /** With the outputs of this run; cells after a failing one have none. */
  notebook: Notebook;
  /** Empty when everything passed. */
  failures: Failure[];
  /** Code cells that were run. */
  cells: number;
  /** From the kernel's start to the last output without what it waited for its turn, in seconds. */
  seconds: number;
  /** What it waited for its turn, in seconds. */
  waitedSeconds: number;
  /** Time of each cell that was run, in seconds. */
  cellSeconds: Map<string, number>;
  /** Cells whose numbers hang on the processor, with what computed them ("ONNX Runtime", …). */
  computedBy: Map<string, string[]>;
}

/** After the last cell, timers that cells left behind are given this long to fire, in ms. */
const SETTLE_MS = 1000;

/**
 * Executes the code cells of a notebook in order, in a kernel of its own, until one fails. Never
 * throws for what cells do.
 *
 * A cell fails when it throws, when a promise it leaves behind is rejected, when it puts something
 * out after it has ended, when it exceeds its time limit, and when the kernel dies in it.
 *
 * @throws {DOMException} the signal's reason, when it aborts.
 */
export async function executeNotebook(
  notebook: Notebook,
  options: ExecuteNotebookOptions,
): Promise<Executed> {
  const started = performance.now();
  const { cwd, env, signal } = options;
  const outputs = new OutputCollector();
  const counts = new Map<string, number>();
  const cellSeconds = new Map<string, number>();
  const computedBy = new Map<string, string[]>();
  const waited = { ms: 0 };
  const finish = (failures: Failure[]): Executed => ({
    notebook: {
      ...notebook,
      cells: notebook.cells.map((cell) => withOutputs(cell, outputs, counts)),
    },
    failures,
    cells: cellSeconds.size,
    seconds: (performance.now() - started - waited.ms) / 1000,
    waitedSeconds: waited.ms / 1000,
    cellSeconds,
    computedBy,
  });

  let kernel: KernelClient;
  try {
    kernel = await KernelClient.start({ cwd, ...(env && { env }), ...(signal && { signal }) });
  } catch (error) {
    // A kernel that was killed by the signal is no failure of the notebook.
    signal?.throwIfAborted();
    return finish([notebookFailure(messageOf(error))]);
  }
  try {
    const record = { outputs, counts, cellSeconds, computedBy, waited };
    const failures = await runCells(kernel, notebook, options, record);
    signal?.throwIfAborted();
    return finish(failures);
  } finally {
    await (signal?.aborted ? kernel.kill() : kernel.shutdown());
  }
}

/** What running leaves behind, by cell. */
interface RunRecord {
  outputs: OutputCollector;
  counts: Map<string, number>;
  cellSeconds: Map<string, number>;
  computedBy: Map<string, string[]>;
  waited: { ms: number };
}

async function runCells(
  kernel: KernelClient,
  notebook: Notebook,
  { cellSeconds: limitSeconds, without, turn, onCell }: ExecuteNotebookOptions,
  { outputs, counts, cellSeconds, computedBy, waited }: RunRecord,
): Promise<Failure[]> {
  const code = notebook.cells.filter((cell) =>
    cell.cell_type === "code" && cell.source.trim() !== "" &&
    (without === undefined || !tagsOf(cell).includes(without))
  );
  const run: RunCell[] = [];
  for (const [index, cell] of code.entries()) {
    const { id, source } = cell;
    const progress = { done: index, total: code.length, cell: id };
    const mayRun = turn?.(cell);
    if (mayRun !== undefined) {
      onCell?.({ ...progress, waiting: true });
      const from = performance.now();
      const threads = await mayRun;
      if (threads !== undefined) {
        const change = `Deno.env.set("OFFPRINT_THREADS", "${threads}"); undefined`;
        await kernel.execute(change, { cell: id });
      }
      waited.ms += performance.now() - from;
    }
    onCell?.(progress);
    run.push({ id, source });
    counts.set(id, index + 1);
    const late = new Set<string>();
    const cellStarted = performance.now();
    const execution = await kernel.execute(source, {
      cell: id,
      timeLimitMs: limitSeconds * 1000,
      settleMs: index === code.length - 1 ? SETTLE_MS : 0,
      onOutput(message, origin) {
        outputs.add(origin.cell, message);
        if (origin.late) late.add(origin.cell);
      },
      onProcessor({ cell, name }) {
        computedBy.set(cell, [...computedBy.get(cell) ?? [], name]);
      },
    });
    cellSeconds.set(id, (performance.now() - cellStarted) / 1000);

    const failures = [...late].map((from) => {
      const cell = run.find((cell) => cell.id === from)!;
      return lateOutputFailure(cell, outputs.of(from));
    });
    if (execution.status !== "ok") {
      const from = execution.status === "lost" ? execution.cell : id;
      const until = run.findIndex((cell) => cell.id === from) + 1;
      failures.push(failureOf(execution, run.slice(0, until || run.length), outputs.of(from)));
    } else {
      // The value of the last expression could not be shown: the kernel reports success then.
      const shown = outputs.of(id).find((output) => output.output_type === "error");
      if (shown !== undefined) {
        failures.push(failureOf({ status: "error", error: shown }, run, outputs.of(id)));
      }
    }
    for (const failure of failures) storeError(outputs, failure);
    if (failures.length > 0) return failures;
  }
  onCell?.({ done: code.length, total: code.length, cell: null });
  return [];
}

/** Leaves the failure in the notebook too, unless the kernel has already put it there. */
function storeError(outputs: OutputCollector, { cell, error }: Failure): void {
  if (cell === null) return;
  const known = outputs.of(cell).some((output) => output.output_type === "error");
  if (!known) outputs.addError(cell, error);
}

function withOutputs(cell: Cell, outputs: OutputCollector, counts: Map<string, number>): Cell {
  if (cell.cell_type !== "code") return cell;
  return { ...cell, execution_count: counts.get(cell.id) ?? null, outputs: outputs.of(cell.id) };
}
