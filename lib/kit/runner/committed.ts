/**
 * The project as it is committed: notebooks with their outputs, papers, and what a report says of them without a run.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { loadPaper, type Paper, paperIds } from "offprint/notebook/claims/ledger.ts";
import type { Notebook } from "../nbformat.ts";
import { notebookSettings } from "../pairs/mod.ts";
import type { PaperRun } from "../report.ts";
import { claimsOf } from "./claims.ts";
import { listNotebooks, loadNotebook } from "./notebook_files.ts";

/** The papers that can be read, and a line for each that cannot. */
export function readLedger(folder?: URL): { papers: Paper[]; broken: string[] } {
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

/** The notebooks of a folder with their committed outputs; broken files are left out, and those named in `without`. */
export async function committedNotebooks(
  folder: string,
  without: readonly string[] = [],
): Promise<{ id: string; notebook: Notebook }[]> {
  const files = (await listNotebooks(folder)).filter(({ id }) => !without.includes(id));
  const loaded = await Promise.allSettled(files.map(loadNotebook));
  return loaded.flatMap((result) =>
    result.status === "fulfilled" && result.value.committed !== null
      ? [{ id: result.value.id, notebook: result.value.committed }]
      : []
  );
}

/** What a report says of a notebook that was not run: its committed verdicts. */
export function asCommitted({ id, notebook }: { id: string; notebook: Notebook }): PaperRun {
  return {
    id,
    paper: notebookSettings(notebook).paper,
    ok: true,
    seconds: 0,
    cells: notebook.cells.filter((cell) => cell.cell_type === "code").length,
    errors: [],
    claims: claimsOf(notebook),
  };
}
