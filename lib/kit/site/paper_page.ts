/**
 * The page of one notebook.
 *
 * @module
 */
import type { Paper } from "offprint/notebook/claims/ledger.ts";
import type { Notebook } from "../nbformat.ts";
import type { Report } from "../report.ts";
import { arxivLink, citationBlock, published } from "./citation.ts";
import { tally } from "./claims.ts";
import {
  figureScriptsIn,
  type Heading,
  Html,
  markup,
  raw,
  type RenderedCells,
} from "./markup/mod.ts";
import { pageDocument } from "./layout.ts";

/** A notebook whose cells are rendered; its page is `ID.html`. */
export interface RenderedNotebook {
  id: string;
  notebook: Notebook;
  cells: RenderedCells;
  /** Its first heading, or its id. */
  title: Html;
  /** The same as text. */
  titleText: string;
  /** The paper it reruns, where it reruns one. */
  paper: Paper | null;
}

/** What is beside a page in the order of reading. */
export interface Neighbours {
  previous: RenderedNotebook | undefined;
  next: RenderedNotebook | undefined;
}

/** What a page has more where a server sends it and its cells can run. */
export interface ServedParts {
  /** Files that it links, see `PageParts.served`. */
  files: readonly string[];
  /** Between the title and the first cell. */
  below: Html;
  /** Where the notebook lies, when that is not the project's folder of notebooks. */
  file?: string;
}

/** The whole document of a notebook. */
export function paperPage(
  page: RenderedNotebook,
  report: Report,
  near: Neighbours,
  served?: ServedParts,
): string {
  const { paper, cells, titleText } = page;
  const sections = cells.headings.filter(({ level }) => level === 2 || level === 3);
  const entries = paper === null ? sections : [...sections, CITE];
  const list = entries.length > 0 ? contents(entries) : null;
  return pageDocument({
    title: `${titleText} · Offprint`,
    description: paper?.summary ?? `${titleText}, a notebook of Offprint.`,
    kind: "paper-page",
    scripts: figureScriptsIn(cells.html.text),
    ...(list !== null && { aside: sidebar(list) }),
    ...(served !== undefined && { served: served.files }),
    main: markup`<article>
${paper !== null && kicker(paper)}${
      withTitle(page, markup`${facts(page, report, list, served?.file)}${served?.below}`)
    }${paper !== null && citationBlock(paper)}</article>
${neighbours(near)}`,
  });
}

/** The line above the title. */
function kicker(paper: Paper): Html {
  return markup`<div class="paper-head"><p class="kicker"><span>Paper ${paper.number}</span> <span>${
    published(paper)
  }</span> ${arxivLink(paper)}</p></div>
`;
}

/** What is between title and text: how the run went, files, contents on narrow screens. */
function facts(
  { id, paper, cells }: RenderedNotebook,
  report: Report,
  list: Html | null,
  file = `notebooks/${id}.ipynb`,
): Html {
  const reported = report.papers.find((entry) => entry.id === id);
  // A notebook shows its verdicts itself, in one line; another one gets their count here.
  const counted = cells.html.text.includes('class="offprint-verdicts"');
  return markup`<div class="paper-head">
${reported && failures(reported)}${
    reported && reported.claims.length > 0 && !counted &&
    markup`<p class="tally"><a href="index.html#claims${
      paper !== null && `-${paper.number}`
    }">Claims in this run</a> ${tally(reported)}</p>
`
  }<p class="downloads"><a href="${id}.ipynb" download>Notebook (.ipynb)</a> <a href="${id}.ts" download>Source (.ts)</a> <button type="button" class="all-code" aria-pressed="false" hidden>Show all code</button></p>
${openIn(file)}</div>
${
    list && markup`<details class="contents-narrow"><summary>Contents</summary>
<nav aria-label="Contents">
${list}</nav></details>
`
  }`;
}

/** How the notebook is opened where it can be run; what is typed can be copied. */
function openIn(file: string): Html {
  const command = (text: string, of: string) =>
    markup`<div class="input"><pre class="code"><code>${text}</code></pre><span class="tools"><button type="button" class="copy" aria-label="Copy the command for ${of}" hidden>Copy</button></span></div>
`;
  return markup`<details class="open-in"><summary>Open in VS Code or Jupyter</summary>
<p>In the project’s folder, after <code>deno jupyter --install</code> (once):</p>
${command(`code . ${file}`, "VS Code")}${command(`jupyter lab ${file}`, "Jupyter")}</details>
`;
}

/** The cells with `below` under their title; a notebook without a title gets one. */
function withTitle({ cells, title }: RenderedNotebook, below: Html): Html {
  const { text } = cells.html;
  const end = "</h1>\n";
  const at = text.indexOf(end);
  if (cells.headings[0]?.level !== 1 || at < 0) {
    return markup`<h1>${title}</h1>\n${below}${cells.html}`;
  }
  const cut = at + end.length;
  return markup`${raw(text.slice(0, cut))}${below}${raw(text.slice(cut))}`;
}

const CITE: Heading = {
  level: 2,
  anchor: "cite",
  label: new Html("Cite the paper"),
  text: "Cite the paper",
};

function sidebar(list: Html): Html {
  return markup`<nav class="sidebar" aria-label="Contents">
<p class="sidebar-title">Contents</p>
${list}</nav>
`;
}

/** Headings of levels 2 and 3 as a nested list. */
function contents(headings: readonly Heading[]): Html {
  const groups: { top: Heading; below: Heading[] }[] = [];
  for (const heading of headings) {
    const last = groups.at(-1);
    if (heading.level > 2 && last !== undefined) last.below.push(heading);
    else groups.push({ top: heading, below: [] });
  }
  const link = ({ anchor, label }: Heading) => markup`<a href="#${anchor}">${label}</a>`;
  const entries = groups.map(({ top, below }) => {
    const nested = below.map((heading) => markup`<li>${link(heading)}</li>\n`);
    return markup`<li>${link(top)}${nested.length > 0 && markup`\n<ol>${nested}</ol>`}</li>\n`;
  });
  return markup`<ol class="contents">
${entries}</ol>
`;
}

function failures({ errors }: Report["papers"][number]): Html | null {
  if (errors.length === 0) return null;
  const entries = errors.map(({ cell, message }) => {
    const where = cell !== null && markup`<a href="#cell-${cell}">${cell}</a>: `;
    return markup`<li>${where}${message.split("\n")[0]}</li>\n`;
  });
  return markup`<div class="failed" role="note"><p><strong>This run failed.</strong></p>
<ul>${entries}</ul></div>
`;
}

function neighbours({ previous, next }: Neighbours): Html {
  const back = previous === undefined
    ? markup`<a class="previous" href="index.html" rel="prev"><span>Back to</span> All papers</a>`
    : markup`<a class="previous" href="${previous.id}.html" rel="prev"><span>Previous</span> ${previous.title}</a>`;
  const on = next &&
    markup`<a class="next" href="${next.id}.html" rel="next"><span>Next</span> ${next.title}</a>\n`;
  return markup`<nav class="neighbours" aria-label="Previous and next">
${back}
${on}</nav>
`;
}
