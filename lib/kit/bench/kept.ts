/**
 * Measurements that are committed: `bench/results/SUITE.json`, and the page made from them.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { readText, writeWhole } from "offprint/files.ts";
import { benchPage } from "./page.ts";
import type { KeptReport } from "./report.ts";

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
 * The kept measurement of one suite.
 *
 * @param folder `bench/`, with a slash at its end.
 * @throws {UserError} when its file is damaged.
 * @throws {Deno.errors.NotFound} when there is none.
 */
export async function keptReport(folder: URL, suite: string): Promise<KeptReport> {
  return checkedJson(schema, await readText(new URL(`results/${suite}.json`, folder)), {
    what: `bench/results/${suite}.json`,
    todo: `Measure it again: deno task bench ${suite} --write.`,
  });
}

/** Keeps measurements in `results/` and makes the page `README.md` anew from all that are kept. */
export async function keepReports(folder: URL, reports: readonly KeptReport[]): Promise<void> {
  for (const report of reports) {
    await writeWhole(
      new URL(`results/${report.suite}.json`, folder),
      `${JSON.stringify(report, null, 2)}\n`,
    );
  }
  await writeWhole(new URL("README.md", folder), benchPage(await keptReports(folder)));
}
