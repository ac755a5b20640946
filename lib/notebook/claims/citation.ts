/**
 * Citing a paper of the ledger.
 *
 * @module
 */
import { type Bundle, Displayable } from "../output/display.ts";
import { element, escapeHtml } from "../output/html.ts";
import { loadPaper, type Paper } from "./ledger.ts";

/** A paper's reference. */
export class Citation extends Displayable {
  constructor(readonly paper: Paper) {
    super();
  }

  /** `text/html` and `text/plain`. */
  override bundle(): Bundle {
    const { authors, title, venue, year, arxiv } = this.paper;
    const address = arxiv === undefined ? "" : `https://arxiv.org/abs/${arxiv}`;
    const names = authors.join(", ").replace(/\.$/, "");
    const dated = venue.includes(String(year)) ? venue : `${venue}, ${year}`;
    return {
      "text/html": element(
        "p",
        { class: "offprint-citation" },
        escapeHtml(`${names}. `),
        element("cite", {}, escapeHtml(title)),
        escapeHtml(`. ${dated}. `),
        arxiv === undefined ? "" : element("a", { href: address }, `arXiv:${escapeHtml(arxiv)}`),
      ),
      "text/plain": `${names}. ${title}. ${dated}. ${address}`.trimEnd(),
    };
  }
}

/**
 * The reference of a paper: authors, title, venue, year and its place on arXiv.
 *
 * @param paperId The paper's id in the ledger, "02-specdec-theory".
 * @throws {UserError} when there is no such paper.
 *
 * @example
 * ```ts
 * import { citation } from "offprint/notebook/claims/citation.ts";
 *
 * console.log(citation("02-specdec-theory"));
 * ```
 */
export function citation(paperId: string): Citation {
  return new Citation(loadPaper(paperId));
}
