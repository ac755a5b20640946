/**
 * What a run leaves behind: the report, the site, the claims table. A module of its own, so that it
 * and the packages it needs load while the kernels work.
 *
 * @module
 */
import { join } from "node:path";
import { buildReport, claimsTableText, writeReport } from "../report.ts";
import { buildSite } from "../site/mod.ts";
import { asCommitted, committedNotebooks, readLedger } from "./committed.ts";
import type { NotebookRun } from "./run_notebooks.ts";

/** Where a run found its notebooks and leaves its results. */
export interface Folders {
  /** Of the notebooks. */
  notebooks: string;
  /** Of `report.json` and `site/`. */
  out: string;
  /** Of the claims ledger; by default the project's. */
  ledger?: URL;
}

/**
 * Writes `report.json` and `site/` and prints the claims table, or with `json` the report, on stdout.
 * The report is of this run alone; the site is always whole: notebooks that were not run are shown
 * as they are committed.
 *
 * @param signal Stops the making of the site; the report is written all the same.
 * @returns One line for each file of the ledger that could not be read; all the rest is done without it.
 */
export async function finishRun(
  runs: readonly NotebookRun[],
  folders: Folders,
  json: boolean,
  signal?: AbortSignal,
): Promise<string[]> {
  const { papers, broken } = readLedger(folders.ledger);
  const report = buildReport(runs, papers);
  await writeReport(report, join(folders.out, "report.json"));
  const executed = runs.flatMap(({ id, notebook }) => notebook === null ? [] : [{ id, notebook }]);
  const others = await committedNotebooks(folders.notebooks, runs.map(({ id }) => id));
  const site = join(folders.out, "site");
  await buildSite({
    notebooks: [...executed, ...others],
    papers,
    report: { papers: [...report.papers, ...buildReport(others.map(asCommitted), papers).papers] },
    outDir: site,
    ...(signal !== undefined && { signal }),
  });
  if (json) {
    console.log(JSON.stringify(report, undefined, 1));
    return broken;
  }
  console.log(claimsTableText(report, { ledger: papers }));
  console.log(`site: ${join(site, "index.html")}`);
  return broken;
}
