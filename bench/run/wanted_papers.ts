/**
 * The papers that a suite is about.
 *
 * @module
 */
import { join } from "node:path";
import { UserError } from "offprint/errors.ts";
import { exists } from "offprint/files.ts";
import { notebookIds } from "offprint/kit/pairs/mod.ts";
import { ROOT } from "offprint/kit/project.ts";

/** Ids of the notebooks that rerun a paper; those of `OFFPRINT_PAPERS` where it is set. */
export async function wantedPapers(): Promise<string[]> {
  const papers: string[] = [];
  for (const id of await notebookIds(join(ROOT, "notebooks"))) {
    if (await exists(join(ROOT, "data/papers", `${id}.json`))) papers.push(id);
  }
  const asked = Deno.env.get("OFFPRINT_PAPERS")?.trim();
  if (!asked) return papers;
  return asked.split(/\s+/).map((number) => {
    const id = papers.find((paper) => paper === number || paper.startsWith(`${number}-`));
    if (id !== undefined) return id;
    throw new UserError({
      what: "OFFPRINT_PAPERS",
      got: number,
      expected: `some of ${papers.map((paper) => paper.split("-")[0]).join(" ")}`,
      todo: "Leave it out to run all of them.",
    });
  });
}
