/**
 * `deno task sweep`: an experiment of a paper, or its whole notebook, at every combination of some parameters.
 *
 * @module
 */
import { parse, realNumber, wholeNumber } from "offprint/command_line.ts";
import { Described, UserError } from "offprint/errors.ts";
import { writeWhole } from "offprint/files.ts";
import { SweepTable } from "offprint/notebook/sweep_table.ts";
import {
  combinations,
  describeExperiment,
  type ExperimentAddress,
  type PointsProgress,
  type PointsRun,
  runPoints,
  type RunPointsOptions,
  storeFile,
  SweepStore,
  type WorkerJob,
} from "offprint/sweeps/mod.ts";
import type { SlurmOptions } from "offprint/sweeps/slurm/mod.ts";
import { duration, Ending, ProgressLine } from "offprint/terminal.ts";
import type { Command } from "../kit/command.ts";
import { checkedOutput } from "../kit/outputs.ts";
import { chooseNotebooks, notebookIds, parametersText } from "../kit/pairs/mod.ts";
import { ROOT } from "../kit/project.ts";
import { notebookParameters } from "../kit/runner/mod.ts";
import {
  checkNotebookAxes,
  experimentsText,
  findExperiment,
  readGrid,
  runNotebookPoints,
} from "../kit/sweeps/mod.ts";

const USAGE = `deno task sweep PAPER [--experiment NAME] --grid NAME=VALUES… [options]

Runs an experiment of a paper at every combination of some parameters, on all cores, and prints a table. Without
--experiment the paper's notebook is run per point through its parameters cell, and the numbers of its claims are gathered.
A point that was run before with the same code, parameters and seed is not run again: results are kept in out/sweeps/.

  deno task sweep 10 --experiment thresholdGain --grid 'spread=0:0.4:0.1' 'ratio=2,4.5,10'
  deno task sweep 02 --experiment batchRejections --grid 'drafts=1,2,4' --seeds 5 --csv rejections.csv

Arguments:
  PAPER              its number, as in 10

Options:
  --grid NAME=VALUES …  axes: values with commas between (K=2,4,8), a range with both ends (h=0.3:0.7:0.2), or numbers
                     of equal ratio (noise=0.1:10:log3)
  --experiment NAME  one of those below
  --seeds N          run every point with N seeds; the table has means and 95 % intervals (default 1)
  --seed N           the first seed (default 1)
  --jobs N           processes at the same time (default: one for each core)
  --limit SECONDS    a point that takes longer is stopped, and is a row with this reason
  --csv FILE         write the rows there as comma-separated values
  --json             print rows and all runs as JSON on standard output
  --engine slurm     run the points as one job array of a Slurm cluster; this folder must lie on a disk
                     that all nodes see
  --partition NAME   Slurm's partition
  --throttle N       tasks of the array at the same time (default 50)
  --batch N          points of a task (default: as many as take about a minute)
  --resume           go on with a sweep on the cluster: gather what it left, submit only what is missing
  --list             what is kept, by experiment
  --forget NAME      forget what is kept of experiments whose name holds NAME (all: everything)
  --help             this text

Exit code 1 when a point failed, 2 for a wrong argument, 130 after Ctrl-C; what was finished is kept.

Experiments (parameter, type, default, unit):
`;

export const command: Command = {
  name: "sweep",
  summary: "run a paper's experiment over a grid of parameters",
  usage: async (args = []) => {
    const paper = args.find((arg) => /^\d\d/.test(arg));
    if (paper === undefined) return USAGE + await experimentsText();
    const id = await idOf(paper);
    const own = parametersText(await parametersOf(id)) || "  none";
    return `${USAGE}${await experimentsText([
      id,
    ])}\n\nParameters of ${id}, without --experiment:\n${own}`;
  },
  run: sweep,
};

type PointsOptions = Omit<RunPointsOptions, "store">;
type ClusterOptions = Partial<Omit<SlurmOptions, "store">>;

async function parametersOf(id: string) {
  return (await notebookParameters(`${ROOT}notebooks`, [id])).get(id) ?? [];
}

