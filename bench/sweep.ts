/**
 * What a point of a sweep costs beside its own work: workers that are used again, against fresh ones.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { hashOf, type Kept, runPoints, SweepStore, type WorkerJob } from "offprint/sweeps/mod.ts";
import { runToEnd } from "offprint/process/mod.ts";
import { findInFiles, keepInFiles } from "./sweep/point_files.ts";
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

/** Results as they are kept, 20 at a time, and read back: one SQLite file against a file for each. */
async function storeRows(progress: (line: string) => void): Promise<BenchRow[]> {
  progress("200 results kept and read, in SQLite and in files");
  const all: Kept[] = points(200).map(({ point, seed }) => ({
    key: hashOf(JSON.stringify(point)),
    experiment: "nothing",
    code: "code",
    point,
    seed,
    result: { y: Number(point["n"]) / 3 },
    seconds: 0,
  }));
  const chunks = Array.from({ length: 10 }, (_, i) => all.slice(20 * i, 20 * (i + 1)));
  const keys = all.map(({ key }) => key);
  const folder = await Deno.makeTempDir();
  let round = 0;
  let [database, files] = ["", ""];
  try {
    const times = await interleaved({
      keep() {
        database = `${folder}/${round++}.sqlite`;
        using store = new SweepStore(database);
        for (const chunk of chunks) store.keep(chunk);
      },
      async keepFiles() {
        files = `${folder}/${round++}`;
        await Deno.mkdir(files);
        for (const chunk of chunks) await keepInFiles(files, chunk);
      },
      find() {
        using store = new SweepStore(database);
        for (const key of keys) store.find(key);
      },
      findFiles: () => findInFiles(files, keys),
    }, 3);
    const row = (name: string, ours: number, peer: number) =>
      lessIsBetter({
        name,
        shape: "200 results, 20 at a time",
        ours: 1000 * ours,
        peer: 1000 * peer,
        peerName: "a file each, renamed when whole",
        unit: "ms",
      });
    return [
      row("results kept", times.keep, times.keepFiles),
      row("results read", times.find, times.findFiles),
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
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
  rows.push(...await storeRows(progress));
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
