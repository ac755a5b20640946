import { assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { keepReports, keptReports } from "offprint/kit/bench/kept.ts";
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
