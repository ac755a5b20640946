/**
 * How to cite a paper.
 *
 * @module
 */
import type { Paper } from "offprint/notebook/claims/ledger.ts";
import { type Html, markup } from "./markup/mod.ts";

/** Words that say nothing about a paper and make no key. */
const SMALL_WORDS = new Set(["a", "an", "the", "on", "is", "all", "not"]);

/**
 * A paper as a BibTeX entry: an e-print with its venue in the note, which every style prints.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bibtex } from "offprint/kit/site/citation.ts";
 *
 * assertEquals(
 *   bibtex({
 *     title: "A & B",
 *     authors: ["Ann Lee", "Bo Yu"],
 *     venue: "ICLR",
 *     year: 2025,
 *     arxiv: "2410.00001",
 *   }),
 *   `@misc{lee2025b,
 *   title         = {{A \\& B}},
 *   author        = {Ann Lee and Bo Yu},
 *   year          = {2025},
 *   eprint        = {2410.00001},
 *   archivePrefix = {arXiv},
 *   note          = {ICLR}
 * }`,
 * );
 * ```
 */
export function bibtex(
  paper: Pick<Paper, "title" | "authors" | "venue" | "year" | "arxiv">,
): string {
  const surname = asciiWord(paper.authors[0]?.split(/\s+/).at(-1) ?? "");
  const word = paper.title.split(/[\s:–—-]+/).map(asciiWord)
    .find((candidate) => candidate !== "" && !SMALL_WORDS.has(candidate)) ?? "";
  const fields: [string, string][] = [
    ["title", `{${escaped(paper.title)}}`],
    ["author", paper.authors.map(escaped).join(" and ")],
    ["year", String(paper.year)],
  ];
  if (paper.arxiv !== undefined) {
    fields.push(["eprint", paper.arxiv], ["archivePrefix", "arXiv"]);
  }
  if (paper.venue !== "arXiv") fields.push(["note", escaped(paper.venue)]);
  const body = fields.map(([name, value]) => `  ${name.padEnd(13)} = {${value}}`).join(",\n");
  return `@misc{${surname}${paper.year}${word},\n${body}\n}`;
}

/** The citation block at the end of a paper's page; the copy button works where scripts run. */
export function citationBlock(paper: Paper): Html {
  const { authors, title } = paper;
  return markup`<section class="cite" aria-labelledby="cite">
<h2 id="cite">Cite the paper</h2>
<p>${authors.join(", ")}. <cite>${title}</cite>. ${published(paper)}. ${arxivLink(paper)}</p>
<div class="input"><pre class="code" id="bibtex"><code>${
    bibtex(paper)
  }</code></pre><span class="tools"><button type="button" class="copy" hidden>Copy</button></span></div>
</section>
`;
}

/** "NeurIPS 2024"; the year alone for a paper that is on arXiv only. */
export function published({ venue, year }: Pick<Paper, "venue" | "year">): string {
  if (venue === "arXiv") return String(year);
  return venue.includes(String(year)) ? venue : `${venue} ${year}`;
}

/** The paper on arXiv; nothing where it is not there. */
export function arxivLink({ arxiv }: Pick<Paper, "arxiv">): Html {
  if (arxiv === undefined) return markup``;
  return markup`<a href="https://arxiv.org/abs/${arxiv}">arXiv:${arxiv}</a>`;
}

function asciiWord(word: string): string {
  return word.normalize("NFD").toLowerCase().replace(/[^a-z0-9]/g, "");
}

/**
 * TeX's special characters; letters beyond ASCII stay, as BibTeX's successors and LaTeX read UTF-8.
 */
function escaped(text: string): string {
  const replacements: Record<string, string> = {
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
  };
  return text.replace(/[\\~^&%$#_{}]/g, (c) => replacements[c] ?? `\\${c}`);
}
