/**
 * `deno task test`: everything that must hold, in five stages, with one closing line.
 *
 * @module
 */
import { join } from "node:path";
import { usableKernels } from "kernels/mod.ts";
import { UserError } from "offprint/errors.ts";
import { exists } from "offprint/files.ts";
import { parse, wholeNumber } from "offprint/command_line.ts";
import { type Child, startChild } from "offprint/process/mod.ts";
import { temporaryFolder } from "offprint/temporary.ts";
import type { Command } from "../kit/command.ts";
import { Ending } from "offprint/terminal.ts";
import { COMMAND_FLAGS, ROOT } from "../kit/project.ts";
import { allProcessorRuns, sampledProcessorRuns } from "./processors.ts";
import { addCounts, noCounts, readJUnit, type TestCounts } from "../kit/junit.ts";
import { writeBlocks } from "../kit/output_blocks.ts";
import { testShares } from "../kit/test_shares.ts";

const USAGE = `deno task test [PATH…] [--only STAGE] [--jobs N] [--slowest]

Runs every test and ends with the line "N passed, N failed, N skipped".

Stages, in this order:
  check      format, lint, types, notebook pairs, links, claims (deno task check)
  unit       all tests and the examples in doc comments (deno test --doc)
  notebooks  every notebook in the quick profile, compared with its committed outputs
  processors a sample of notebooks, with noise in the last digits of ONNX Runtime and of the native kernels,
             as another processor would give; with --only processors all notebooks, with three seeds of
             the noise, 1 and 4 threads, and the reference kernels (about an hour on two cores)
  faults     a sample of commands that are stopped, killed, given wrong arguments, damaged files or poor
             surroundings, and of hostile Verilog, pages and answers of servers; with --only faults all of
             them (200 kills and more, 500 wrong inputs, 125 surroundings; about an hour on two quiet cores)

Arguments:
  PATH…          run only these tests (files or folders); stages check and notebooks are left out
  --only STAGE   run one stage
  --jobs N       processes among which the unit tests are divided (default: one a core, at most 4)
  --slowest      at the end, the twenty test files that took longest
  --help         this text

What cannot run here (no Chromium, no compiler, …) is skipped, named with its reason, and counted;
the line "kernels here: …" names those that this machine can run.
Exit code 1 when anything failed.`;

const STAGES = ["check", "unit", "notebooks", "processors", "faults"] as const;
type Stage = typeof STAGES[number];

export const command: Command = {
  name: "test",
  summary: "run every test; ends with N passed, N failed, N skipped",
  usage: USAGE,
  run: test,
};

