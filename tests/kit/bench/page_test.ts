import { assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { keepReports, keptReports } from "offprint/kit/bench/kept.ts";
import type { KeptReport } from "offprint/kit/bench/report.ts";
import { benchPage } from "offprint/kit/bench/page.ts";
import { UserError } from "offprint/errors.ts";
import { ROOT } from "offprint/kit/project.ts";
import { readText } from "offprint/files.ts";

const report = (suite: string, ours: number) => ({
  suite,
  machine: "M",
  date: "2026-11-30",
  command: `deno task bench ${suite} --write`,
  rows: [{ name: "a | b", shape: "s", ours, peer: 6, peerName: "p", unit: "ms", ratio: 6 / ours }],
});

async function inFolder(work: (folder: URL) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "offprint-bench-" });
  try {
    await work(pathToFileURL(`${path}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("bench page: the committed page is what the kept measurements say", async () => {
  const folder = pathToFileURL(`${ROOT}bench/`);
  assertEquals(
    await readText(new URL("README.md", folder)),
    benchPage(await keptReports(folder)),
    "run deno task bench SUITE --write, which makes the page anew",
  );
});

Deno.test("bench page: another suite is added, the same one replaced", () =>
  inFolder(async (folder) => {
    await keepReports(folder, [report("b", 2), report("a", 3)]);
    await keepReports(folder, [report("b", 4)]);
    const page = await readText(new URL("README.md", folder));
    assertEquals(page.split("\n").filter((line) => /^(?:## |\| a)/.test(line)), [
      "## a",
      "| a \\| b | s | 3 ms | 6 ms | p | **2** |",
      "## b",
      "| a \\| b | s | 4 ms | 6 ms | p | **1.5** |",
    ]);
  }));

const variants = ["avx2", "avxvnni", "neon"];

/** A measurement of native kernels: a row for each size, its value in all of them. */
function ofKernels(
  variant: string,
  processor: string,
  ours: number,
  sizes: string[],
  part?: string,
): KeptReport {
  const [row] = report("kernels", ours).rows;
  return {
    ...report("kernels", ours),
    rows: sizes.map((shape) => ({ ...row!, shape })),
    native: { variant, variants, processor, ...(part === undefined ? {} : { part }) },
  };
}

/** Headings, rows as "size: value", and the line of what nobody has measured. */
async function shownIn(folder: URL): Promise<string[]> {
  const page = await readText(new URL("README.md", folder));
  return page.split("\n").flatMap((line) => {
    const row = /^\| a .* \| (\w+) \| (\d+) ms \|/.exec(line);
    if (row) return [`${row[1]}: ${row[2]}`];
    return /^(?:##|Not measured)/.test(line) ? [line] : [];
  });
}

Deno.test("bench page: variants and processors stay beside each other, the same one is replaced", () =>
  inFolder(async (folder) => {
    await keepReports(folder, [ofKernels("avx2", "Old", 1, ["s", "t"]), report("core", 9)]);
    await keepReports(folder, [ofKernels("avx2", "New (fast)", 2, ["s"])]);
    await keepReports(folder, [ofKernels("avxvnni", "New (fast)", 3, ["s"])]);
    await keepReports(folder, [ofKernels("avx2", "New (fast)", 4, ["t"])]);
    assertEquals(await shownIn(folder), [
      ...["## core", "s: 9", "## kernels"],
      ...["### avx2: New (fast)", "t: 4", "### avx2: Old", "s: 1", "t: 1"],
      ...["### avxvnni: New (fast)", "s: 3", "Not measured anywhere: neon."],
    ]);
  }));

Deno.test("bench page: a part takes the place of its rows, the whole of all parts", () =>
  inFolder(async (folder) => {
    await keepReports(folder, [ofKernels("avx2", "P", 1, ["s", "t", "u"])]);
    await keepReports(folder, [ofKernels("avx2", "P", 2, ["s"], "4x4")]);
    await keepReports(folder, [ofKernels("avx2", "P", 3, ["t"], "4x8")]);
    await keepReports(folder, [ofKernels("avx2", "P", 4, ["s"], "4x4")]);
    const end = "Not measured anywhere: avxvnni, neon.";
    const parts = ["### avx2, 4x4: P", "s: 4", "### avx2, 4x8: P", "t: 3", "### avx2: P", "u: 1"];
    assertEquals(await shownIn(folder), ["## kernels", ...parts, end]);
    await keepReports(folder, [ofKernels("avx2", "P", 5, ["s", "t", "u"])]);
    const whole = ["### avx2: P", "s: 5", "t: 5", "u: 5"];
    assertEquals(await shownIn(folder), ["## kernels", ...whole, end]);
  }));

Deno.test("bench page: a measurement without rows replaces nothing", () =>
  inFolder(async (folder) => {
    await keepReports(folder, [report("b", 2)]);
    await keepReports(folder, [{ ...report("b", 4), rows: [] }]);
    assertEquals(await shownIn(folder), ["## b", "s: 2"]);
  }));

Deno.test("bench page: a damaged measurement is named, with what to do", () =>
  inFolder(async (folder) => {
    await keepReports(folder, [report("a", 3)]);
    await Deno.writeTextFile(new URL("results/a.json", folder), '{"suite":"a"}');
    await assertRejects(
      () => keepReports(folder, []),
      UserError,
      "Measure it again: deno task bench a --write.",
    );
  }));
