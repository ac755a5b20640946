/**
 * Runs the points of an experiment, in several processes at once where there are cores for them, each point at most once.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import type { WorkerAnswer, WorkerJob } from "./answer.ts";
import { moduleGraph } from "./module_graph.ts";
import { toJson } from "./json_values.ts";
import {
  type ExperimentAddress,
  LONGEST_MS,
  type PointRunner,
  ProcessPool,
  ThisProcess,
} from "./point_runners.ts";
import { hashOf } from "./source_meaning.ts";
import { type Kept, storeFile, SweepStore } from "./store.ts";

/** How points are run. */
export interface RunPointsOptions {
  /** Processes at the same time; by default `OFFPRINT_THREADS`, else one for each core. */
  jobs?: number;
  /**
   * Where no more than one process is due and points have no limit, they run in this one: it need not start another, and what it
   * has loaded and kept in memory is there. A point that ends its process then ends this one.
   */
  inThisProcess?: boolean;
  /** Time for one point, in seconds, without waiting for a processor; none unless given. */
  limitSeconds?: number;
  /** File where results are kept, or false for none; by default {@linkcode storeFile}. */
  store?: string | false;
  /** Ends all processes. */
  signal?: AbortSignal;
  /** Called when a point has its outcome, and once before. */
  onPoint?: (progress: PointsProgress) => void;
}

/** How far the points are. */
export interface PointsProgress {
  done: number;
  total: number;
  /** Of those done, how many were kept from earlier. */
  kept: number;
  /** Expected, from the points run so far; nothing before the first. */
  secondsLeft?: number;
}

/** What came of a point. */
export type PointOutcome = { result: Readonly<Record<string, unknown>> } | { error: string };

/** What came of all points, in their order. */
export interface PointsRun {
  outcomes: PointOutcome[];
  /** Points whose results were kept from earlier. */
  kept: number;
}

/** Quick points travel together: about so many seconds of work, and at most so many. */
const CHUNK_SECONDS = 0.05;
const LONGEST_CHUNK = 64;

/** Threads that this process may use: its share, where somebody gave it one. */
export function threadsHere(): number {
  const set = Number(Deno.env.get("OFFPRINT_THREADS"));
  return Number.isInteger(set) && set > 0 ? set : availableParallelism();
}

/** The key of a point: two that share it have the same result. */
export function keyOf(code: string, { run }: ExperimentAddress, job: WorkerJob): string {
  return hashOf(toJson([code, run, job.point, job.seed]));
}

/**
 * Runs an experiment at every point. A result that is kept for the same code, parameters, seed and versions is taken
 * from the store; others are kept there as soon as they are known. A point that throws, ends its process or exceeds its
 * time has an error as its outcome, is not kept, and the rest goes on.
 *
 * @throws {UserError} where the module does not load, and where the store cannot be read or written.
 * @throws {DOMException} the signal's reason, when it aborts; all processes are gone by then.
 */
export async function runPoints(
  experiment: ExperimentAddress,
  jobs: readonly WorkerJob[],
  options: RunPointsOptions = {},
): Promise<PointsRun> {
  const { signal, onPoint } = options;
  const file = options.store ?? storeFile() ?? false;
  using store = file === false ? undefined : new SweepStore(file);
  const graph = store && await moduleGraph(experiment.module, store);
  const keys = graph && jobs.map((job) => keyOf(graph.hash, experiment, job));
  const outcomes: PointOutcome[] = jobs.map((_, i) => {
    const result = keys && store!.find(keys[i]!);
    return result === undefined ? undefined! : { result };
  });
  const waiting = jobs.map((_, i) => i).filter((i) => outcomes[i] === undefined);
  const kept = jobs.length - waiting.length;
  const count = Math.min(options.jobs ?? threadsHere(), waiting.length);
  const here = options.inThisProcess && count === 1 && options.limitSeconds === undefined;
  const threads = Math.max(1, Math.floor(threadsHere() / Math.max(1, count)));
  const pool: PointRunner = here
    ? new ThisProcess(experiment)
    : new ProcessPool(experiment, threads);
  const stop = () => pool.close();
  signal?.addEventListener("abort", stop);
  let done = kept;
  const begun = performance.now();
  const tell = () => {
    const ran = done - kept;
    const secondsLeft = (performance.now() - begun) / 1000 / ran * (jobs.length - done);
    onPoint?.({ done, total: jobs.length, kept, ...(ran === 0 ? {} : { secondsLeft }) });
  };
  tell();
  const limitMs = Math.min(LONGEST_MS, 1000 * (options.limitSeconds ?? Infinity));
  let spent = 0;
  const record = (chunk: readonly number[], answers: readonly WorkerAnswer[]) => {
    const finished: Kept[] = [];
    for (const [at, answer] of answers.entries()) {
      const i = chunk[at]!;
      done++;
      if ("error" in answer) {
        outcomes[i] = answer;
        continue;
      }
      const { result, seconds } = answer;
      spent += seconds;
      outcomes[i] = { result };
      if (keys !== undefined) {
        const named = `${experiment.module} ${experiment.run}`;
        const code = graph!.hash;
        finished.push({ key: keys[i]!, experiment: named, code, ...jobs[i]!, result, seconds });
      }
    }
    store?.keep(finished);
    tell();
  };
  const work = async () => {
    while (waiting.length > 0) {
      signal?.throwIfAborted();
      const quick = done === kept ? 1 : CHUNK_SECONDS * (done - kept) / spent;
      const share = Math.ceil(waiting.length / count);
      const chunk = waiting.splice(0, Math.max(1, Math.min(quick, share, LONGEST_CHUNK)));
      const answers = await pool.ask(chunk.map((i) => jobs[i]!), limitMs);
      signal?.throwIfAborted();
      record(chunk, answers);
    }
  };
  try {
    signal?.throwIfAborted();
    const ended = await Promise.allSettled(Array.from({ length: count }, async () => {
      try {
        await work();
      } catch (error) {
        waiting.length = 0;
        pool.close();
        throw error;
      }
    }));
    signal?.throwIfAborted();
    const failed = ended.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  } finally {
    signal?.removeEventListener("abort", stop);
    await pool.end();
  }
  return { outcomes, kept };
}
