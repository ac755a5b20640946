/**
 * Verdicts, and the claims of all papers in one table.
 *
 * @module
 */
import { ClaimsTable, type Outcome, PROVENANCE } from "offprint/notebook/claims/claims_table.ts";
import type { Paper, Verdict } from "offprint/notebook/claims/ledger.ts";
import { whyNotShown } from "offprint/notebook/claims/outcome.ts";
import { shortVerdict, verdictSign } from "offprint/notebook/claims/verdict.ts";
import type { Report } from "../report.ts";
import { type Html, joined, markup, raw } from "./markup/mod.ts";

type ReportedPaper = Report["papers"][number];

/** What each verdict means, for the legend; also the order in which verdicts are counted. */
const MEANINGS: [verdict: Verdict | "not run here", meaning: string][] = [
  ["holds", "a theorem or exact example, checked in this run"],
  ["broken", "a theorem or exact example that this run contradicts"],
  ["shown", "a trend that this run shows, by a rule written down before it"],
  ["not shown", "a trend that this run does not show, by the same rule"],
  ["not run here", "needs models, data or machines that this run has not"],
];

/**
 * A short text as a label in a verdict's colour; the sign before it says the same without colour.
 */
export function badge(text: string, verdict: string = text): Html {
  const known = MEANINGS.some(([name]) => name === verdict);
  const name = known ? verdict.replaceAll(" ", "-") : "open";
  const sign = verdictSign(verdict as Verdict); // any other word gets the sign of "not yet run"
  return markup`<span class="badge badge-${name}"><span aria-hidden="true">${sign}</span> ${text}</span>`;
}

/** How many claims of a paper got which verdict: "6 hold", "2 shown", …; "not measured" where a run did not get to one. */
export function tally(reported: ReportedPaper): Html {
  const verdicts = reported.claims.map(({ verdict }) => shortVerdict(verdict));
  const badges = [...MEANINGS.map(([verdict]) => verdict), "not run"].map((verdict) => {
    const count = verdicts.filter((v) => v === verdict).length;
    const verb = verdict === "holds" && count > 1
      ? "hold"
      : verdict === "not run"
      ? "not measured"
      : verdict;
    return count > 0 && badge(`${count} ${verb}`, verdict);
  });
  return joined(badges, " ");
}

/** The page of a paper's notebook in the site, or null. */
export type PageOf = (paper: Paper) => string | null;

/** The claims of all papers, folded one paper a line; a paper without claims is left out. */
export function claimsByPaper(papers: readonly Paper[], report: Report, pageOf: PageOf): Html {
  const groups = papers.filter((paper) => paper.claims.length > 0).map((paper) => {
    const reported = report.papers.find(({ id }) => id === paper.id);
    const page = pageOf(paper);
    const undecided = paper.notebook === null
      ? "to come"
      : reported === undefined
      ? "not run"
      : "not decided";
    const outcomes = new Map(
      (reported?.claims ?? []).flatMap(({ id, verdict, measured }): [string, Outcome][] =>
        verdict === "not run" ? [] : [[id, { verdict, measured }]]
      ),
    );
    const table = new ClaimsTable(paper, outcomes, { measurements: true, undecided });
    return markup`<details class="paper-claims" id="claims-${paper.number}">
<summary><span class="number">${paper.number}</span> ${paper.title} <span class="tally">${
      reported ? tally(reported) : badge(undecided)
    }</span></summary>
${page && markup`<p><a href="${page}">Read the paper’s page</a></p>`}${
      raw(withKinds(table.html(), paper))
    }${abstractTable(paper)}</details>
`;
  });
  return joined(groups);
}

/** Which sentence of the paper's abstract is answered by which claims; nothing where the ledger does not say. */
function abstractTable({ abstract, title }: Paper): Html {
  if (abstract === undefined) return markup``;
  const rows = abstract.map(({ sentence, says, claims, none }) =>
    markup`<tr><td>${String(sentence)}</td><td>${says}</td><td>${
      none ?? joined(claims.map((id) => markup`<code>${id}</code>`), " ")
    }</td></tr>
`
  );
  return markup`<details class="abstract-claims">
<summary>Which claims answer which sentence of the abstract</summary>
<div class="offprint-table"><table>
<caption>The abstract of ${title}, sentence by sentence in our words</caption>
<thead><tr><th>sentence</th><th>says</th><th>answered by</th></tr></thead>
<tbody>
${rows}</tbody>
</table></div>
</details>
`;
}

/** What a run does not show, and why: a section of its own, so that nobody has to look for it. */
export function notShown(papers: readonly Paper[], report: Report): Html {
  const parts = papers.flatMap((paper) => {
    const reported = report.papers.find(({ id }) => id === paper.id)?.claims ?? [];
    const outcomes = new Map(reported.map((claim) => [claim.id, claim]));
    const lines = paper.claims.flatMap((claim) => {
      const outcome = outcomes.get(claim.id);
      if (outcome?.verdict !== "not shown") return [];
      const why = whyNotShown(claim, { verdict: outcome.verdict, measured: outcome.measured });
      const name = markup`<code>${claim.id}</code>`;
      const { cell } = outcome;
      const linked = paper.notebook === null || cell === undefined
        ? name
        : markup`<a href="${paper.notebook}.html#cell-${cell}" title="the cell that decided it">${name}</a>`;
      return [markup`<li>${linked} ${why}</li>\n`];
    });
    if (lines.length === 0) return [];
    return [markup`<h3>${paper.number} ${paper.title}</h3>\n<ul>\n${lines}</ul>\n`];
  });
  if (parts.length === 0) return markup``;
  return markup`<section aria-labelledby="not-shown">
<h2 id="not-shown">Not shown, and why</h2>
<p class="lead-small">Claims that this run decided and does not show: what each states, what came out, what its rule asks for, and why the rule is as it is.</p>
<details><summary>All claims that are not shown</summary>
${parts}</details>
</section>
`;
}

/** The rows of a table with the kind of each claim, by which one can filter. */
function withKinds(html: string, { claims }: Paper): string {
  const kinds = new Map(claims.map(({ id, kind }) => [id, kind]));
  return html.replace(
    / data-claim="([^"]*)"/g,
    (whole, id) => kinds.has(id) ? `${whole} data-kind="${kinds.get(id)}"` : whole,
  );
}

/** What verdicts and sources mean. */
export function legend(): Html {
  const list = (entries: [Html, string][]) =>
    markup`<dl>
${entries.map(([term, meaning]) => markup`<div><dt>${term}</dt><dd>${meaning}</dd></div>\n`)}</dl>`;
  return markup`<div class="legend">
<div><h3>Verdicts</h3>
${
    list([
      ...MEANINGS.map(([verdict, meaning]): [Html, string] => [badge(verdict), meaning]),
      [
        badge("not measured"),
        "a time, which only a run measures, or a claim that the run did not reach",
      ],
    ])
  }</div>
<div><h3>Where a claim comes from</h3>
<p>Below each table stand its rules and where each claim comes from: ${
    Object.values(PROVENANCE).join("; ")
  }.</p></div>
</div>
`;
}
