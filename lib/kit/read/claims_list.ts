/**
 * The claims of a paper in the reader's bar: how they stand in this session, and where each is decided.
 *
 * @module
 */
import { publishedText } from "offprint/notebook/claims/claims_table.ts";
import type { Paper } from "offprint/notebook/claims/ledger.ts";
import { formatMeasured } from "offprint/notebook/claims/measured.ts";
import { precisionOf } from "offprint/notebook/claims/rules.ts";
import type { Notebook } from "../nbformat.ts";
import type { ReportedPaper } from "../report.ts";
import { claimsOf } from "../runner/claims.ts";
import { badge, tally } from "../site/claims.ts";
import { joined, markup } from "../site/markup/mod.ts";

/** Counts of verdicts and the claims one by one, as HTML. */
export interface ClaimsShown {
  tally: string;
  list: string;
}

/**
 * The claims of a paper as a notebook's outputs decide them.
 *
 * @param cells Whether a cell's outputs are of this session (those of other cells are as committed), and whether they are older
 * than what they depend on.
 */
export function claimsShown(
  paper: Paper,
  reported: ReportedPaper,
  notebook: Notebook,
  cells: { hasRun(id: string): boolean; isStale(id: string): boolean } | undefined,
): ClaimsShown {
  const located = new Map(claimsOf(notebook).map((claim) => [claim.record.id, claim]));
  const entries = paper.claims.map(({ id, statement }) => {
    const found = located.get(id);
    if (found === undefined) {
      return markup`<li data-claim="${id}">${badge("not decided")} ${statement}</li>\n`;
    }
    const { cell, record } = found;
    const measured = formatMeasured(record.measured, precisionOf(record.rule));
    const values = [
      ...(measured === "" ? [] : [`measured ${measured}`]),
      ...(record.published === null ? [] : [`the paper: ${publishedText(record.published)}`]),
      cells?.hasRun(cell) ? "from this session" : "as committed",
      ...(cells?.isStale(cell) ? ["out of date"] : []),
    ].join(" · ");
    const text = markup`<a href="#cell-${cell}">${statement}</a> <small>${values}</small>`;
    return markup`<li data-claim="${id}">${badge(record.verdict)} ${text}</li>\n`;
  });
  return { tally: tally(reported).text, list: joined(entries).text };
}