async function idOf(paper: string): Promise<string> {
  return chooseNotebooks(await notebookIds(`${ROOT}notebooks`), [paper])[0]!;
}

async function sweep(args: string[]): Promise<number> {
  const { values, positionals, option } = parse("sweep", args, {
    grid: { type: "string", multiple: true },
    experiment: { type: "string" },
    seeds: { type: "string" },
    seed: { type: "string" },
    jobs: { type: "string" },
    limit: { type: "string" },
    csv: { type: "string" },
    json: { type: "boolean" },
    engine: { type: "string" },
    partition: { type: "string" },
    throttle: { type: "string" },
    batch: { type: "string" },
    resume: { type: "boolean" },
    list: { type: "boolean" },
    forget: { type: "string" },
  }, true);
  if (values["list"] || values["forget"] !== undefined) return keep(option("forget"));
  const papers = positionals.filter((text) => !text.includes("="));
  if (papers.length !== 1) {
    throw new UserError({
      what: "deno task sweep",
      got: new Described(papers.length === 0 ? "no paper" : papers.join(" ")),
      expected: "one paper, by its number",
      todo: "Write for example deno task sweep 10 --grid 'K=2,4'.",
    });
  }
  const id = await idOf(papers[0]!);
  const grid = [
    [values["grid"] ?? []].flat().map(String),
    positionals.filter((text) => text.includes("=")),
  ]
    .flat();
  if (grid.length === 0) {
    throw new UserError({
      what: "--grid",
      got: undefined,
      expected: "at least one axis",
      todo: "Write for example --grid 'K=2,4,8' 'h=0.3:0.7:0.2'.",
    });
  }
  const seeds = wholeNumber("--seeds", option("seeds") ?? "1", 1, 1_000_000);
  const first = wholeNumber("--seed", option("seed") ?? "1", 0);
  const jobs = option("jobs"), limit = option("limit");
  const csv = option("csv");
  if (csv !== undefined) await checkedOutput({ option: "--csv", path: csv, kind: "file" });
  const ending = new Ending();
  const line = new ProgressLine();
  const options: PointsOptions = {
    signal: ending.signal,
    ...(jobs === undefined ? {} : { jobs: wholeNumber("--jobs", jobs, 1, 256) }),
    ...(limit === undefined ? {} : { limitSeconds: realNumber("--limit", limit, 0, 1e6, false) }),
    onPoint: (progress) => line.show(progressText(progress)),
  };
  const slurm = slurmOptions(option, values["resume"] === true);
  const list = Array.from({ length: seeds }, (_, i) => first + i);
  const seeded = option("seeds") !== undefined || option("seed") !== undefined;
  try {
    const table = await tableOf(id, option("experiment"), grid, list, seeded, options, slurm);
    line.close();
    if (csv !== undefined) await writeWhole(csv, table.toCSV());
    console.log(values["json"] ? JSON.stringify(table, null, 2) : String(table));
    const failed = table.rows.filter(({ error }) => error !== undefined).length;
    return ending.exitCode ?? (failed > 0 ? 1 : 0);
  } catch (error) {
    line.close();
    if (ending.exitCode === undefined) throw error;
    console.error("interrupted; what was finished is kept, the same command goes on");
    return ending.exitCode;
  } finally {
    ending.close();
  }
}

async function tableOf(
  id: string,
  name: string | undefined,
  grid: readonly string[],
  seeds: readonly number[],
  seedsGiven: boolean,
  options: PointsOptions,
  slurm: ClusterOptions | undefined,
): Promise<SweepTable> {
  const found = name === undefined ? undefined : await findExperiment(id, name);
  const own = found === undefined ? await parametersOf(id) : [];
  const parameters = found === undefined ? own : found.experiment.parameters;
  const over = readGrid(grid, (axis) => parameters.find(({ name }) => name === axis)?.type);
  if (found === undefined) checkNotebookAxes(id, own, over, seedsGiven ? seeds : []);
  else await describeExperiment(found.module, name!, over, "shell");
  const jobs = combinations(over, "shell").flatMap((point) =>
    seeds.map((seed) => ({ point, seed }))
  );
  const { outcomes } = found === undefined
    ? await runNotebookPoints(id, jobs, seedsGiven, options)
    : slurm === undefined
    ? await runPoints({ module: found.module, run: name! }, jobs, options)
    : await onSlurm({ module: found.module, run: name! }, jobs, { ...options, ...slurm });
  return new SweepTable({
    name: `${id}, ${name ?? "claims of the notebook"}`,
    over,
    seeds,
    runs: jobs.map((job, i) => ({ ...job, ...outcomes[i]! })),
  });
}

