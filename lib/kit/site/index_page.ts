/**
 * The first page: the papers, and all their claims.
 *
 * @module
 */
import type { Paper } from "offprint/notebook/claims/ledger.ts";
import type { Report } from "../report.ts";
import { papersToday, START_HERE_ID } from "../pairs/start_here.ts";
import { arxivLink, published } from "./citation.ts";
import { badge, claimsByPaper, legend, notShown, tally } from "./claims.ts";
import { Anchors, type Html, joined, markup, renderOutput } from "./markup/mod.ts";
import { ledgerFilters } from "./ledger_filters.ts";
import { pageDocument, type PageParts } from "./layout.ts";
import type { RenderedNotebook } from "./paper_page.ts";

/** The whole document of `index.html`. */
export function indexPage(
  papers: readonly Paper[],
  pages: readonly RenderedNotebook[],
  report: Report,
  { served }: Pick<PageParts, "served"> = {},
): string {
  const pageOf = (paper: Paper) => {
    const page = pages.find(({ id }) => id === paper.notebook);
    return page === undefined ? null : `${page.id}.html`;
  };
  const others = pages.filter((page) => !papers.some(({ notebook }) => notebook === page.id));
  return pageDocument({
    title: `Offprint: ${papersToday(papers)}`,
    description: "Papers on language models, rerun: prose, equations, code, figures and a " +
      "verdict on every claim.",
    kind: "index-page",
    ...(served !== undefined && { served }),
    main: markup`<div class="masthead">
<h1>${capitalised(papersToday(papers))}</h1>
<p class="lead">An offprint is the single article that a journal hands its author. Here each one runs: prose, equations, typed code and figures, with the paper’s number beside the rerun’s and a verdict on every claim.</p>
${others.length > 0 && begin(others)}</div>
<section aria-labelledby="papers">
<h2 id="papers">Papers</h2>
<ol class="papers">
${
      papers.map((paper) =>
        entry(paper, pageOf(paper), report, pages.find(({ id }) => id === paper.notebook))
      )
    }</ol>
</section>
<section aria-labelledby="claims">
<h2 id="claims">Claims</h2>
<p class="lead-small">Every claim the papers are held to. The rule that decides it was written down before the run; the verdict is computed from what the run measured.</p>
${ledgerFilters(papers)}${claimsByPaper(papers, report, pageOf)}${legend()}</section>
${notShown(papers, report)}`,
  });
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Pages about no single paper: where to start. */
function begin(pages: readonly RenderedNotebook[]): Html {
  const links = pages.map(({ id, title }) =>
    markup`<a class="button" href="${id}.html">${id === START_HERE_ID ? "Start here" : title}</a>`
  );
  return markup`<p class="begin">${joined(links, " ")}</p>
`;
}

function entry(
  paper: Paper,
  page: string | null,
  report: Report,
  notebook: RenderedNotebook | undefined,
): Html {
  const reported = report.papers.find(({ id }) => id === paper.id);
  const { number, title, authors, summary } = paper;
  return markup`<li class="paper${page === null && " is-to-come"}">
<span class="number" aria-hidden="true">${number}</span>
<div>
<h3>${page === null ? title : markup`<a href="${page}">${title}</a>`}</h3>
<p class="authors">${authors.join(", ")}</p>
<p class="venue">${published(paper)} · ${arxivLink(paper)}</p>
<p class="summary">${summary}</p>
<p class="tally">${state(paper, page, reported)}</p>
</div>
${notebook && picture(notebook, number)}</li>
`;
}

/** The first figure of a paper, for the eye alone: its page has it with title and description. */
function picture({ notebook }: RenderedNotebook, number: string): Html | null {
  for (const cell of notebook.cells) {
    const outputs = cell.cell_type === "code" ? cell.outputs : [];
    for (const output of outputs) {
      const svg = "data" in output ? output.data["image/svg+xml"] : undefined;
      if (svg === undefined) continue;
      const place = {
        anchors: new Anchors(),
        numbers: { equations: 0, figures: 0 },
        resolve: () => null,
      };
      const drawn = { output_type: "display_data", data: { "image/svg+xml": svg }, metadata: {} };
      const html = renderOutput(drawn as typeof output, `card-${number}`, place);
      return markup`<div class="card-figure" aria-hidden="true">${html}</div>\n`;
    }
  }
  return null;
}

function state(
  paper: Paper,
  page: string | null,
  reported: Report["papers"][number] | undefined,
): Html {
  if (paper.notebook === null) return badge("to come");
  if (reported === undefined) return badge(page === null ? "not in this run" : "not run");
  const failed = reported.errors.length > 0 && badge("the run failed", "broken");
  return joined([failed, tally(reported)], " ");
}
