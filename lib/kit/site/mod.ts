/**
 * The static site: every executed notebook as a page that opens from disk, and the table of all
 * claims.
 *
 * @module
 */
import type { Paper } from "offprint/notebook/claims/ledger.ts";
import type { Notebook } from "../nbformat.ts";
import { printPercent, sourceMetadata, stringifyNotebook } from "../pairs/mod.ts";
import type { Report } from "../report.ts";
import { assetFiles } from "./assets.ts";
import { writeFiles } from "./generated_folder.ts";
import { cellSteps, escapeHtml, Html, toEnd } from "./markup/mod.ts";
import { indexPage } from "./index_page.ts";
import { linkResolver } from "./links.ts";
import { paperPage, type RenderedNotebook } from "./paper_page.ts";
import { type Publication, publish } from "./published.ts";
import { placesOf, searchPage } from "./search_page.ts";

/** What a site is made of. */
export interface Site {
  /** Executed notebooks; `id` is the name of the file without `.ipynb`, and of its page. */
  notebooks: readonly { id: string; notebook: Notebook }[];
  /** All papers of the ledger, those to come as well. */
  papers: readonly Paper[];
  report: Report;
  /** Folder the site is written to; made where it does not exist. */
  outDir: string;
  /** For a site that is put on a server. */
  publication?: Publication;
  /** Stops the work between two pages; what stood in the folder stays as it was. */
  signal?: AbortSignal;
}

/**
 * Writes the site: `index.html`, `search.html`, a page, a notebook and a source file for each notebook, and
 * `assets/`. The same input gives the same bytes. What an earlier build wrote and this one does not
 * is removed; other files stay.
 *
 * @returns The paths written.
 */
export async function buildSite(
  { notebooks, papers, report, outDir, publication, signal }: Site,
): Promise<string[]> {
  const order = notebooks.toSorted((a, b) => a.id < b.id ? -1 : 1);
  const resolve = linkResolver(order.map(({ id }) => id));
  const pages: RenderedNotebook[] = [];
  for (const { id, notebook } of order) {
    // A page takes tenths of a second, in which nobody hears that the work is to stop.
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    pages.push(renderNotebook(id, notebook, papers, resolve));
  }

  const files = await assetFiles();
  files.set("index.html", indexPage(papers, pages, report));
  files.set("search.html", searchPage(placesOf(order, papers)));
  pages.forEach((page, i) => {
    const near = { previous: pages[i - 1], next: pages[i + 1] };
    files.set(`${page.id}.html`, paperPage(page, report, near));
    for (const [name, svg] of page.cells.pictures) files.set(name, svg);
    const { notebook } = page;
    files.set(`${page.id}.ipynb`, stringifyNotebook(notebook));
    files.set(`${page.id}.ts`, printPercent({ ...notebook, metadata: sourceMetadata(notebook) }));
  });
  if (publication !== undefined) publish(files, publication);
  return await writeFiles(outDir, files);
}

/**
 * A notebook with its cells rendered, as its page and the first page need it.
 *
 * @param resolve What its links point at, see {@linkcode linkResolver}.
 */
export function renderNotebook(
  id: string,
  notebook: Notebook,
  papers: readonly Paper[],
  resolve: (href: string) => string | null,
): RenderedNotebook {
  return toEnd(notebookSteps(id, notebook, papers, resolve));
}

/** {@linkcode renderNotebook} in steps, one a cell, for who has something else to do between them. */
export function* notebookSteps(
  id: string,
  notebook: Notebook,
  papers: readonly Paper[],
  resolve: (href: string) => string | null,
): Generator<void, RenderedNotebook> {
  const cells = yield* cellSteps(notebook.cells, resolve);
  const title = cells.headings.find(({ level }) => level === 1);
  const paper = papers.find((candidate) => candidate.notebook === id) ?? null;
  return {
    id,
    notebook,
    cells,
    title: title?.label ?? new Html(escapeHtml(paper?.title ?? id)),
    titleText: title?.text ?? paper?.title ?? id,
    paper,
  };
}
