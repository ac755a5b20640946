/**
 * The page that finds words in all papers: it carries everything that can be found, so it needs no server.
 *
 * @module
 */
import type { Paper } from "offprint/notebook/claims/ledger.ts";
import type { Notebook } from "../nbformat.ts";
import { markup, raw } from "./markup/mod.ts";
import { pageDocument, type PageParts } from "./layout.ts";

/** A place that can be found. */
export interface Place {
  /** Id of its notebook. */
  page: string;
  kind: "prose" | "code" | "claim";
  /** Where the link leads, from the site's folder. */
  href: string;
  /** The heading above it; of a claim, its id. */
  title: string;
  text: string;
}

/** Every cell and every claim of some notebooks. */
export function placesOf(
  notebooks: readonly { id: string; notebook: Notebook }[],
  papers: readonly Paper[],
): Place[] {
  const places: Place[] = [];
  for (const { id: page, notebook } of notebooks) {
    let title = page;
    for (const { id, cell_type, source } of notebook.cells) {
      if (source.trim() === "") continue;
      const heading = cell_type === "markdown" ? /^#{1,4} +(.+)$/m.exec(source)?.[1] : undefined;
      title = heading ?? title;
      const kind = cell_type === "markdown" ? "prose" : "code";
      const text = source.replace(/^#+ .*$/m, "").replace(/\s+/g, " ").trim();
      places.push({ page, kind, href: `${page}.html#cell-${id}`, title, text });
    }
    const paper = papers.find(({ notebook }) => notebook === page);
    for (const { id, statement, where } of paper?.claims ?? []) {
      const text = `${statement} ${where}`;
      places.push({
        page,
        kind: "claim",
        href: `index.html#claims-${paper!.number}`,
        title: id,
        text,
      });
    }
  }
  return places;
}

/** The whole document of `search.html`. */
export function searchPage(
  places: readonly Place[],
  { served }: Pick<PageParts, "served"> = {},
): string {
  const index = JSON.stringify(places).replaceAll("<", "\\u003c");
  return pageDocument({
    title: "Search · Offprint",
    description: "Finds words in the prose, code and claims of all papers.",
    kind: "index-page",
    ...(served !== undefined && { served }),
    main: markup`<h1>Search</h1>
<noscript><p>Searching needs scripts.</p></noscript>
<div class="search" role="search" hidden>
<label for="words">Words in prose, code and claims</label>
<input type="search" id="words" autocomplete="off" autofocus>
<p class="search-count" role="status"></p>
</div>
<ol class="found"></ol>
<script type="application/json" id="search-index">${raw(index)}</script>
`,
  });
}
