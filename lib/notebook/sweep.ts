/**
 * Ablations in one cell: every combination of some parameters, with progress, as a table.
 *
 * @module
 */
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { type Axes, combinations, type Point } from "offprint/sweeps/axes.ts";
import type {
  ExperimentName,
  ExperimentParameters,
  ExperimentValue,
  ModuleName,
} from "offprint/sweeps/experiment.ts";
import type { RunPointsOptions } from "offprint/sweeps/run_points.ts";
import { duration } from "offprint/terminal.ts";
import { progress } from "./progress.ts";
import type { Row } from "./output/table.ts";
import { type SweepRun, SweepTable } from "./sweep_table.ts";
import { valueKey } from "./value_key.ts";

/** What both forms of {@linkcode sweep} take. */
interface CommonOptions {
  /** Names the sweep in its progress and caption. */
  name: string;
  /** The first seed; by default 1. */
  seed?: number;
  /** How many seeds each point is run with (`seed`, `seed + 1`, …), or which. By default 1. */
  seeds?: number | readonly number[];
}

/** A sweep whose function stands in the cell. */
export interface SweepOptions<Over extends Axes, Result extends Row> extends CommonOptions {
  /** The values of each parameter; all combinations are run, the last parameter changing fastest. */
  over: Over;
  /** Measures one point; its fields become columns. */
  run(point: Point<Over>, seed: number): Result | Promise<Result>;
  /**
   * Says that a result hangs on the point, the seed and what is given here, and on nothing else: no
   * variable of another cell, unless it is listed (`{}` when there is none). Then points that ran
   * earlier in this kernel session with the same name, seed, function text and values are kept, and
   * widening a sweep costs only what is new. Numbers, text, lists and plain objects of them count by
   * their value, other objects by which object they are. Without it every point is run, so that no
   * change elsewhere is missed.
   */
  depends?: unknown;
}

/** A sweep of an experiment: a function that a module exports, so that other processes can run it. */
export interface ExperimentSweepOptions<
  Exports,
  Name extends ExperimentName<Exports>,
  Over extends ExperimentAxes<ExperimentParameters<Exports, Name>>,
> extends CommonOptions, Pick<RunPointsOptions, "jobs" | "limitSeconds" | "store"> {
  /** The module, with its types: `experimentsOf<typeof import("x.ts")>("x.ts")`. */
  module: ModuleName<Exports>;
  /** The name of the function. */
  run: Name;
  /** The values of some parameters of it; all combinations are run, the last parameter changing fastest. */
  over: Over & { [Axis in Exclude<keyof Over, keyof ExperimentParameters<Exports, Name>>]: never };
  /** Other values than the defaults for parameters that do not vary. */
  fixed?: Partial<ExperimentParameters<Exports, Name>>;
}

/** Values for some of an experiment's parameters. */
export type ExperimentAxes<Parameters> = {
  readonly [Axis in keyof Parameters]?: readonly NonNullable<Parameters[Axis]>[];
};

/** What the caption of a sweep says whose function cannot leave the kernel. */
const IN_KERNEL = "run in this kernel, one point after the other";

/** The results of this session by name, seed, code, dependencies and point. */
const kept = new Map<string, Row>();

/**
 * Runs something at every combination of some parameters and returns a table with one row per point.
 *
 * With the name of an experiment (a function that a module exports) points run in as many processes as there are cores, with
 * one core and no `limitSeconds` in this kernel; each result is kept on disk under what it hangs on (`out/sweeps/`), and a
 * point whose code, parameters and seed have not changed is never run again, also after a restart. A function that stands in the cell cannot travel: its points run in
 * this kernel one after the other, which the caption says, and every time, unless the sweep declares what it hangs on (`depends`).
 *
 * A point that throws or exceeds `limitSeconds` becomes a row whose `error` says why, and the caption counts such rows.
 *
 * @throws {UserError} for an axis without values or with one twice, and for an unknown module, experiment or parameter.
 * @throws {Error} when every point failed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sweep } from "offprint/notebook/sweep.ts";
 *
 * const squares = await sweep({
 *   name: "squares",
 *   over: { base: [2, 3], power: [1, 2] },
 *   run: ({ base, power }) => ({ value: base ** power }),
 * });
 * assertEquals(squares.rows[3], { base: 3, power: 2, value: 9 });
 * ```
 */
export async function sweep<
  Exports,
  Name extends ExperimentName<Exports>,
  const Over extends ExperimentAxes<ExperimentParameters<Exports, Name>>,
