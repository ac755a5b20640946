/**
 * Test files divided among processes that run at the same time.
 *
 * @module
 */
import { join } from "node:path";

/**
 * Seconds that the slow ones took on two cores, so that the shares come out about equal. A wrong number only
 * makes one process end before the others; `deno task test --slowest` prints what they are.
 */
const SECONDS: Readonly<Record<string, number>> = {
  "tests/frame/change_me_test.ts": 210,
  "tests/frame/first_run_test.ts": 110,
  "tests/kit/site": 150,
  "tests/kit/read": 60,
  "tests/verilog": 230,
  "tests/kernels": 80,
  "tests/commands": 80,
  "tests/contracts": 65,
  "tests/papers": 65,
  "tests/decoding": 65,
  "tests/lm": 55,
  "tests/preference": 30,
  "tests/frame/stock_jupyter_test.ts": 25,
  lib: 60,
};

/** What a file or folder is taken to need that is not in the table. */
const UNKNOWN = 5;

/** Folders that are divided further, because one of their files takes long. */
const DIVIDED = new Set(["tests", "tests/frame", "tests/kit"]);

/**
 * Files and folders of tests in as many shares as asked for, of about equal length. Together they hold every
 * test below the targets once.
 *
 * @param root The project's folder.
 * @param targets Folders, relative to it.
 * @param count How many shares; some are empty when there is less to run.
 * @param without Folders that are left out.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ROOT } from "offprint/kit/project.ts";
 * import { testShares } from "offprint/kit/test_shares.ts";
 *
 * const shares = await testShares(ROOT, ["tests", "lib"], 2, ["tests/faults"]);
 * assertEquals(shares.length, 2);
 * assertEquals(shares.flat().includes("lib"), true);
 * assertEquals(shares.flat().includes("tests/faults"), false);
 * ```
 */
export async function testShares(
  root: string,
  targets: readonly string[],
  count: number,
  without: readonly string[] = [],
): Promise<string[][]> {
  const parts = (await Promise.all(targets.map((target) => partsOf(root, target, without)))).flat();
  const shares = Array.from({ length: count }, () => ({ parts: [] as string[], seconds: 0 }));
  const longestFirst = parts
    .map((part) => ({ part, seconds: SECONDS[part] ?? UNKNOWN }))
    .sort((a, b) => b.seconds - a.seconds || (a.part < b.part ? -1 : 1));
  for (const { part, seconds } of longestFirst) {
    const least = shares.reduce((best, share) => share.seconds < best.seconds ? share : best);
    least.parts.push(part);
    least.seconds += seconds;
  }
  return shares.map(({ parts }) => parts.sort());
}

async function partsOf(root: string, path: string, without: readonly string[]): Promise<string[]> {
  if (without.includes(path)) return [];
  if (!DIVIDED.has(path)) return [path];
  const parts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(root, path))) {
    if (isDirectory) parts.push(...await partsOf(root, `${path}/${name}`, without));
    else if (name.endsWith("_test.ts")) parts.push(`${path}/${name}`);
  }
  return parts;
}
