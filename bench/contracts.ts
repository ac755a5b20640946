/**
 * The `contracts` suite: the dense least-payment simplex against a general linear-programming solver on the
 * programs of one plan, and what planning costs as the horizon grows.
 *
 * @module
 */
import { type Instance, randomInstance } from "offprint/contracts/instance/mod.ts";
import {
  type GeneralSolver,
  incentiveRows,
  leastPayment,
  type LeastPaymentProblem,
  LeastPaymentSolver,
  linearProgram,
  loadGeneralSolver,
} from "offprint/contracts/payments/mod.ts";
import { plan, problemAt } from "offprint/contracts/planning/mod.ts";
import {
  type BenchResult,
  type BenchRow,
  interleaved,
  lessIsBetter,
} from "offprint/kit/bench/report.ts";

const REPETITIONS = 5;

/** Runs the suite: about ten seconds on two cores. */
export async function runBench(progress: (line: string) => void): Promise<BenchResult> {
  progress("contracts: loading HiGHS");
  const highs = await loadGeneralSolver();
  const rows: BenchRow[] = [];
  for (const size of [3, 8]) {
    progress(`contracts: least payments, n = m = ${size}`);
    rows.push(...await programRows(highs, size));
  }
  progress("contracts: planning");
  rows.push(...await planningRows(highs));
  return { rows };
}

/** Every least-payment program of a plan, as the planner meets them. */
function programsOf(instance: Instance): LeastPaymentProblem[] {
  const { H, n, m } = instance;
  const found = plan(instance);
  const programs: LeastPaymentProblem[] = [];
  for (let h = 0; h < H; h++) {
    for (let s = 0; s < n; s++) {
      for (let a = 0; a < m; a++) programs.push(problemAt(instance, h, s, a, found));
    }
  }
  return programs;
}

/** The same programs one by one through both solvers, and as one block-diagonal program through HiGHS. */
async function programRows(highs: GeneralSolver, size: number): Promise<BenchRow[]> {
  const programs = programsOf(randomInstance({ H: 2, n: size, m: size, seed: 7 }))
    .filter((problem) => leastPayment(problem).feasible);
  const prepared = programs.map((problem) => incentiveRows(problem));
  const texts = programs.map((problem) => linearProgram([problem]));
  const block = linearProgram(programs);
  const solver = new LeastPaymentSolver(size, size - 1);
  const repeats = 200;
  const seconds = await interleaved({
    ours: () => {
      for (let k = 0; k < repeats; k++) {
        for (const { Pa, rows, gaps } of prepared) solver.solve(Pa, rows, gaps, size - 1);
      }
    },
    one: () => texts.forEach((text) => highs.solve(text)),
    block: () => highs.solve(block),
  }, REPETITIONS);
  const shape = `n = m = ${size}, ${programs.length} feasible programs`;
  const microseconds = (total: number) => total / programs.length * 1e6;
  const row = (peer: number, peerName: string) =>
    lessIsBetter({
      name: "one least-payment program",
      shape,
      ours: microseconds(seconds.ours / repeats),
      peer: microseconds(peer),
      peerName,
      unit: "µs",
    });
  return [
    row(seconds.one, "HiGHS 1.15 (WebAssembly), one text per program"),
    row(seconds.block, "HiGHS 1.15 (WebAssembly), all programs as one"),
  ];
}

/** A whole plan against its programs in HiGHS, and the cost per step of a horizon eight times as long. */
async function planningRows(highs: GeneralSolver): Promise<BenchRow[]> {
  const instance = randomInstance({ H: 10, n: 8, m: 8, seed: 8 });
  const long = randomInstance({ H: 80, n: 8, m: 8, seed: 8 });
  // A tenth of the programs: all of them would take seconds.
  const texts = programsOf(instance).filter((_, k) => k % 10 === 0)
    .map((problem) => linearProgram([problem]));
  const seconds = await interleaved({
    ours: () => {
      for (let k = 0; k < 20; k++) plan(instance);
    },
    long: () => plan(long),
    highs: () => texts.forEach((text) => highs.solve(text)),
  }, REPETITIONS);
  const milliseconds = seconds.ours / 20 * 1000;
  return [
    lessIsBetter({
      name: "planning against a far-sighted agent",
      shape: "H = 10, n = m = 8, 640 programs",
      ours: milliseconds,
      peer: seconds.highs * 10 * 1000,
      peerName: "the same programs in HiGHS (scaled from a tenth of them)",
      unit: "ms",
    }),
    lessIsBetter({
      name: "planning, time per step at H = 80",
      shape: "n = m = 8",
      ours: seconds.long / 80 * 1000,
      peer: milliseconds / 10,
      peerName: "time per step at H = 10 (1 = linear in H)",
      unit: "ms",
    }),
  ];
}