async function test(args: string[]): Promise<number> {
  const { values, positionals, option } = parse("test", args, {
    only: { type: "string" },
    jobs: { type: "string" },
    slowest: { type: "boolean" },
  }, true);
  const stages = chooseStages(values["only"], positionals);
  for (const path of positionals) await mustExist(path);
  const asked = option("jobs");
  const jobs = asked === undefined
    ? Math.min(navigator.hardwareConcurrency, MOST_JOBS)
    : wholeNumber("--jobs", asked, 1, 64);
  const total = noCounts();
  const failedStages: string[] = [];
  const ending = new Ending();
  for (const stage of stages) {
    console.error(`\n── ${stage} ──`);
    const counts = await countsOf(stage, positionals, { alone: stages.length === 1, jobs }, ending);
    if (ending.exitCode !== undefined) {
      console.error(`interrupted in stage ${stage}`);
      return ending.exitCode;
    }
    addCounts(total, counts);
    if (counts.failed > 0) failedStages.push(stage);
  }
  console.log("");
  if (stages.includes("unit") && positionals.length === 0) {
    const names = (await usableKernels()).map(({ name }) => name);
    console.log(`kernels here: ${names.join(", ")}`);
  }
  if (values["slowest"]) console.log(slowest(total));
  for (const name of total.skipped) console.log(`skipped: ${name}`);
  for (const failure of total.failures) console.log(`failed: ${failure}`);
  if (failedStages.length > 0) console.log(`failed in: ${failedStages.join(", ")}`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
  return total.failed === 0 ? 0 : 1;
}

/** With more processes the machine's memory, not its cores, sets the pace. */
const MOST_JOBS = 4;

/** How many files `--slowest` names. */
const SLOWEST = 20;

function slowest({ seconds }: TestCounts): string {
  return [...seconds].sort(([, a], [, b]) => b - a).slice(0, SLOWEST)
    .map(([file, time]) => `${time.toFixed(1).padStart(7)} s  ${file}`).join("\n");
}

async function mustExist(path: string): Promise<void> {
  // Nothing at all would be the whole project.
  const there = path.trim() !== "" && await exists(join(ROOT, path));
  if (!there) {
    throw new UserError({
      what: "deno task test",
      got: path,
      expected: "files or folders of the project",
      todo: "Give for example tests/stats_test.ts, or nothing to run everything.",
    });
  }
}

function chooseStages(only: unknown, paths: string[]): readonly Stage[] {
  if (only === undefined) return paths.length > 0 ? ["unit"] : STAGES;
  const stage = STAGES.find((name) => name === only);
  if (stage === undefined) {
    throw new UserError({
      what: "--only",
      got: only,
      expected: `one of ${STAGES.join(", ")}`,
      todo: "Leave it out to run all of them.",
    });
  }
  if (paths.length > 0 && stage !== "unit") {
    throw new UserError({
      what: `--only ${stage}`,
      got: paths.join(" "),
      expected: "no paths, they choose among the unit tests",
      todo: "Leave the paths or --only out.",
    });
  }
  return [stage];
}

/** Tests and doc examples, in several processes at once; those of the stage faults are left out. */
async function unit(paths: string[], jobs: number, ending: Ending): Promise<TestCounts> {
  if (paths.length > 0) return await tests(paths, ending);
  const targets = await folders("tests", "lib", "kernels");
  const shares = (await testShares(ROOT, targets, jobs, [FAULTS])).filter(({ length }) => length);
  if (shares.length <= 1) return await tests(shares.flat(), ending);
  const total = noCounts();
  for (const counts of await Promise.all(shares.map((share) => tests(share, ending, {}, true)))) {
    addCounts(total, counts);
  }
  return total;
}

/** The trials of the stage faults. */
const FAULTS = "tests/faults";

/** The stage faults, and what it found in numbers. */
async function faults(full: boolean, ending: Ending): Promise<TestCounts> {
  const folder = await temporaryFolder("faults");
  const figures = `${folder}/figures.txt`;
  try {
    const counts = await tests([FAULTS], ending, {
      OFFPRINT_FAULTS: full ? "full" : "sample",
      OFFPRINT_FAULTS_FIGURES: figures,
    });
    const found = await Deno.readTextFile(figures).catch(() => "");
    console.log(found.trimEnd());
    return counts;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * One `deno test` over targets; the counts come from its JUnit report.
 *
 * @param beside Others run at the same time: its output is printed one test file at a time.
 */
async function tests(
  targets: readonly string[],
  ending: Ending,
  env: Record<string, string> = {},
  beside = false,
): Promise<TestCounts> {
  const folder = await temporaryFolder("test");
  const file = `${folder}/junit.xml`;
  try {
    const args = ["test", ...COMMAND_FLAGS, "--doc", `--junit-path=${file}`, ...targets];
    const child = startChild(Deno.execPath(), args, {
      cwd: ROOT,
      env,
      stdout: beside ? "piped" : "inherit",
      stderr: "inherit",
    });
    const printed = beside ? writeBlocks(child.stdout, print) : undefined;
    const [{ code }] = await Promise.all([endedWith(child, ending), printed]);
    const counts = readJUnit(await Deno.readTextFile(file).catch(() => ""));
    // A test file that does not even load leaves no test case behind, only the exit code.
    if (code !== 0 && counts.failed === 0) {
      counts.failed = 1;
      counts.failures.push(
        `deno test ended with code ${code}, and its report names no failed test`,
      );
    }
    return counts;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function print(block: string): void {
  console.log(block.trimEnd());
}

/** Those of the project's folders that there are. */
async function folders(...names: string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(ROOT)) {
    if (entry.isDirectory && names.includes(entry.name)) found.push(entry.name);
  }
  return found.sort();
}

/** What is printed of a run that repeats what the claims table has shown. */
const CLOSING = /^failed: |^\d+ passed, /;

/**
 * @param options.alone It is the only stage asked for.
 * @param options.jobs Processes among which the unit tests are divided.
 */
async function countsOf(
  stage: Stage,
  paths: string[],
  { alone, jobs }: { alone: boolean; jobs: number },
  ending: Ending,
): Promise<TestCounts> {
  if (stage === "unit") return await unit(paths, jobs, ending);
  if (stage === "check") return await ownCommand(["check"], ending);
  if (stage === "faults") return await faults(alone, ending);
  const run = ["run", "--profile", "quick", "--check"];
  if (stage === "notebooks") return await ownCommand(run, ending);
  const total = noCounts();
  const out = await temporaryFolder("test");
  try {
    const runs = alone ? allProcessorRuns() : await sampledProcessorRuns(join(ROOT, "notebooks"));
    for (const { name, env, ids } of runs) {
      if (ending.exitCode !== undefined) break;
      console.error(`\n${name}${ids.length === 0 ? "" : `: ${ids.join(", ")}`}`);
      addCounts(
        total,
        await ownCommand([...run, "--no-timing", "--out", out, ...ids], ending, env, CLOSING),
      );
    }
  } finally {
    await Deno.remove(out, { recursive: true });
  }
  return total;
}

/**
 * Another command of the kit as one stage: its closing line gives the counts.
 *
 * @param shown Lines of its output that are printed.
 */
async function ownCommand(
  args: string[],
  ending: Ending,
  env: Record<string, string> = {},
  shown = /^/,
): Promise<TestCounts> {
  const all = ["run", ...COMMAND_FLAGS, "lib/commands/main.ts", ...args];
  const child = startChild(Deno.execPath(), all, { cwd: ROOT, env, stderr: "inherit" });
  const [text, { code }] = await Promise.all([
    new Response(child.stdout).text(),
    endedWith(child, ending),
  ]);
  console.log(text.trimEnd().split("\n").filter((line) => shown.test(line)).join("\n"));
  const closing = /^(\d+) passed, (\d+) failed$/m.exec(text);
  const failed = Number(closing?.[2] ?? 0);
  return {
    ...noCounts(),
    passed: Number(closing?.[1] ?? 0),
    failed: code !== 0 && failed === 0 ? 1 : failed,
  };
}

/** How a child ended; Ctrl-C is passed on to it, since it leads a group of its own. */
async function endedWith(child: Child, { signal }: Ending) {
  const interrupt = () => child.interrupt();
  signal.addEventListener("abort", interrupt);
  try {
    return await child.status;
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}
