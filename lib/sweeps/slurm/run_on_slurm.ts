/**
 * A sweep as one Slurm job array: batches of points as tasks, each with its own result file, merged here.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Described, UserError } from "offprint/errors.ts";
import { ifThere, readText, writeWhole } from "offprint/files.ts";
import { denoOptions, moduleGraph } from "../module_graph.ts";
import type { ExperimentAddress } from "../point_runners.ts";
import {
  keyOf,
  type PointOutcome,
  type PointsRun,
  runPoints,
  type RunPointsOptions,
} from "../run_points.ts";
import { hashOf } from "../source_meaning.ts";
import { SweepStore } from "../store.ts";
import type { WorkerJob } from "../answer.ts";
import { readPlan, readTaskResult, type SlurmPlan, writePlan } from "./plan.ts";
import { isQueued, submitArray } from "./queue.ts";

/** How a sweep runs on a cluster. */
export interface SlurmOptions extends Omit<RunPointsOptions, "jobs" | "store"> {
  /** File where results are kept; on a disk that all nodes see, and so are the files of the tasks, beside it. */
  store: string;
  partition?: string;
  /** Tasks at the same time. Default 50. */
  throttle?: number;
  /** Points of a task; by default as many as take about a minute. */
  batch?: number;
  /** Go on with a sweep that was submitted before: gather what it left, submit what is missing. */
  resume?: boolean;
  /** Between two looks, in ms. Default 2000. */
  pollMs?: number;
  /** Called with the job's number and the folder of its files. */
  onSubmit?: (job: string, folder: string) => void;
}

/** A minute: long enough that starting a task costs little, short enough that losing one costs little. */
const TASK_SECONDS = 60;

/** Looks in a row at which the controller may be silent before the sweep gives up waiting. */
const MOST_SILENT = 150;

/**
 * Runs an experiment at every point that is not kept, as one job array. What a task left is kept at once. A task that ended
 * without a result gives its points an error that names its log; the same call with `resume` submits those alone. The files of
 * the tasks, logs among them, are removed when every point has its result.
 *
 * @throws {UserError} where Slurm is missing or refuses, and for a sweep that is in the queue already.
 * @throws {DOMException} the signal's reason, when it aborts; the job goes on, and `resume` gathers it.
 */