/** What the options say about a cluster; nothing where the points run here. */
function slurmOptions(
  option: (name: string) => string | undefined,
  resume: boolean,
): ClusterOptions | undefined {
  const engine = option("engine") ?? "local";
  const partition = option("partition"), throttle = option("throttle"), batch = option("batch");
  if (engine === "slurm") {
    if (option("experiment") === undefined) {
      throw new UserError({
        what: "--engine slurm",
        got: new Described("no --experiment"),
        expected: "an experiment: whole notebooks run here only",
        todo: "Give --experiment NAME, or leave --engine out.",
      });
    }
    return {
      resume,
      ...(partition === undefined ? {} : { partition }),
      ...(throttle === undefined ? {} : { throttle: wholeNumber("--throttle", throttle, 1) }),
      ...(batch === undefined ? {} : { batch: wholeNumber("--batch", batch, 1) }),
    };
  }
  if (engine !== "local") {
    throw new UserError({ what: "--engine", got: engine, expected: "local or slurm" });
  }
  const given = Object.entries({ partition, throttle, batch, resume: resume || undefined })
    .find(([, value]) => value !== undefined);
  if (given === undefined) return undefined;
  throw new UserError({
    what: `--${given[0]}`,
    got: new Described("no --engine slurm"),
    expected: "one, since only a cluster has it",
    todo: "Give --engine slurm as well; a sweep on this machine goes on by itself.",
  });
}

async function onSlurm(
  experiment: ExperimentAddress,
  jobs: readonly WorkerJob[],
  options: PointsOptions & ClusterOptions,
): Promise<PointsRun> {
  const { runOnSlurm } = await import("offprint/sweeps/slurm/mod.ts");
  return await runOnSlurm(experiment, jobs, {
    ...options,
    store: keptFile(),
    onSubmit: (job, folder) => console.error(`submitted as job ${job}; its files are in ${folder}`),
  });
}

function progressText({ done, total, kept, secondsLeft }: PointsProgress): string {
  return `${done}/${total} points${kept === 0 ? "" : `, ${kept} kept from before`}${
    secondsLeft === undefined || done === total ? "" : `, ${duration(secondsLeft)} left`
  }`;
}

/** `--list` and `--forget`. */
function keep(forget: string | undefined): number {
  const file = keptFile();
  using store = new SweepStore(file);
  if (forget !== undefined) {
    const known = store.list().map(({ experiment }) => experiment);
    if (forget === "" || (forget !== "all" && !known.some((name) => name.includes(forget)))) {
      throw new UserError({
        what: "--forget",
        got: forget,
        expected: `all, or a part of ${known.join(", ") || "a name, but nothing is kept"}`,
        todo: "See deno task sweep --list.",
      });
    }
    console.log(`${store.forget(forget === "all" ? "" : forget)} points forgotten`);
    return 0;
  }
  for (const { experiment, points, versions, seconds } of store.list()) {
    console.log(
      `${experiment}: ${points} points of ${versions} version${
        versions === 1 ? "" : "s"
      } of the code, ${duration(seconds)}`,
    );
  }
  console.log(`in ${file}`);
  return 0;
}

/** The file of results, which this cannot do without. */
function keptFile(): string {
  const file = storeFile();
  if (file !== undefined) return file;
  throw new UserError({
    what: "OFFPRINT_SWEEPS",
    got: "off",
    expected: "a folder, or nothing",
    todo: "Leave it unset.",
  });
}
