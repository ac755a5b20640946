/**
 * What a run leaves behind: the report, the site, the claims table. A module of its own, so that it
 * and the packages it needs load while the kernels work.
 *
 * @module
 */
import { join } from "node:path";
import { loadPapers } from "offprint/notebook/ledger.ts";
import { buildReport, claimsTableText, writeReport } from "../report.ts";
import { buildSite } from "../site/mod.ts";
import type { NotebookRun } from "./run_notebooks.ts";

/**
 * Writes `report.json` and `site/` to `outDir` and prints the claims table, or with `json` the
 * report, on stdout.
 */
export async function finishRun(
  runs: readonly NotebookRun[],
  outDir: string,
  json: boolean,
): Promise<void> {
  const papers = loadPapers();
  const report = buildReport(runs, papers);
  await writeReport(report, join(outDir, "report.json"));
  const notebooks = runs.flatMap(({ id, notebook }) => notebook === null ? [] : [{ id, notebook }]);
  const site = join(outDir, "site");
  await buildSite({ notebooks, papers, report, outDir: site });
  if (json) {
    console.log(JSON.stringify(report, undefined, 1));
    return;
  }
  console.log(claimsTableText(report));
  console.log(`site: ${join(site, "index.html")}`);
}
