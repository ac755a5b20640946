/**
 * What narrows the table of all claims: paper, kind, verdict, words. It works where scripts run (find_script.js).
 *
 * @module
 */
import type { Paper } from "offprint/notebook/claims/ledger.ts";
import { type Html, markup } from "./markup/mod.ts";

/** Verdicts as tables write them (`data-verdict`). */
const VERDICTS = ["holds", "broken", "shown", "not shown", "not run here", "not run"];

/** The row of filters above the claims; hidden without scripts. */
export function ledgerFilters(papers: readonly Paper[]): Html {
  const listed = papers.filter(({ claims }) => claims.length > 0);
  const kinds = [...new Set(listed.flatMap(({ claims }) => claims.map(({ kind }) => kind)))].sort();
  const select = (name: string, label: string, options: readonly (readonly [string, string])[]) =>
    markup`<label>${label} <select name="${name}"><option value="">all</option>${
      options.map(([value, text]) => markup`<option value="${value}">${text}</option>`)
    }</select></label>
`;
  return markup`<div class="filters" role="search" aria-label="Claims" hidden>
${select("paper", "Paper", listed.map(({ number, title }) => [number, `${number} ${title}`]))}${
    select("verdict", "Verdict", VERDICTS.map((verdict) => [verdict, verdict]))
  }${
    select("kind", "Kind", kinds.map((kind) => [kind, kind]))
  }<label>Words <input type="search" name="words"></label>
<span class="filters-count" role="status"></span>
</div>
`;
}
