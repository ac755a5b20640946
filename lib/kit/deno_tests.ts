/**
 * Runs of `deno test`, one after the other or several at once, counted.
 *
 * @module
 */
import { type Child, startChild } from "offprint/process/mod.ts";
import { temporaryFolder } from "offprint/temporary.ts";
import { addCounts, noCounts, readJUnit, type TestCounts } from "./junit.ts";
import { readBlocks } from "./output_blocks.ts";
import { COMMAND_FLAGS, ROOT } from "./project.ts";

/** How tests are run. */
export interface DenoTestOptions {
  /** Ends the run, as Ctrl-C would. */
  signal: AbortSignal;
  /** Added to the environment. */
  env?: Record<string, string>;
  /** The types of the tests are known to be right. */
  typesChecked?: boolean;
  /** Others run at the same time: takes what it prints, one test file at a time; otherwise all is printed at once. */
  print?: (text: string) => void;
}

/**
 * One `deno test` over files and folders of the project, the examples in their doc comments among them. What it prints
 * is printed. The counts come from its JUnit report, the seconds from when its lines came.
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
    const seconds = new Map<string, number>();
    const [shown, read] = child.stdout.tee();
    const [{ code }] = await Promise.all([
      endedWith(child, signal),
      readBlocks(read, ({ file, text, seconds: took }) => {
        if (file !== undefined) seconds.set(file, (seconds.get(file) ?? 0) + took);
        print?.(text.trimEnd());
      }),
      shown.pipeTo(print ? new WritableStream() : Deno.stdout.writable, { preventClose: true }),
    ]);
    const counts = { ...readJUnit(await Deno.readTextFile(report).catch(() => "")), seconds };
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
 * Runs parts of the tests, so many at once, in their order. What they print is printed one test file at a time.
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
      addCounts(total, await denoTest(part, { print: (text) => console.log(text), ...options }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, parts.length) }, work));
  return total;
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
