/**
 * Many notebooks, one kernel each, in parallel.
 *
 * @module
 */
import { join } from "node:path";
import { availableParallelism } from "node:os";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { writeWhole } from "offprint/files.ts";
import type { Notebook } from "../nbformat.ts";
import { notebookSettings, stringifyNotebook, uncarriedEdits } from "../pairs/mod.ts";
import type { LocatedClaim } from "../report.ts";
import { claimsOf } from "./claims.ts";
import { compareNotebooks, withoutTimings } from "./compare.ts";
import { untaggedCells } from "./computed_by.ts";
import { type CellProgress, executeNotebook } from "./execute.ts";
import { failureText } from "./failure.ts";
import {
  listNotebooks,
  type LoadedNotebook,
  loadNotebook,
  type NotebookFile,
  readIfThere,
  selectNotebooks,
} from "./notebook_files.ts";
import { parameterNames, type Profile, withParameters } from "./parameters.ts";
import { aloneForTiming, Turns } from "./turns.ts";

/** What is run, and how. */
export interface RunOptions {
  /** Folder of the notebooks; the kernels run in it. */
  folder: string;
  /** Which ones, as typed; none = all. */
  ids: readonly string[];
  /** Parameters by name, as typed. */
  set?: Record<string, string>;
  /** Value of the parameter `profile`, where a notebook has one; as in the source when left out. */
  profile?: Profile;
  /** Kernels that run cells at the same time; default: as many as there are cores. */
  jobs?: number;
  /** What notebooks took in an earlier run, in seconds by id: long ones begin first. */
  earlierSeconds?: ReadonlyMap<string, number>;
  /** Refresh the committed notebooks of those that pass. */
  write?: boolean;
  /** Compare with the committed notebooks; a difference fails the notebook. */
  check?: boolean;
  /** Leave out cells tagged `timing`. */
  noTiming?: boolean;
  /** Executed notebooks go to `notebooks/` in this folder. */
  outDir: string;
  /** Kills the kernels. */
  signal?: AbortSignal;
  onEvent?: (event: RunEvent) => void;
}

/** What happens during a run. */
export type RunEvent =
  | { type: "start"; id: string }
  | { type: "note"; id: string; text: string }
  | { type: "cell"; id: string; progress: CellProgress }
  | { type: "end"; id: string; run: NotebookRun };

/** What came of one notebook. */
export interface NotebookRun {
  id: string;
  /** The paper it reruns, or null. */
  paper: string | null;
  /** No error, no broken identity, no difference. */
  ok: boolean;
  /** Wall time, kernel start included, waiting for a turn alone left out. */
  seconds: number;
  /** What its first `timing` cell waited until nothing else ran, in seconds. */
  waitedSeconds: number;
  /** Code cells that were run. */
  cells: number;
  /** Why it is not ok; `cell` is null for what concerns no single cell. */
  errors: { cell: string | null; message: string }[];
  /** Verdicts of this run, in order. */
  claims: LocatedClaim[];
  /** With the outputs of this run; null when it could not even be read. */
  notebook: Notebook | null;
  /** Time of each cell, in seconds. */
  cellSeconds: Map<string, number>;
  /** The errors at length, for a terminal; empty when ok. */
  report: string;
  /** Path of the committed notebook, if this run changed it. */
  written: string | null;
}

/**
 * Runs notebooks beside one another. Those that measure time (`exclusive`) begin first; at a cell tagged `timing` they wait
 * until all others have ended or wait as well, and have the machine alone for it. Of the others, those begin first that took
 * longest in an earlier run. What goes wrong in one notebook ends that notebook only.
 *
 * Kernels find in their environment `OFFPRINT_THREADS`, unless it is set the number of threads that leaves
 * each its share of the cores (all of them while it measures alone), `OFFPRINT_PROFILE`, and `OFFPRINT_SWEEPS`, unless it is set `off`.
 *
 * @throws {UserError} for an unknown notebook or parameter, and a parameter's value of the wrong type.
 * @throws {DOMException} the signal's reason, when it aborts; all kernels are gone by then.
 */
export async function runNotebooks(options: RunOptions): Promise<{ papers: NotebookRun[] }> {
  const all = await listNotebooks(options.folder);
  if (all.length === 0) {
    throw new UserError({
      what: options.folder,
      got: new Described("no notebook"),
      expected: "files like 02-specdec-theory.ts",
    });
  }
  const files = selectNotebooks(all, options.ids);
  const loaded = await Promise.all(files.map((file) => load(file, options)));
  const readable = loaded.filter((entry): entry is LoadedNotebook => !(entry instanceof UserError));
  const parametrised = withParameters(
    readable.map(({ notebook }) => notebook),
    options.set ?? {},
    options.profile,
  );
  const entries = readable.map((entry, i) => ({ ...entry, notebook: parametrised[i]! }));

  const runs: NotebookRun[] = [];
  const record = (run: NotebookRun) => {
    runs.push(run);
    options.onEvent?.({ type: "end", id: run.id, run });
  };
  loaded.forEach((entry, index) => {
    if (entry instanceof UserError) record(unreadable(files[index]!, entry));
  });

  const { earlierSeconds = new Map() } = options;
  const cores = availableParallelism();
  const jobs = options.jobs ?? cores;
  const threads = Math.max(1, Math.floor(cores / Math.max(1, Math.min(jobs, entries.length))));
  const turns = new Turns(jobs);
  // What waits for a turn alone should wait for little, and the last to begin should be short.
  const rank = ({ id, notebook }: LoadedNotebook) =>
    notebookSettings(notebook).exclusive ? Infinity : earlierSeconds.get(id) ?? 0;
  const results = await Promise.allSettled(
    entries.toSorted((a, b) => Number(rank(b) > rank(a)) - Number(rank(a) > rank(b)))
      .map(async (entry) => {
        await turns.begin();
        try {
          record(await runOne(entry, { ...options, turns, threads }));
        } finally {
          turns.end();
        }
      }),
  );
  // All kernels have ended before an abort is passed on.
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return { papers: runs.sort((a, b) => a.id < b.id ? -1 : 1) };
}

