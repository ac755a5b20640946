/**
 * What a run leaves behind: the report, the site, the claims table. A module of its own, so that it
 * and the packages it needs load while the kernels work.
 *
 * @module
 */
import { join } from "node:path";
import { UserError } from "offprint/errors.ts";
import { loadPaper, type Paper, paperIds } from "offprint/notebook/claims/ledger.ts";
import type { Notebook } from "../nbformat.ts";
import { notebookSettings } from "../pairs/mod.ts";
import { buildReport, claimsTableText, type PaperRun, writeReport } from "../report.ts";
import { buildSite } from "../site/mod.ts";
import { claimsOf } from "./claims.ts";
import { listNotebooks, loadNotebook } from "./notebook_files.ts";
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
 * @returns One line for each file of the ledger that could not be read; all the rest is done without it.
 */
export async function finishRun(
  runs: readonly NotebookRun[],
  folders: Folders,
  json: boolean,
): Promise<string[]> {
  const { papers, broken } = readLedger(folders.ledger);
  const report = buildReport(runs, papers);
  await writeReport(report, join(folders.out, "report.json"));
  const executed = runs.flatMap(({ id, notebook }) => notebook === null ? [] : [{ id, notebook }]);
  const others = await committedNotebooks(folders.notebooks, runs);
  const site = join(folders.out, "site");
  await buildSite({
    notebooks: [...executed, ...others],
    papers,
    report: { papers: [...report.papers, ...buildReport(others.map(asCommitted), papers).papers] },
    outDir: site,
  });
  if (json) {
    console.log(JSON.stringify(report, undefined, 1));
    return broken;
  }
  console.log(claimsTableText(report, { ledger: papers }));
  console.log(`site: ${join(site, "index.html")}`);
  return broken;
}

/** The papers that can be read, and a line for each that cannot. */
function readLedger(folder?: URL): { papers: Paper[]; broken: string[] } {
  const papers: Paper[] = [];
  const broken: string[] = [];
  for (const id of paperIds(folder)) {
    try {
      papers.push(loadPaper(id, folder));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      broken.push(error.message);
    }
  }
  return { papers, broken };
}

/** The notebooks that this run left out, with their committed outputs; broken files are left out as well. */
async function committedNotebooks(
  folder: string,
  runs: readonly NotebookRun[],
): Promise<{ id: string; notebook: Notebook }[]> {
  const files = (await listNotebooks(folder)).filter(({ id }) =>
    !runs.some((run) => run.id === id)
  );
  const loaded = await Promise.allSettled(files.map(loadNotebook));
  return loaded.flatMap((result) =>
    result.status === "fulfilled" && result.value.committed !== null
      ? [{ id: result.value.id, notebook: result.value.committed }]
      : []
  );
}

function asCommitted({ id, notebook }: { id: string; notebook: Notebook }): PaperRun {
  return {
    id,
    paper: notebookSettings(notebook).paper,
    ok: true,
    seconds: 0,
    cells: notebook.cells.filter((cell) => cell.cell_type === "code").length,
    errors: [],
    claims: claimsOf(notebook).map(({ record }) => record),
  };
}
