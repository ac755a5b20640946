/**
 * Verdicts, and the claims of all papers in one table.
 *
 * @module
 */
import { shortVerdict, verdictSign } from "offprint/notebook/claims_table.ts";
import type { Claim, Paper, Verdict } from "offprint/notebook/ledger.ts";
import { formatMeasured, formatScalar } from "offprint/notebook/measured.ts";
import { describeRule, zeroBelow } from "offprint/notebook/rules.ts";
import type { Report } from "../report.ts";
import { type Html, joined, markup } from "./html.ts";

type ReportedPaper = Report["papers"][number];

/** What each verdict means, for the legend; also the order in which verdicts are counted. */
const MEANINGS: [verdict: Verdict | "not run here", meaning: string][] = [
  ["holds", "a theorem or exact example, checked in this run"],
  ["broken", "a theorem or exact example that this run contradicts"],
  ["shown", "a trend that this run shows, by a rule written down before it"],
  ["not shown", "a trend that this run does not show, by the same rule"],
  ["not run here", "needs models, data or machines that this run has not"],
];

/** What each source means, for the legend. */
const PROVENANCES: [tag: Claim["provenance"], meaning: string][] = [
  ["paper", "read in the paper"],
  ["digest", "from public summaries of the paper that agree"],
  ["recall", "recalled, not checked against the paper"],
  ["derived", "derived and checked by this project"],
  ["ours", "this project’s own"],
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

/** How many claims of a paper got which verdict: "6 hold", "2 shown", … */
export function tally(reported: ReportedPaper): Html {
  const verdicts = reported.claims.map(({ verdict }) => shortVerdict(verdict));
  const badges = [...MEANINGS.map(([verdict]) => verdict), "not run"].map((verdict) => {
    const count = verdicts.filter((v) => v === verdict).length;
    const verb = verdict === "holds" && count > 1 ? "hold" : verdict;
    return count > 0 && badge(`${count} ${verb}`, verdict);
  });
  return joined(badges, " ");
}

/** The page of a paper's notebook in the site, or null. */
export type PageOf = (paper: Paper) => string | null;

/** The claims of all papers in one table; a paper without claims is left out. */
export function claimsTable(papers: readonly Paper[], report: Report, pageOf: PageOf): Html {
  const groups = papers.filter((paper) => paper.claims.length > 0).map((paper) => {
    const reported = report.papers.find(({ id }) => id === paper.id);
    const page = pageOf(paper);
    const title = markup`<span class="number">${paper.number}</span> ${paper.title}`;
    return markup`<tbody id="claims-${paper.number}">
<tr class="paper-row"><th colspan="5" scope="rowgroup">${
      page === null ? title : markup`<a href="${page}">${title}</a>`
    }</th></tr>
${paper.claims.map((claim) => claimRow(claim, paper, reported))}</tbody>
`;
  });
  const heads = ["Claim", "The paper", "This run", "Verdict", "Source"]
    .map((head) => markup`<th scope="col">${head}</th>`);
  return markup`<div class="scroll" tabindex="0" role="group" aria-label="Claims">
<table class="claims">
<thead><tr>${heads}</tr></thead>
${groups}</table></div>
`;
}

function claimRow(claim: Claim, paper: Paper, reported: ReportedPaper | undefined): Html {
  const { statement, where, kind, check, published, provenance } = claim;
  const run = reported?.claims.find(({ id }) => id === claim.id);
  const verdict = run?.verdict ?? undecided(claim, paper, reported);
  const none = markup`<span class="none">–</span>`;
  const cells: [head: string, ...content: (Html | string | undefined)[]][] = [
    ["Claim", small(`${where} · ${kind}`), markup`<p>${statement}</p>`],
    ["The paper", published ? formatScalar(published.value) : none, small(published?.note)],
    [
      "This run",
      run && run.measured !== null ? formatMeasured(run.measured, zeroBelow(check)) : none,
    ],
    ["Verdict", badge(shortVerdict(verdict)), small(describeRule(check))],
    ["Source", markup`<span class="provenance">${provenance}</span>`],
  ];
  return markup`<tr>${
    cells.map(([head, ...content]) => markup`<td data-label="${head}">${content}</td>`)
  }</tr>
`;
}

function small(text: string | undefined): Html | undefined {
  return text === undefined ? undefined : markup`<p class="where">${text}</p>`;
}

/** What stands for a verdict where the report has none. */
function undecided(claim: Claim, paper: Paper, reported: ReportedPaper | undefined): string {
  if (claim.check.rule === "needs") return `not run here (needs ${claim.check.what})`;
  if (paper.notebook === null) return "to come";
  return reported === undefined ? "not run" : "not decided";
}

/** What verdicts and sources mean. */
export function legend(): Html {
  const list = (entries: [Html, string][]) =>
    markup`<dl>
${entries.map(([term, meaning]) => markup`<div><dt>${term}</dt><dd>${meaning}</dd></div>\n`)}</dl>`;
  return markup`<div class="legend">
<div><h3>Verdicts</h3>
${list(MEANINGS.map(([verdict, meaning]) => [badge(verdict), meaning]))}</div>
<div><h3>Where a claim comes from</h3>
${
    list(PROVENANCES.map(([tag, meaning]) => {
      return [markup`<span class="provenance">${tag}</span>`, meaning];
    }))
  }</div>
</div>
`;
}
