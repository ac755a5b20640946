/**
 * The `run` suite: all papers by `deno task run`, two at a time on two cores, and by stock Jupyter, one after the other,
 * in turns. `OFFPRINT_PAPERS="02 08"` takes some papers only. Without Jupyter the row with a peer is left out.
 *
 * @module
 */
import { join } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import {
  type BenchResult,
  type BenchRow,
  lessIsBetter,
  median,
} from "offprint/kit/bench/report.ts";
import { COMMAND_FLAGS, ROOT } from "offprint/kit/project.ts";
import type { Report } from "offprint/kit/report.ts";
import { startChild } from "offprint/process/mod.ts";
import { temporaryFolder } from "offprint/temporary.ts";
import { findNbconvert, type Nbconvert, startNbconvert } from "./run/nbconvert.ts";
import { wantedPapers } from "./run/wanted_papers.ts";
import { type Watched, watched } from "./run/watched.ts";

/** What is asked of a run of all papers on two cores. */
const GOALS = { seconds: 150, paperSeconds: 40, gigabytes: 3 } as const;
/** Time outside of cells: a part of the time in them, and seconds beside that. */
const OVERHEAD = { share: 0.05, seconds: 0.5 } as const;
const CELL_SECONDS = 600;
/** Both compute everything in the quick profile; results that sweeps have kept would be read by one of them. */
const ENV = { OFFPRINT_SWEEPS: "off", OFFPRINT_PROFILE: "quick", NO_COLOR: "1" };

/** One run of the command. */
interface Run extends Watched {
  report: Report;
  /** Wall time from the first kernel's start to the last one's end. */
  kernelSeconds: number;
}

/** Runs the suite: on two cores about ten minutes for all papers. */
export async function runBench(progress: (line: string) => void): Promise<BenchResult> {
  const ids = await wantedPapers();
  const nbconvert = await findNbconvert();
  const folder = await temporaryFolder("bench");
  try {
    const runs: Run[] = [];
    let stock: number | undefined;
    for (const turn of [1, 2]) {
      const run = await runPapers(ids, join(folder, "run"));
      progress(`run: ${said(run)} by deno task run`);
      runs.push(run);
      if (turn === 1 && nbconvert !== undefined) {
        stock = await oneAfterTheOther(nbconvert, ids, folder, progress);
      }
    }
    const measuredOn = nbconvert?.version ??
      "no jupyter-nbconvert here: the row with a peer is not measured";
    return { rows: rowsOf(ids, runs, stock, nbconvert), measuredOn };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runPapers(ids: readonly string[], out: string): Promise<Run> {
  const args = ["run", "-q", ...COMMAND_FLAGS, "lib/commands/main.ts", "run", "--json"];
  const began = performance.now();
  const child = startChild(Deno.execPath(), [...args, "--out", out, ...ids], {
    cwd: ROOT,
    env: ENV,
  });
  let first = Infinity, last = -Infinity;
  const result = await watched(child, began, (line, now) => {
    // The line that ends a notebook says how long it took, and how long it waited meanwhile.
    const ended = /^[✓✗] \S+: \d+ cells in ([\d.]+) s(?:, waited ([\d.]+) s)?/.exec(line);
    if (ended === null) return;
    first = Math.min(first, now - 1000 * (Number(ended[1]) + Number(ended[2] ?? 0)));
    last = Math.max(last, now);
  });
  whole(result, "deno task run");
  return { ...result, report: JSON.parse(result.stdout), kernelSeconds: (last - first) / 1000 };
}

/** Seconds that all papers take together in stock Jupyter. */
async function oneAfterTheOther(
  nbconvert: Nbconvert,
  ids: readonly string[],
  folder: string,
  progress: (line: string) => void,
): Promise<number> {
  let seconds = 0;
  for (const id of ids) {
    const began = performance.now();
    const child = await startNbconvert(nbconvert, join(ROOT, "notebooks", `${id}.ipynb`), {
      folder,
      cellSeconds: CELL_SECONDS,
      env: ENV,
    });
    const result = await watched(child, began);
    whole(result, `${nbconvert.version} on ${id}`);
    progress(`run: ${said(result)} by ${nbconvert.version}, ${id}`);
    seconds += result.seconds;
  }
  return seconds;
}

function said({ seconds, peakBytes }: Watched): string {
  return `${seconds.toFixed(1)} s, at most ${(peakBytes / 1e9).toFixed(2)} GB`;
}

/** A run that failed has no time. */
function whole({ code, stderr }: Watched, what: string): void {
  if (code === 0) return;
  throw new UserError({
    what,
    got: new Described(`exit code ${code}: ${stderr.trim().split("\n").at(-1)}`),
    expected: "a run without a failure, since the times of a broken one say nothing",
  });
}

function rowsOf(
  ids: readonly string[],
  runs: readonly Run[],
  stock: number | undefined,
  nbconvert: Nbconvert | undefined,
): BenchRow[] {
  const papers = `${ids.length} ${ids.length === 1 ? "paper" : "papers"} in quick`;
  const shape = `${papers}, median of ${runs.length} runs`;
  const row = (name: string, of: (run: Run) => number, peer: number, unit: string): BenchRow =>
    lessIsBetter({ name, shape, ours: median(runs.map(of)), peer, peerName: "the goal", unit });
  const inCells = ({ report }: Run) => sum(report.papers.map((one) => one.secondsInCells ?? 0));
  // What stands beside the cells: starting and ending each kernel, and what comes before the first and after the last.
  const outside = (run: Run) =>
    sum(run.report.papers.map(({ seconds }) => seconds)) - inCells(run) +
    run.seconds - run.kernelSeconds;
  const wall = lessIsBetter({
    name: "deno task run, notebooks beside one another",
    shape,
    ours: median(runs.map(({ seconds }) => seconds)),
    peer: stock ?? NaN,
    peerName: `${nbconvert?.version} --execute, one after the other`,
    unit: "s",
  });
  return [
    ...(stock === undefined ? [] : [wall]),
    ...(ids.length < 10
      ? []
      : [row("deno task run, all papers", ({ seconds }) => seconds, GOALS.seconds, "s")]),
    row(
      "the notebook that takes longest",
      ({ report }) => Math.max(...report.papers.map(({ seconds }) => seconds)),
      GOALS.paperSeconds,
      "s",
    ),
    {
      ...row(
        "time outside of cells: kernels, report and site",
        outside,
        OVERHEAD.share * median(runs.map(inCells)) + OVERHEAD.seconds,
        "s",
      ),
      peerName: `${100 * OVERHEAD.share} % of the time in cells and ${OVERHEAD.seconds} s`,
    },
    // Other systems than Linux do not say.
    ...(runs.some(({ peakBytes }) => peakBytes === 0) ? [] : [
      row(
        "most memory that all its processes hold at once",
        ({ peakBytes }) => peakBytes / 1e9,
        GOALS.gigabytes,
        "GB",
      ),
    ]),
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
