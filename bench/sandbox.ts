/**
 * The `sandbox` suite: isolated runs of a small program against a new `deno run` for each, and against a thousand a
 * second.
 *
 * @module
 */
import { type BenchResult, interleaved, lessIsBetter } from "offprint/kit/bench/report.ts";
import { javascriptSandbox, type SandboxJob } from "offprint/sandbox/mod.ts";

const PROGRAMS = 100;
const REPETITIONS = 3;
const CODE = "function sum(n) { let s = 0; for (let i = 0; i < n; i++) s += i; return s; }";
const job: SandboxJob = { code: CODE, calls: [{ entry: "sum", args: ["100"] }] };

/** Runs the suite: some seconds on an idle machine. */
export async function runBench(progress: (line: string) => void): Promise<BenchResult> {
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
    return {
      rows: [
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
      ],
    };
  } finally {
    await Deno.remove(file);
  }
}
