/**
 * Tests divided into parts, of which each is one process of `deno test`.
 *
 * @module
 */
import { join } from "node:path";

/**
 * Seconds that the slow ones take on one core, so that they begin first. A wrong number only makes a core wait at
 * the end; `deno task test --slowest` prints what they are.
 */
const SECONDS: Readonly<Record<string, number>> = {
  "tests/frame/change_me_test.ts": 200,
  "tests/kit/site": 90,
  "tests/commands": 75,
  "tests/frame/first_run_test.ts": 60,
  "tests/kit/read": 50,
  "tests/kernels/conformance": 45,
  "tests/faults/kills_test.ts": 40,
  "tests/lm": 35,
  "tests/decoding": 30,
  "tests/kit/classroom": 30,
  "tests/contracts": 28,
  "tests/kernels/webgpu": 28,
  "tests/verilog/simulate": 28,
  "tests/papers/chipgptv": 27,
  "tests/kit/runner": 25,
  "tests/preference": 25,
  "tests/sweeps": 24,
  "tests/frame/stock_jupyter_test.ts": 21,
  "tests/verilog/designs_test.ts": 20,
  "tests/faults/stopping_test.ts": 20,
};

/** Folders that take long and are in the table by their rooms or files, or long enough to be divided into these. */
const DIVIDED = new Set([
  "tests",
  "tests/faults",
  "tests/frame",
  "tests/kernels",
  "tests/kit",
  "tests/papers",
  "tests/verilog",
]);

/**
 * Rooms whose tests start kernels, browsers, graphics or commands, where modules are the smaller part of the time: each file loads them for
 * itself, and what one leaves behind meets no other.
 */
const APART = [
  "tests/commands",
  "tests/faults",
  "tests/frame",
  "tests/kernels",
  "tests/kit/classroom",
  "tests/kit/kernel",
  "tests/kit/read",
  "tests/kit/runner",
  "tests/kit/site",
  "tests/kit/sweeps",
  "tests/ocr",
  "tests/process",
  "tests/sandbox",
  "tests/sweeps",
  "tests/verilog/records",
  "tests/verilog/simulate",
  "tests/verilog/tools",
];

/** What a folder that is not in the table is taken to need. */
const FOLDER_SECONDS = 10;

/** What a file that is not in the table is taken to need. */
const FILE_SECONDS = 2;

/**
 * Files and folders of tests in parts, the longest first. Together they hold every test below the targets once. Files
 * that lie beside one another are one part, where none of them is known to take long.
 *
 * @param root The project's folder.
 * @param targets Folders, relative to it.
 * @param without Folders that are left out.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ROOT } from "offprint/kit/project.ts";
 * import { testParts } from "offprint/kit/test_parts.ts";
 *
 * const parts = await testParts(ROOT, ["tests"], ["tests/faults"]);
 * assertEquals(parts.filter((part) => part.includes("tests/lm")), [["tests/lm"]]);
 * assertEquals(parts.flat().some((path) => path.startsWith("tests/faults")), false);
 * ```
 */
export async function testParts(
  root: string,
  targets: readonly string[],
  without: readonly string[] = [],
): Promise<string[][]> {
  const parts = (await Promise.all(targets.map((target) => partsOf(root, target, without)))).flat();
  return parts
    .map((paths) => ({ paths, seconds: secondsOf(paths) }))
    .sort((a, b) => b.seconds - a.seconds || (a.paths[0]! < b.paths[0]! ? -1 : 1))
    .map(({ paths }) => paths);
}

/**
 * Whether the files of a part load the modules that they import once for all of them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sharesModules } from "offprint/kit/test_parts.ts";
 *
 * assertEquals(["tests/lm", "tests/kit/site"].map((path) => sharesModules([path])), [true, false]);
 * ```
 */
export function sharesModules(part: readonly string[]): boolean {
  return !part.some((path) => APART.some((room) => path === room || path.startsWith(`${room}/`)));
}

function secondsOf(paths: readonly string[]): number {
  const usual = (path: string) => path.endsWith("_test.ts") ? FILE_SECONDS : FOLDER_SECONDS;
  return paths.reduce((sum, path) => sum + (SECONDS[path] ?? usual(path)), 0);
}

async function partsOf(
  root: string,
  path: string,
  without: readonly string[],
): Promise<string[][]> {
  if (without.includes(path)) return [];
  // Without a test, `deno test` fails.
  if (!DIVIDED.has(path)) return await holdsTests(join(root, path)) ? [[path]] : [];
  const parts: string[][] = [];
  const beside: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(root, path))) {
    const inner = `${path}/${name}`;
    if (isDirectory) parts.push(...await partsOf(root, inner, without));
    else if (!name.endsWith("_test.ts")) continue;
    else if (inner in SECONDS) parts.push([inner]);
    else beside.push(inner);
  }
  if (beside.length > 0) parts.push(beside.sort());
  return parts;
}

async function holdsTests(folder: string): Promise<boolean> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (name.endsWith("_test.ts")) return true;
    if (isDirectory && await holdsTests(join(folder, name))) return true;
  }
  return false;
}
