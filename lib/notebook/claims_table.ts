/**
 * The claims of a paper as one table: the published number beside this run's, and the verdict.
 *
 * @module
 */
import { type Bundle, Displayable } from "./display.ts";
import { element, escapeHtml } from "./html.ts";
import type { Claim, ClaimRecord, Paper, Verdict } from "./ledger.ts";
import { formatMeasured, formatScalar } from "./measured.ts";
import { describeRule, zeroBelow } from "./rules.ts";
import { alignColumns } from "./text_columns.ts";

/** Shown for a claim that no `claim()` has decided so far. */
export const NOT_YET_RUN = "not yet run";

/** Where a statement comes from, in words. */
const PROVENANCE: Record<Claim["provenance"], string> = {
  paper: "read in the paper",
  digest: "from public summaries of the paper that agree",
  recall: "recalled, not checked against the paper",
  derived: "derived and checked by this project",
  ours: "this project's own",
};

/** A sign for a verdict, so that it does not hang on colour. */
export function verdictSign(verdict: Verdict | typeof NOT_YET_RUN): string {
  switch (verdict) {
    case "holds":
    case "shown":
      return "✓";
    case "broken":
      return "✗";
    case "not shown":
      return "○";
    default:
      return "·";
  }
}

/** A verdict without what a run would need: "not run here". */
export function shortVerdict(verdict: string): string {
  return verdict.replace(/ \(needs [^]*$/, "");
}

/** The published value of a claim for a reader; a dash where the claim has none. */
export function publishedText(published: ClaimRecord["published"] | undefined): string {
  if (published === null || published === undefined) return "–";
  const value = formatScalar(published.value);
  return published.note === undefined ? value : `${value} (${published.note})`;
}

interface Row {
  claim: Claim;
  published: string;
  measured: string;
  verdict: Verdict | typeof NOT_YET_RUN;
  note: string | undefined;
}

/** All claims of one paper with what has been decided so far. */
export class ClaimsTable extends Displayable {
  readonly #rows: Row[];

  constructor(readonly paper: Paper, records: ReadonlyMap<string, ClaimRecord>) {
    super();
    this.#rows = paper.claims.map((claim) => {
      const record = records.get(claim.id);
      const published = publishedText(claim.published);
      if (claim.kind === "measurement") {
        // A time belongs to one run on one machine; stored with the notebook it would mislead.
        const measured = "in the report of each run";
        return { claim, published, measured, verdict: NOT_YET_RUN, note: undefined };
      }
      return {
        claim,
        published,
        measured: record === undefined
          ? ""
          : formatMeasured(record.measured, zeroBelow(record.rule)),
        verdict: record?.verdict ?? NOT_YET_RUN,
        note: record?.note,
      };
    });
  }

  /** `text/html` and `text/plain`. */
  override bundle(): Bundle {
    return { "text/html": this.#html(), "text/plain": this.#text() };
  }

  #html(): string {
    const cell = "text-align:left;vertical-align:top;white-space:normal";
    const head = ["Claim", "Published", "This run", "Verdict", "Source"]
      .map((label) => element("th", { scope: "col", style: cell }, label));
    const rows = this.#rows.map(({ claim, published, measured, verdict, note }) =>
      element(
        "tr",
        { "data-claim": claim.id, "data-verdict": shortVerdict(verdict) },
        element(
          "th",
          { scope: "row", style: `${cell};font-weight:normal;min-width:12em` },
          `${element("small", {}, escapeHtml(claim.where))}<br>${escapeHtml(claim.statement)}`,
        ),
        element("td", { "data-label": "Published", style: cell }, escapeHtml(published)),
        element(
          "td",
          { "data-label": "This run", style: cell },
          element("span", { "data-measured": claim.id }, escapeHtml(measured)),
          note === undefined
            ? ""
            : `<br>${element("small", { "data-measured": claim.id }, escapeHtml(note))}`,
        ),
        element(
          "td",
          { "data-label": "Verdict", style: `${cell};min-width:8em` },
          verdictMarkup(this.#isDeferred(claim) ? undefined : verdict),
          `<br>${element("small", {}, escapeHtml(describeRule(claim.check)))}`,
        ),
        element(
          "td",
          { "data-label": "Source", style: cell },
          element("abbr", { title: PROVENANCE[claim.provenance] }, claim.provenance),
        ),
      )
    );
    const caption = `Claims of ${this.paper.title}`;
    return element(
      "div",
      {
        class: "offprint-claims",
        role: "region",
        "aria-label": caption,
        tabindex: "0",
        style: "overflow-x:auto",
      },
      element(
        "table",
        { style: "border-collapse:collapse" },
        element("caption", { style: "text-align:left" }, escapeHtml(caption)),
        element("thead", {}, element("tr", {}, ...head)),
        element("tbody", {}, ...rows),
      ),
    );
  }

  #isDeferred(claim: Claim): boolean {
    return claim.kind === "measurement";
  }

  #text(): string {
    const rows = this.#rows.map(({ claim, published, measured, verdict }) => [
      claim.id,
      published,
      measured,
      this.#isDeferred(claim) ? "" : `${verdictSign(verdict)} ${verdict}`,
    ]);
    const table = alignColumns([["claim", "published", "this run", "verdict"], ...rows]);
    return `Claims of ${this.paper.title}\n\n${table}`;
  }
}

/** A verdict with its sign, without what a run would need; the colour is only an addition, the text keeps the page's own. */
export function verdictMarkup(verdict: Verdict | typeof NOT_YET_RUN | undefined): string {
  if (verdict === undefined) return "–";
  const colour = {
    holds: "var(--offprint-good, #009e73)",
    shown: "var(--offprint-good, #009e73)",
    broken: "var(--offprint-bad, #d55e00)",
    "not shown": "var(--offprint-open, #8a8a8a)",
  }[verdict as string] ?? "transparent";
  return element(
    "span",
    {
      class: "offprint-verdict",
      style: `display:inline-block;border-left:0.25em solid ${colour};padding-left:0.4em`,
    },
    escapeHtml(`${verdictSign(verdict)} ${shortVerdict(verdict)}`),
  );
}
