/**
 * The cells of a notebook as the body of a page.
 *
 * @module
 */
import { type Cell, type CodeCell, tagsOf } from "../../nbformat.ts";
import { foldedAs } from "../../pairs/mod.ts";
import { highlighted } from "./code.ts";
import { Html, joined, markup } from "./html.ts";
import { Anchors } from "./ids.ts";
import { type Heading, type MarkdownPlace, renderMarkdown } from "./markdown.ts";
import { renderOutput } from "./output.ts";

/** Ids that {@linkcode renderCells} leaves to the page around the cells. */
const PAGE_IDS = ["content", "contents", "cite", "bibtex"] as const;

/** The body of a page, and what its table of contents lists. */
export interface RenderedCells {
  html: Html;
  /** Headings outside solutions, in order. */
  headings: Heading[];
  /** Pictures that the body loads, by the names of their files. */
  pictures: ReadonlyMap<string, string>;
}

/** What the tags of a cell tell a reader, in the words shown above it. */
const TAG_LABELS: Record<string, string> = {
  parameters: "Parameters",
  exercise: "Exercise",
  ablation: "Ablation",
  timing: "Timing of one run on one machine",
  slow: "Takes longer than the others",
};

/**
 * Renders all cells. Every cell is an anchor, `#cell-ID`; solutions that follow each other fold
 * into one `<details>`.
 *
 * @param resolve What a link of the notebook points at in the site, see {@linkcode MarkdownPlace}.
 */
export function renderCells(
  cells: readonly Cell[],
  resolve: MarkdownPlace["resolve"],
): RenderedCells {
  return toEnd(cellSteps(cells, resolve));
}

/** What work in steps gives, all that is left of it done at once. */
export function toEnd<T>(steps: Iterator<void, T>): T {
  while (true) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same work in steps, one a cell, for who has something else to do between them. */
export function* cellSteps(
  cells: readonly Cell[],
  resolve: MarkdownPlace["resolve"],
): Generator<void, RenderedCells> {
  const ids = new Set(cells.map((cell) => cell.id));
  const pictures = new Map<string, string>();
  const place: MarkdownPlace = {
    pictures,
    anchors: new Anchors([...PAGE_IDS, ...cells.map(anchorOf)]),
    numbers: { equations: 0, figures: 0 },
    resolve: (href) => {
      const cell = href.startsWith("#") ? href.slice(1) : "";
      return ids.has(cell) ? `#cell-${cell}` : resolve(href);
    },
  };
  const headings: Heading[] = [];
  const body: Html[] = [];
  for (let i = 0; i < cells.length;) {
    yield;
    if (!isSolution(cells[i]!)) {
      const rendered = renderCell(cells[i++]!, place);
      headings.push(...rendered.headings);
      body.push(rendered.html);
      continue;
    }
    const folded: Html[] = [];
    while (i < cells.length && isSolution(cells[i]!)) {
      folded.push(renderCell(cells[i++]!, place).html);
    }
    body.push(solution(folded, headings.at(-1)));
  }
  return { html: joined(body), headings, pictures };
}

function isSolution(cell: Cell): boolean {
  return tagsOf(cell).includes("solution");
}

function anchorOf(cell: Cell): string {
  return `cell-${cell.id}`;
}

/** Folded cells; `of` is the heading they are under, for those who hear the page. */
function solution(cells: Html[], of: Heading | undefined): Html {
  const to = of && markup`<span class="visually-hidden"> to “${of.text}”</span>`;
  return markup`<details class="solution"><summary>Solution${to}</summary>
${cells}</details>
`;
}

function renderCell(cell: Cell, place: MarkdownPlace): Omit<RenderedCells, "pictures"> {
  const kinds = tagsOf(cell).filter((tag) => Object.hasOwn(TAG_LABELS, tag));
  const classes = kinds.map((tag) => ` is-${tag}`).join("");
  const anchor = anchorOf(cell);
  if (cell.cell_type === "markdown") {
    const { html, headings } = renderMarkdown(cell.source, place);
    const block = markup`<div class="cell prose${classes}" id="${anchor}">
${html}</div>
`;
    return { html: block, headings };
  }
  const outputs = cell.outputs
    .map((output, i) => renderOutput(output, `${anchor}-${i + 1}`, place))
    .filter((output) => output.text !== "");
  const empty = cell.source.trim() === "";
  if (empty && outputs.length === 0) return { html: new Html(""), headings: [] };
  const label = kinds.map((tag) => TAG_LABELS[tag]!).join(" · ");
  const block = markup`<div class="cell cell-code${classes}" id="${anchor}">
${label !== "" && markup`<p class="cell-label">${label}</p>\n`}${
    !empty && input(cell)
  }${outputs}</div>
`;
  return { html: block, headings: [] };
}

/**
 * Code of more lines shows its first twenty (style/cells.css) until the reader asks for all; a print
 * shows twelve (style/print.css) and says where the rest is.
 */
const LONG_LINES = 30;

function input(cell: CodeCell): Html {
  const anchor = anchorOf(cell);
  const lines = cell.source.trimEnd().split("\n").length;
  const code = markup`<pre class="code"><code>${
    highlighted(cell.source, "typescript")
  }</code></pre>`;
  const tools =
    markup`<span class="tools"><button type="button" class="copy" hidden>Copy</button><a class="anchor cell-anchor" href="#${anchor}" aria-label="Link to cell ${cell.id}">${cell.id}</a></span>`;
  const folded = foldedAs(cell);
  if (folded !== undefined) {
    const size = `${lines} ${lines === 1 ? "line" : "lines"}`;
    return markup`<details class="folded-code"><summary>${folded} <span>${size}</span></summary>
<div class="input">${code}${tools}</div></details>
`;
  }
  if (lines <= LONG_LINES) return markup`<div class="input">${code}${tools}</div>\n`;
  // A checkbox, so that it works without scripts; the text stays in the page and can be searched.
  const box = `${anchor}--unfold`;
  return markup`<div class="input is-long"><input type="checkbox" class="unfold visually-hidden" id="${box}">${code}<label for="${box}">Show all ${lines} lines</label><p class="folded-note">(${lines} lines, see the source file)</p>${tools}</div>
`;
}
