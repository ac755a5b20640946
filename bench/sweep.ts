/**
 * What a point of a sweep costs beside its own work: workers that are used again, against fresh ones.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { runPoints, type WorkerJob } from "offprint/sweeps/mod.ts";
import { runToEnd } from "offprint/process/mod.ts";
import {
  type BenchResult,
  type BenchRow,
  interleaved,
  lessIsBetter,
} from "../lib/kit/bench/report.ts";

const MODULE = new URL("sweep/experiments.ts", import.meta.url).href;
const FRESH = new URL("sweep/fresh_worker.ts", import.meta.url).href;

/** Points with numbers of their own. */
function points(count: number, more: Record<string, number> = {}): WorkerJob[] {
  return Array.from({ length: count }, (_, n) => ({ point: { n, ...more }, seed: 1 }));
}

/** Ours, without keeping results. */
const ours = (run: string, jobs: readonly WorkerJob[], processes: number) => async () => {
  await runPoints({ module: MODULE, run }, jobs, { store: false, jobs: processes });
};

/** One fresh `Worker` a point, all of them asked for at once. */
async function freshWorkers(jobs: readonly WorkerJob[]): Promise<void> {
  await Promise.all(jobs.map(({ point, seed }) =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(FRESH, { type: "module" });
      worker.onmessage = () => {
        worker.terminate();
        resolve();
      };
      worker.onerror = reject;
      worker.postMessage({ module: MODULE, run: "nothing", point, seed });
    })
  ));
}

/** One `deno run` a point, as many at a time as there are processes of ours. */
async function processEach(jobs: readonly WorkerJob[]): Promise<void> {
  const waiting = [...jobs];
  const work = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const { code } = await runToEnd(Deno.execPath(), [
        "run",
        "--no-lock",
        fileURLToPath(new URL("sweep/one_point.ts", import.meta.url)),
        JSON.stringify(job.point),
      ]);
      if (code !== 0) throw new Error(`deno run ended with status ${code}`);
    }
  };
  await Promise.all([work(), work()]);
}

/** Runs the suite `sweep`. */
export async function runBench(progress: (line: string) => void): Promise<BenchResult> {
  const rows: BenchRow[] = [];
  progress("200 points, three ways");
  const few = points(200);
  const ways = await interleaved({
    ours: ours("nothing", few, 2),
    workers: () => freshWorkers(few),
    processes: () => processEach(few),
  }, 3);
  for (
    const [peerName, peer] of [
      ["Promise.all over fresh Workers", ways.workers],
      ["one deno run each, two at a time", ways.processes],
    ] as const
  ) {
    rows.push(lessIsBetter({
      name: "time a point of an empty experiment",
      shape: "200 points, 2 processes",
      ours: 1000 * ways.ours / few.length,
      peer: 1000 * peer / few.length,
      peerName,
      unit: "ms",
    }));
  }
  progress("1 000 points, and the same from the store");
  const many = points(1000);
  const folder = await Deno.makeTempDir();
  try {
    const store = `${folder}/points.sqlite`;
    const experiment = { module: MODULE, run: "nothing" };
    await runPoints(experiment, many, { store });
    const { empty, kept } = await interleaved({
      empty: ours("nothing", many, 2),
      kept: () => runPoints(experiment, many, { store }),
    }, 3);
    rows.push(
      lessIsBetter({
        name: "overhead a point",
        shape: "1 000 points of an empty experiment, 2 processes",
        ours: empty,
        peer: 5,
        peerName: "the bound, 5 ms a point",
        unit: "ms",
      }),
      lessIsBetter({
        name: "1 000 kept points read back",
        shape: "module graph hashed again",
        ours: kept,
        peer: 1,
        peerName: "the bound, 1 s",
        unit: "s",
      }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  progress("40 points of 100 ms on one core and on two");
  const busy = points(40, { ms: 100 });
  const { one, two } = await interleaved({
    one: ours("busy", busy, 1),
    two: ours("busy", busy, 2),
  }, 3);
  rows.push(lessIsBetter({
    name: "two processes against one",
    shape: "40 points of 100 ms",
    ours: two,
    peer: one,
    peerName: "the same in one process",
    unit: "s",
  }));
  return { rows };
}
