/**
 * Runs of `deno test`, one after the other or several at once, counted.
 *
 * @module
 */
import { type Child, startChild } from "offprint/process/mod.ts";
import { temporaryFolder } from "offprint/temporary.ts";
import { addCounts, noCounts, readJUnit, type TestCounts } from "./junit.ts";
import { writeJointTest } from "./joint_tests.ts";
import { COMMAND_FLAGS, ROOT } from "./project.ts";
import { sharesModules } from "./test_parts.ts";

/** How tests are run. */
export interface DenoTestOptions {
  /** Ends the run, as Ctrl-C would. */
  signal: AbortSignal;
  /** Added to the environment. */
  env?: Record<string, string>;
  /** The types of the tests are known to be right. */
  typesChecked?: boolean;
  /** Others run at the same time: takes all that it printed when it has ended; otherwise each line is printed as it comes. */
  print?: (text: string) => void;
}

/**
 * One `deno test` over files and folders of the project, the examples in their doc comments among them. What it prints
 * is printed. The counts and seconds come from its JUnit report.
 *
 * @param targets Paths from the project's folder.
 */
export async function denoTest(
  targets: readonly string[],
  { signal, env = {}, typesChecked = false, print }: DenoTestOptions,
): Promise<TestCounts> {
  const folder = await temporaryFolder("test");
  const report = `${folder}/junit.xml`;
  try {
    const types = typesChecked ? ["--no-check"] : [];
    const args = ["test", ...COMMAND_FLAGS, ...types, "--doc", `--junit-path=${report}`];
    const child = startChild(Deno.execPath(), [...args, ...targets], {
      cwd: ROOT,
      env,
      stderr: "inherit",
    });
    const [{ code }] = await Promise.all([
      endedWith(child, signal),
      print === undefined
        ? child.stdout.pipeTo(Deno.stdout.writable, { preventClose: true })
        : new Response(child.stdout).text().then((text) => print(text.trimEnd())),
    ]);
    const counts = readJUnit(await Deno.readTextFile(report).catch(() => ""));
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

/**
 * Runs parts of the tests, so many at once, in their order. The files of a part share a process and, in most rooms, what they import; what they print is
 * printed when the part has ended.
 *
 * @returns The sum of their counts; after `signal` of those that had begun.
 */
export async function denoTestParts(
  parts: readonly string[][],
  jobs: number,
  options: DenoTestOptions,
): Promise<TestCounts> {
  const total = noCounts();
  const waiting = [...parts];
  const work = async () => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      if (options.signal.aborted) return;
      addCounts(total, await jointTest(part, { print: (text) => console.log(text), ...options }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, parts.length) }, work));
  return total;
}

async function jointTest(part: readonly string[], options: DenoTestOptions): Promise<TestCounts> {
  if (!sharesModules(part)) return await denoTest(part, options);
  const folder = await temporaryFolder("test");
  try {
    return await denoTest([await writeJointTest(ROOT, part, folder)], options);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** How a child ended; Ctrl-C is passed on to it, since it leads a group of its own. */
export async function endedWith(child: Child, signal: AbortSignal) {
  const interrupt = () => child.interrupt();
  if (signal.aborted) interrupt();
  signal.addEventListener("abort", interrupt);
  try {
    return await child.status;
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}
