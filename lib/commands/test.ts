/**
 * `deno task test`: everything that must hold, in stages, with one closing line.
 *
 * @module
 */
import { join } from "node:path";
import { availableParallelism } from "node:os";
import { usableKernels } from "kernels/mod.ts";
import { UserError } from "offprint/errors.ts";
import { exists } from "offprint/files.ts";
import { parse, wholeNumber } from "offprint/command_line.ts";
import { startChild } from "offprint/process/mod.ts";
import { temporaryFolder } from "offprint/temporary.ts";
import type { Command } from "../kit/command.ts";
import { Ending } from "offprint/terminal.ts";
import { COMMAND_FLAGS, ROOT } from "../kit/project.ts";
import { writeExampleTests } from "../kit/doc_examples.ts";
import { denoTest, denoTestParts, endedWith } from "../kit/deno_tests.ts";
import { addCounts, noCounts, type TestCounts } from "../kit/junit.ts";
import { testParts } from "../kit/test_parts.ts";
import { allProcessorRuns, usualRuns } from "./processors.ts";

const USAGE = `deno task test [PATH…] [--only STAGE] [--jobs N] [--slowest]

Runs every test and ends with the line "N passed, N failed, N skipped".

Stages, in this order:
  check      format, lint, types, notebook pairs, links, claims (deno task check)
  unit       all tests and the examples in doc comments; among them a sample of commands
             that are stopped, killed, given wrong arguments, damaged files or poor surroundings, and of
             hostile Verilog, pages and answers of servers
  notebooks  every notebook in the quick profile, compared with its committed outputs; those that have cells
             whose last digits differ from one processor to the next run with noise in these, as another
             processor would give; the times in them say nothing, since two run at once

Stages that run in full when they are asked for alone:
  notebooks  as they are, without noise
  processors all notebooks, with three seeds of the noise, 1 and 4 threads, and the reference kernels (about
             an hour on two cores)
  faults     200 kills and more, 500 wrong inputs, 125 surroundings, … (about an hour on two quiet cores)

Arguments:
  PATH…          run only these tests (files or folders)
  --only STAGE   run one stage
  --jobs N       processes among which the unit tests are divided (default: one a core and one more, since
                 some wait for browsers and servers; at most 4)
  --slowest      at the end, the twenty test files that took longest, by the clock
  --help         this text

What cannot run here (no Chromium, no compiler, …) is skipped, named with its reason, and counted;
the line "kernels here: …" names those that this machine can run.
Exit code 1 when anything failed.`;

const STAGES = ["check", "unit", "notebooks", "processors", "faults"] as const;
type Stage = typeof STAGES[number];

/** What is run when nothing is asked for. */
const WHOLE: readonly Stage[] = ["check", "unit", "notebooks"];

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
    ? Math.min(availableParallelism() + 1, MOST_JOBS)
    : wholeNumber("--jobs", asked, 1, 64);
  const total = noCounts();
  const failedStages: string[] = [];
  const took: string[] = [];
  const ending = new Ending();
  for (const stage of stages) {
    console.error(`\n── ${stage} ──`);
    const began = performance.now();
    const counts = await countsOf(stage, positionals, { whole: stages === WHOLE, jobs }, ending);
    took.push(`${stage} ${Math.round((performance.now() - began) / 1000)} s`);
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
  if (stages === WHOLE) console.log(`time: ${took.join(", ")}`);
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
  if (only === undefined) return paths.length > 0 ? ["unit"] : WHOLE;
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

/**
 * Tests and doc examples, in several processes at once.
 *
 * @param options.whole Everything is run: the types were checked before, and the sample of faults is tried here.
 */
async function unit(
  paths: string[],
  { jobs, whole }: { jobs: number; whole: boolean },
  { signal }: Ending,
): Promise<TestCounts> {
  if (paths.length > 0) return await denoTest(paths, { signal });
  const examples = await temporaryFolder("test");
  try {
    const parts = [
      [await writeExampleTests(ROOT, await folders("lib", "kernels"), examples, signal)],
      ...await testParts(ROOT, await folders("tests"), whole ? [] : [FAULTS]),
    ];
    if (!whole) return await denoTestParts(parts, jobs, { signal });
    return await withFigures((env) =>
      denoTestParts(parts, jobs, { signal, typesChecked: true, env })
    );
  } finally {
    await Deno.remove(examples, { recursive: true });
  }
}

/** The trials of the stage faults. */
const FAULTS = "tests/faults";

/** Runs trials of faults and prints what they found in numbers; `run` is given their environment. */
async function withFigures(
  run: (env: Record<string, string>) => Promise<TestCounts>,
): Promise<TestCounts> {
  const folder = await temporaryFolder("faults");
  const figures = `${folder}/figures.txt`;
  try {
    const counts = await run({ OFFPRINT_FAULTS: "sample", OFFPRINT_FAULTS_FIGURES: figures });
    console.log((await Deno.readTextFile(figures).catch(() => "")).trimEnd());
    return counts;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
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

/** @param options.jobs Processes among which the unit tests are divided. */
async function countsOf(
  stage: Stage,
  paths: string[],
  options: { whole: boolean; jobs: number },
  ending: Ending,
): Promise<TestCounts> {
  switch (stage) {
    case "check":
      return await ownCommand(["check"], ending);
    case "unit":
      return await unit(paths, options, ending);
    case "notebooks":
      return options.whole ? await wholeNotebooks(ending) : await ownCommand(RUN, ending);
    case "processors":
      return await processors(ending);
    case "faults":
      return await withFigures((env) =>
        denoTest([FAULTS], { signal: ending.signal, env: { ...env, OFFPRINT_FAULTS: "full" } })
      );
  }
}

const RUN = ["run", "--profile", "quick", "--check"];

/** Every notebook once, in two commands at the same time; nobody reads the times that are measured so. */
async function wholeNotebooks(ending: Ending): Promise<TestCounts> {
  const total = noCounts();
  const out = await temporaryFolder("test");
  const runs = await usualRuns(join(ROOT, "notebooks"));
  const cores = availableParallelism();
  const jobs = Math.max(1, Math.floor(cores / runs.length));
  const threads = Deno.env.get("OFFPRINT_THREADS") ||
    String(Math.max(1, Math.floor(cores / (jobs * runs.length))));
  try {
    const counts = await Promise.all(runs.map(async ({ name, env, ids }, at) => {
      console.error(`${name}: ${ids.join(", ")}`);
      const args = [...RUN, "--jobs", String(jobs), "--out", join(out, String(at)), ...ids];
      return await ownCommand(args, ending, { OFFPRINT_THREADS: threads, ...env });
    }));
    counts.forEach((count) => addCounts(total, count));
  } finally {
    await Deno.remove(out, { recursive: true });
  }
  return total;
}

/** Every notebook under everything that stands for another processor. */
async function processors(ending: Ending): Promise<TestCounts> {
  const total = noCounts();
  const out = await temporaryFolder("test");
  try {
    for (const { name, env, ids } of allProcessorRuns()) {
      if (ending.exitCode !== undefined) break;
      console.error(`\n${name}${ids.length === 0 ? "" : `: ${ids.join(", ")}`}`);
      addCounts(
        total,
        await ownCommand([...RUN, "--no-timing", "--out", out, ...ids], ending, env, CLOSING),
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
    endedWith(child, ending.signal),
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