async function load(
  file: NotebookFile,
  { write = false, onEvent }: RunOptions,
): Promise<LoadedNotebook | UserError> {
  try {
    const loaded = await loadNotebook(file);
    parameterNames(loaded.notebook);
    const { id, notebook, committed } = loaded;
    const edited = committed === null ? [] : uncarriedEdits(notebook, committed);
    if (edited.length > 0) {
      const edits = new UserError({
        what: `${id}.ipynb`,
        got: new Described(`edits in cell ${edited.join(", ")} that ${id}.ts does not have`),
        expected: "a notebook in step with its source, which is what runs",
        todo: "Run deno task sync first.",
      });
      // What was typed in Jupyter is not written over.
      if (write) return edits;
      onEvent?.({ type: "note", id, text: edits.message });
    }
    return loaded;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** How one notebook shares the machine with others. */
interface Sharing {
  turns: Turns;
  /** Threads for a notebook that works beside others. */
  threads: number;
}

async function runOne(
  entry: LoadedNotebook,
  options: RunOptions & Sharing,
): Promise<NotebookRun> {
  const { id } = entry;
  const { signal, onEvent, turns, threads } = options;
  const { paper, cellSeconds, exclusive } = notebookSettings(entry.notebook);
  const asked = Deno.env.get("OFFPRINT_THREADS");
  const cores = availableParallelism();
  // Nothing to change where a user has said how many.
  const turnThreads = asked || threads === cores ? undefined : { alone: cores, beside: threads };
  signal?.throwIfAborted();
  onEvent?.({ type: "start", id });
  const executed = await executeNotebook(entry.notebook, {
    cwd: options.folder,
    cellSeconds,
    ...(options.noTiming ? { without: "timing" } : {}),
    env: {
      OFFPRINT_THREADS: asked || String(threads),
      // A rerun computes everything; results that sweeps have kept are for those who work in a notebook.
      OFFPRINT_SWEEPS: Deno.env.get("OFFPRINT_SWEEPS") || "off",
      ...(options.profile === undefined ? {} : { OFFPRINT_PROFILE: options.profile }),
    },
    ...(signal === undefined ? {} : { signal }),
    ...(exclusive ? { turn: aloneForTiming(turns, turnThreads, signal) } : {}),
    onCell: (progress) => onEvent?.({ type: "cell", id, progress }),
  });
  const { notebook, failures } = executed;
  const errors = failures.map(({ cell, reason }) => ({ cell, message: reason }));
  const reports = failures.map((failure) => failureText(id, failure));
  const fail = (cell: string | null, message: string) => {
    errors.push({ cell, message });
    reports.push(`✗ ${id}${cell === null ? "" : `, cell "${cell}"`}: ${message}`);
  };

  const claims = claimsOf(notebook);
  for (const { cell, record } of claims) {
    if (record.kind === "identity" && record.verdict === "broken") {
      fail(cell, `claim ${record.id} is broken: it must hold in every run`);
    }
  }
  // What is committed or compared must say where its last digits hang on the processor.
  for (const { cell, message } of untaggedCells(notebook, executed.computedBy)) {
    if (options.check || options.write) fail(cell, message);
  }
  if (options.check && failures.length === 0) {
    for (const { cell, text } of compareNotebooks(entry.committed, notebook)) {
      fail(cell || null, `not as committed: ${text}`);
    }
  }

  const out = join(options.outDir, "notebooks", `${id}.ipynb`);
  await writeWhole(out, stringifyNotebook(notebook));
  let written: string | null = null;
  if (options.write && errors.length === 0) {
    const edited = await editedMeanwhile(entry);
    if (edited === undefined) written = await commit(entry, notebook);
    else fail(null, `${edited} What ran is in ${out}.`);
  }
  return {
    id,
    paper,
    ok: errors.length === 0,
    seconds: executed.seconds,
    waitedSeconds: executed.waitedSeconds,
    cells: executed.cells,
    errors,
    claims,
    notebook,
    cellSeconds: executed.cellSeconds,
    report: reports.join("\n\n"),
    written,
  };
}

/** Why a notebook is not refreshed: somebody has saved it since its run began. */
async function editedMeanwhile({ id, ipynb, committedText }: LoadedNotebook) {
  if (await readIfThere(ipynb) === committedText) return undefined;
  return new UserError({
    what: `${id}.ipynb`,
    got: new Described("a change that was saved while it ran"),
    expected: "the notebook as it was at the start",
    todo: "Run deno task sync, then this again.",
  }).message;
}

/** Refreshes a committed notebook; one that would not change is not touched. */
async function commit(entry: LoadedNotebook, notebook: Notebook): Promise<string | null> {
  const text = stringifyNotebook(withoutTimings(notebook));
  if (text === entry.committedText) return null;
  await writeWhole(entry.ipynb, text);
  return entry.ipynb;
}

function unreadable({ id }: NotebookFile, error: UserError): NotebookRun {
  const message = messageOf(error);
  return {
    id,
    paper: null,
    ok: false,
    seconds: 0,
    waitedSeconds: 0,
    cells: 0,
    errors: [{ cell: null, message }],
    claims: [],
    notebook: null,
    cellSeconds: new Map(),
    report: `✗ ${message}`,
    written: null,
  };
}
