/**
 * The `sandbox` suite: isolated runs of a small program against a new `deno run` for each, and against a thousand a
 * second; a warm Python against its start; six roles over 500 programs, and all sets of roles from what was found.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import { examine } from "offprint/evaluators/mod.ts";
import {
  type BenchResult,
  type BenchRow,
  interleaved,
  lessIsBetter,
} from "offprint/kit/bench/report.ts";
import {
  judgeOf,
  loadOpinions,
  readMutants,
  readStudy,
  SUBSET_ARMS,
  totalBudget,
} from "offprint/papers/aime/mod.ts";
import { javascriptSandbox, pythonSandbox, type SandboxJob } from "offprint/sandbox/mod.ts";
import { startedMemory, treeMemory } from "./sandbox/tree_memory.ts";

const PROGRAMS = 100;
const REPETITIONS = 3;
const CODE = "function sum(n) { let s = 0; for (let i = 0; i < n; i++) s += i; return s; }";
const job: SandboxJob = { code: CODE, calls: [{ entry: "sum", args: ["100"] }] };

/** Runs of a small Python program of which the middle one counts. */
const PYTHON_RUNS = 50;
const pythonJob: SandboxJob = {
  code: "def total(n):\n    return sum(range(n))",
  calls: [{ entry: "total", args: ["100"] }],
};

/** Programs that all six roles look at, and the goals of the study. */
const EXAMINED = 500;
const GOALS = { examineSeconds: 60, subsetSeconds: 10, memoryMegabytes: 600, pythonStart: 100 };

/** Runs the suite: a minute on an idle machine. */
export async function runBench(progress: (line: string) => void): Promise<BenchResult> {
  return {
    rows: [
      ...await processRows(progress),
      ...await studyRows(progress),
      ...await pythonRows(progress),
    ],
  };
}

async function processRows(progress: (line: string) => void): Promise<BenchRow[]> {
  await using sandbox = javascriptSandbox();
  await sandbox.run(job);
  const file = await Deno.makeTempFile({ suffix: ".js" });
  try {
    await Deno.writeTextFile(file, `${CODE}\nconsole.log(sum(100));`);
    const fresh = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--no-prompt", file],
      stdout: "null",
      stderr: "null",
    });
    progress(`sandbox: ${PROGRAMS} programs against a new process`);
    const times = await interleaved({
      pool: () => sandbox.runAll(Array.from({ length: PROGRAMS }, () => job)),
      process: () => fresh.output(),
    }, REPETITIONS);
    const row = {
      shape: `${PROGRAMS} programs, one process`,
      ours: 1000 * times.pool / PROGRAMS,
      unit: "ms",
    };
    return [
      lessIsBetter({
        ...row,
        name: "run a program in a new QuickJS runtime",
        peer: 1000 * times.process,
        peerName: "a new deno run",
      }),
      lessIsBetter({
        ...row,
        name: "the same, against the goal",
        peer: 1,
        peerName: "the goal of 1000 a second",
      }),
    ];
  } finally {
    await Deno.remove(file);
  }
}

/** Six roles over programs of the study, and all sets of roles over the committed opinions. */
async function studyRows(progress: (line: string) => void): Promise<BenchRow[]> {
  progress(`sandbox: six roles over ${EXAMINED} programs`);
  const processes = Math.min(2, availableParallelism());
  await using sandbox = javascriptSandbox({ processes });
  const names = (await readMutants()).map(({ task }) => task);
  const studies = await readStudy(sandbox, names);
  const programs = studies.flatMap((study) =>
    study.programs.map(({ text }) => ({ task: study.shown, text }))
  ).slice(0, EXAMINED);
  let most = 0;
  const start = performance.now();
  for (let from = 0; from < programs.length; from += 20) {
    await Promise.all(
      programs.slice(from, from + 20).map(({ task, text }) => examine(task, text, sandbox)),
    );
    most = Math.max(most, await treeMemory() ?? NaN);
  }
  const seconds = (performance.now() - start) / 1000;
  const shape = `${programs.length} programs, ${processes} processes`;
  const rows = [lessIsBetter({
    name: "let all six roles look at programs",
    shape,
    ours: seconds,
    unit: "s",
    peer: GOALS.examineSeconds,
    peerName: "the goal",
  })];
  if (most > 0) {
    rows.push(lessIsBetter({
      name: "memory of that, all processes together",
      shape,
      ours: most / 1e6,
      unit: "MB",
      peer: GOALS.memoryMegabytes,
      peerName: "the goal",
    }));
  }
  const opinions = await loadOpinions();
  const total = totalBudget(opinions);
  const begin = performance.now();
  for (const arm of SUBSET_ARMS) opinions.filter(judgeOf(arm, total));
  rows.push(lessIsBetter({
    name: "all sets of roles from kept opinions",
    shape: `${SUBSET_ARMS.length} sets, ${opinions.length} programs`,
    ours: (performance.now() - begin) / 1000,
    unit: "s",
    peer: GOALS.subsetSeconds,
    peerName: "the goal",
  }));
  return rows;
}

/** A Python program in a process that has started, against the start. */
async function pythonRows(progress: (line: string) => void): Promise<BenchRow[]> {
  progress("sandbox: the start of Python, and programs after it");
  await using sandbox = pythonSandbox();
  const timed = async (): Promise<number> => {
    const start = performance.now();
    await sandbox.run(pythonJob);
    return performance.now() - start;
  };
  const start = await timed();
  const warm: number[] = [];
  for (let k = 0; k < PYTHON_RUNS; k++) warm.push(await timed());
  const ours = warm.sort((a, b) => a - b)[PYTHON_RUNS >> 1]!;
  const shape = `${PYTHON_RUNS} programs, one process`;
  const rows = [
    lessIsBetter({
      name: "run a Python program in a process that has started",
      shape,
      ours,
      unit: "ms",
      peer: start,
      peerName: "the first program, which starts it",
    }),
    lessIsBetter({
      name: "the same, against the goal",
      shape,
      ours,
      unit: "ms",
      peer: start / GOALS.pythonStart,
      peerName: `a ${GOALS.pythonStart}th of the start`,
    }),
  ];
  const memory = await startedMemory();
  if (memory !== undefined) {
    rows.push(lessIsBetter({
      name: "memory of the Python process",
      shape,
      ours: memory / 1e6,
      unit: "MB",
      peer: GOALS.memoryMegabytes,
      peerName: "the goal for the whole study",
    }));
  }
  return rows;
}