export async function runOnSlurm(
  experiment: ExperimentAddress,
  jobs: readonly WorkerJob[],
  options: SlurmOptions,
): Promise<PointsRun> {
  const { signal, pollMs = 2000 } = options;
  using store = new SweepStore(options.store);
  const { hash: code } = await moduleGraph(experiment.module, store);
  const keys = jobs.map((job) => keyOf(code, experiment, job));
  const folder = join(dirname(options.store), "slurm", hashOf(keys.join("\n")).slice(0, 12));
  const name = `${experiment.module} ${experiment.run}`;
  const outcomes: PointOutcome[] = [];
  const look = () => {
    for (const [i, key] of keys.entries()) {
      const result = outcomes[i] === undefined ? store.find(key) : undefined;
      if (result !== undefined) outcomes[i] = { result };
    }
  };
  look();
  const kept = outcomes.filter((outcome) => outcome !== undefined).length;
  const gathered = new Set<number>();
  const gather = async (plan: SlurmPlan) => {
    for (const [task, points] of plan.tasks.entries()) {
      const done = gathered.has(task) ? undefined : await readTaskResult(folder, task);
      if (done === undefined || done.code !== code) continue;
      gathered.add(task);
      store.keep(points.flatMap(({ place, point, seed }, at) => {
        const outcome = outcomes[place] = done.outcomes[at]!;
        if ("error" in outcome) return [];
        const { result } = outcome;
        const { seconds } = done;
        return [{ key: keys[place]!, experiment: name, code, point, seed, result, seconds }];
      }));
    }
    const done = outcomes.filter((outcome) => outcome !== undefined).length;
    options.onPoint?.({ done, total: jobs.length, kept });
  };

  const before = await readPlan(folder);
  let job = await ifThere(readText(join(folder, "job")));
  const queued = job !== undefined && await isQueued(job);
  if (queued && !options.resume) {
    throw new UserError({
      what: "deno task sweep",
      got: new Described(`a sweep that is in the queue already, as job ${job}`),
      expected: "one that is not, or --resume",
      todo: "Give --resume to wait for it, or end it with scancel.",
    });
  }
  if (before?.code === code && options.resume) await gather(before);
  let plan = before;
  if (!queued) {
    const missing = () => jobs.map((_, i) => i).filter((i) => outcomes[i] === undefined);
    if (missing().length === 0) return { outcomes, kept };
    const batch = options.batch ??
      await batchSize(experiment, jobs[missing()[0]!]!, store, options);
    look();
    const places = missing();
    if (places.length === 0) return { outcomes, kept };
    plan = {
      experiment,
      code,
      limitSeconds: options.limitSeconds ?? null,
      tasks: Array.from(
        { length: Math.ceil(places.length / batch) },
        (_, task) =>
          places.slice(task * batch, (task + 1) * batch).map((place) => ({
            ...jobs[place]!,
            place,
          })),
      ),
    };
    gathered.clear();
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    await writePlan(folder, plan);
    job = await submit(folder, plan, options);
  }
  for (let silent = 0;;) {
    const there = await isQueued(job!);
    await gather(plan!);
    silent = there === undefined ? silent + 1 : 0;
    if (there === false || silent > MOST_SILENT || gathered.size === plan!.tasks.length) break;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    signal?.throwIfAborted();
  }
  for (const [task, points] of plan!.tasks.entries()) {
    if (gathered.has(task)) continue;
    const log = join(folder, "logs", `${task}.log`);
    for (const { place } of points) {
      outcomes[place] = { error: `task ${task} of job ${job} ended without a result, see ${log}` };
    }
  }
  // All results are in the store now; plan, script and logs are of use only while something is missing.
  if (outcomes.every((outcome) => "result" in outcome)) {
    await Deno.remove(folder, { recursive: true });
  }
  return { outcomes, kept };
}

async function submit(folder: string, plan: SlurmPlan, options: SlurmOptions): Promise<string> {
  await Deno.mkdir(join(folder, "logs"), { recursive: true });
  const script = join(folder, "task.sh");
  const task = fileURLToPath(new URL("task.ts", import.meta.url));
  const command = [Deno.execPath(), "run", "-A", ...await denoOptions(), task, folder];
  const quoted = command.map((part) => `'${part.replaceAll("'", `'\\''`)}'`).join(" ");
  await writeWhole(script, `#!/bin/sh\nexec ${quoted} "$SLURM_ARRAY_TASK_ID"\n`);
  const job = await submitArray({
    script,
    tasks: plan.tasks.map((_, number) => number),
    name: `sweep-${plan.experiment.run}`,
    log: join(folder, "logs", "%a.log"),
    throttle: options.throttle ?? 50,
    ...(options.partition === undefined ? {} : { partition: options.partition }),
  });
  await writeWhole(join(folder, "job"), job);
  options.onSubmit?.(job, folder);
  return job;
}

/** Points that take about a minute, by those that were run before; the first is run here where there are none. */
async function batchSize(
  experiment: ExperimentAddress,
  first: WorkerJob,
  store: SweepStore,
  { limitSeconds, signal }: SlurmOptions,
): Promise<number> {
  const name = `${experiment.module} ${experiment.run}`;
  if (store.meanSeconds(name) === undefined) {
    await runPoints(experiment, [first], {
      store: store.file,
      ...(limitSeconds === undefined ? {} : { limitSeconds }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
  const seconds = store.meanSeconds(name) ?? TASK_SECONDS;
  return Math.max(1, Math.min(1000, Math.floor(TASK_SECONDS / Math.max(seconds, 1e-3))));
}