>(
  options: ExperimentSweepOptions<Exports, Name, Over>,
): Promise<
  SweepTable<Over extends Axes ? Over : never, Extract<ExperimentValue<Exports, Name>, object>>
>;
export async function sweep<const Over extends Axes, Result extends Row>(
  options: SweepOptions<Over, Result>,
): Promise<SweepTable<Over, Result>>;
export async function sweep(
  options: SweepOptions<Axes, Row> | UntypedExperimentOptions,
): Promise<SweepTable> {
  const { name, over } = options;
  const points = combinations(over);
  const seeds = seedsOf(options);
  const jobs = points.flatMap((point) => seeds.map((seed) => ({ point, seed })));
  const { runs, notes } = "module" in options
    ? await inProcesses(options, jobs)
    : await inKernel(options, jobs);
  const failed = runs.filter(({ error }) => error !== undefined);
  if (failed.length === runs.length) {
    throw new Error(
      `sweep ${name}: all ${runs.length} points failed, the first: ${failed[0]!.error}`,
    );
  }
  return new SweepTable({ name, over, seeds, runs, notes });
}

interface UntypedExperimentOptions
  extends CommonOptions, Pick<RunPointsOptions, "jobs" | "limitSeconds" | "store"> {
  module: string;
  run: string;
  over: Axes;
  fixed?: Record<string, unknown>;
}

interface Job {
  point: Point<Axes>;
  seed: number;
}

interface Ran {
  runs: SweepRun<Axes, Row>[];
  notes: string[];
}

async function inKernel(
  { name, depends, run }: SweepOptions<Axes, Row>,
  jobs: readonly Job[],
): Promise<Ran> {
  const steps = progress(name, jobs.length);
  const runs: SweepRun<Axes, Row>[] = [];
  let reused = 0;
  for (const { point, seed } of jobs) {
    const key = depends === undefined
      ? undefined
      : valueKey([name, seed, run.toString(), depends, point]);
    let result = key === undefined ? undefined : kept.get(key);
    if (result !== undefined) reused++;
    else {
      try {
        result = await run({ ...point }, seed);
        if (key !== undefined) kept.set(key, result);
      } catch (error) {
        // A point that fails is a row of the table; the others still count.
        runs.push({ point, seed, error: messageOf(error) });
      }
    }
    if (result !== undefined) runs.push({ point, seed, result });
    steps.tick();
  }
  const notes = [
    IN_KERNEL,
    ...(reused === 0 ? [] : [`${reused} points kept from earlier in this session`]),
  ];
  return { runs, notes };
}

async function inProcesses(
  { name, module, run, over, fixed = {}, jobs: processes, limitSeconds, store }:
    UntypedExperimentOptions,
  jobs: readonly Job[],
): Promise<Ran> {
  // Loaded here, so that a notebook without such a sweep pays nothing.
  const { describeExperiment, runPoints } = await import("offprint/sweeps/mod.ts");
  const single = Object.entries(fixed).map(([axis, value]) => [axis, [value]]);
  await describeExperiment(module, run, { ...Object.fromEntries(single), ...over });
  const steps = progress(name, jobs.length);
  let told = 0;
  const whole = jobs.map(({ point, seed }) => ({ point: { ...fixed, ...point }, seed }));
  const { outcomes } = await runPoints({ module, run }, whole, {
    inThisProcess: true,
    ...(processes === undefined ? {} : { jobs: processes }),
    ...(limitSeconds === undefined ? {} : { limitSeconds }),
    ...(store === undefined ? {} : { store }),
    onPoint({ done, total, secondsLeft }) {
      // The last state stays in the notebook, so it holds no time.
      const left = done === total || secondsLeft === undefined
        ? undefined
        : `${duration(secondsLeft)} left`;
      if (done > told) steps.tick(done - told, left);
      told = done;
    },
  });
  return { runs: jobs.map((job, i) => ({ ...job, ...outcomes[i]! })), notes: [] };
}

function seedsOf({ name, seed = 1, seeds = 1 }: CommonOptions): number[] {
  const all = typeof seeds === "number"
    ? Array.from({ length: Math.max(0, seeds) }, (_, i) => seed + i)
    : [...seeds];
  const whole = all.every(Number.isSafeInteger) && new Set(all).size === all.length;
  if (all.length > 0 && whole) return all;
  throw new UserError({
    what: `sweep ${name}`,
    got: new Described(`seeds ${JSON.stringify(seeds)}`),
    expected: "a whole number of at least 1, or a list of different whole numbers",
  });
}
