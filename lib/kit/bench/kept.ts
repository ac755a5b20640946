/**
 * Measurements that are committed: `bench/results/SUITE.json`, and the page made from them. A suite of native kernels has a file for
 * each instruction set, processor and part that was measured, so that one machine's numbers stay beside another's.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { readText, writeWhole } from "offprint/files.ts";
import { benchPage } from "./page.ts";
import type { BenchRow, KeptReport } from "./report.ts";

const schema: z.ZodType<KeptReport> = z.strictObject({
  suite: z.string(),
  machine: z.string(),
  date: z.iso.date(),
  command: z.string(),
  rows: z.array(z.strictObject({
    name: z.string(),
    shape: z.string(),
    ours: z.number(),
    peer: z.number(),
    peerName: z.string(),
    unit: z.string(),
    ratio: z.number(),
  })),
  native: z.strictObject({
    variant: z.string(),
    variants: z.array(z.string()),
    processor: z.string(),
    part: z.string().exactOptional(),
  }).exactOptional(),
});

/**
 * The kept measurements of all suites, by name.
 *
 * @param folder `bench/`, with a slash at its end.
 * @throws {UserError} when one of the files is damaged.
 */
export async function keptReports(folder: URL): Promise<KeptReport[]> {
  const results = new URL("results/", folder);
  const names: string[] = [];
  for await (const { name } of Deno.readDir(results)) {
    if (name.endsWith(".json")) names.push(name);
  }
  return await Promise.all(names.sort().map((name) => keptReport(folder, name.slice(0, -5))));
}

/**
 * The kept measurement of one suite, or another one by the name of its file.
 *
 * @param folder `bench/`, with a slash at its end.
 * @throws {UserError} when its file is damaged.
 * @throws {Deno.errors.NotFound} when there is none.
 */
export async function keptReport(folder: URL, suite: string): Promise<KeptReport> {
  return checkedJson(schema, await readText(new URL(`results/${suite}.json`, folder)), {
    what: `bench/results/${suite}.json`,
    todo: `Measure it again: deno task bench ${suite.split(".")[0]} --write.`,
  });
}

/**
 * Keeps measurements in `results/` and makes the page `README.md` anew from all that are kept. What they replace goes: the same suite, or
 * with native kernels the same rows of the same variant and processor. A measurement without rows replaces nothing.
 */
export async function keepReports(folder: URL, reports: readonly KeptReport[]): Promise<void> {
  await Deno.mkdir(new URL("results/", folder), { recursive: true });
  for (const report of reports) {
    if (report.rows.length === 0) continue;
    for (const kept of await keptReports(folder)) {
      if (placeOf(kept) !== placeOf(report)) continue;
      const rows = whatStays(kept, report);
      if (rows.length > 0) await writeReport(folder, { ...kept, rows });
      else await Deno.remove(fileOf(folder, kept));
    }
    await writeReport(folder, report);
  }
  await writeWhole(new URL("README.md", folder), benchPage(await keptReports(folder)));
}

/** Rows of an earlier measurement that a later one of the same place leaves: those of parts that it did not measure. */
function whatStays(before: KeptReport, now: KeptReport): BenchRow[] {
  const part = now.native?.part;
  if (part === undefined || part === before.native?.part) return [];
  const identity = ({ name, shape, peerName }: BenchRow) => JSON.stringify([name, shape, peerName]);
  const measured = new Set(now.rows.map(identity));
  return before.rows.filter((row) => !measured.has(identity(row)));
}

/** What a measurement is of: a suite, and for native kernels also their variant and the processor. */
function placeOf({ suite, native }: KeptReport): string {
  const of = native ? [native.variant, native.processor] : [];
  return [suite, ...of].map(fileName).join(".");
}

function fileOf(folder: URL, report: KeptReport): URL {
  const part = report.native?.part;
  const name = [placeOf(report), ...(part === undefined ? [] : [fileName(part)])].join(".");
  return new URL(`results/${name}.json`, folder);
}

function fileName(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9_]+/g, "-").replaceAll(/^-|-$/g, "");
}

async function writeReport(folder: URL, report: KeptReport): Promise<void> {
  await writeWhole(fileOf(folder, report), `${JSON.stringify(report, null, 2)}\n`);
}
