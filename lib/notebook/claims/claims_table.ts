/**
 * The claims of a paper: one line of counts for the top of a notebook, and the whole table for its end.
 *
 * @module
 */
import { type Bundle, Displayable } from "../output/display.ts";
import { element, escapeHtml } from "../output/html.ts";
import type { Claim, ClaimRecord, Paper, Verdict } from "./ledger.ts";
import { formatMeasured, formatScalar } from "./measured.ts";
import { describeOutcome } from "./outcome.ts";
import { describeRule, precisionOf } from "./rules.ts";
import { alignColumns } from "../output/text_columns.ts";
import { countVerdicts, NOT_YET_RUN, shortVerdict, verdictMarkup, verdictSign } from "./verdict.ts";

/** Where a statement comes from, in words. */
export const PROVENANCE: Record<Claim["provenance"], string> = {
  paper: "read in the paper",
  digest: "from public summaries of the paper that agree",
  recall: "recalled, not checked against the paper",
  derived: "derived and checked by this project",
  ours: "added by this project",
};

/** The published value of a claim for a reader; a dash where the claim has none. */
export function publishedText(published: ClaimRecord["published"] | undefined): string {
  if (published === null || published === undefined) return "–";
  const value = formatScalar(published.value);
  return published.note === undefined ? value : `${value} (${published.note})`;
}

/** What a claims table knows of one claim: its record, or the part of it that a report keeps. */
export type Outcome = Pick<ClaimRecord, "verdict" | "measured" | "note" | "compared">;

/** How a {@linkcode ClaimsTable} is made. */
export interface ClaimsTableOptions {
  /** Shows times too. They belong to one run on one machine; stored with a notebook they would mislead. */
  measurements?: boolean;
  /** What stands for the verdict on a claim that has no record; by default "not yet run". */
  undecided?: string;
}

interface Row {
  claim: Claim;
  /** The claim's number in the table, which the foot repeats. */
  number: number;
  verdict: string;
  /** A sentence; empty while the claim is undecided. */
  outcome: string;
  measured: string;
  note: string | undefined;
}

function rowsOf(
  paper: Paper,
  records: ReadonlyMap<string, Outcome>,
  { measurements = false, undecided = NOT_YET_RUN }: ClaimsTableOptions,
): Row[] {
  // Claims with a number of the paper's come first: they stand in a table that has a column for it.
  const claims = [
    ...paper.claims.filter(({ published }) => published !== undefined),
    ...paper.claims.filter(({ published }) => published === undefined),
  ];
  return claims.map((claim, i): Row => {
    const number = i + 1;
    const record = records.get(claim.id);
    if (claim.kind === "measurement" && !measurements) {
      const outcome = "A time: it stands in the report of each run.";
      const measured = "in the report of each run";
      return { claim, number, verdict: "", outcome, measured, note: undefined };
    }
    if (record === undefined) {
      return { claim, number, verdict: undecided, outcome: "", measured: "", note: undefined };
    }
    return {
      claim,
      number,
      verdict: record.verdict,
      outcome: describeOutcome({ ...record, rule: claim.check }),
      measured: formatMeasured(record.measured, precisionOf(claim.check)),
      note: record.note,
    };
  });
}

/** All claims of one paper with what has been decided so far. */
export class ClaimsTable extends Displayable {
  readonly #rows: Row[];

  constructor(
    readonly paper: Paper,
    records: ReadonlyMap<string, Outcome>,
    options: ClaimsTableOptions = {},
  ) {
    super();
    this.#rows = rowsOf(paper, records, options);
  }

  /** `text/html` and `text/plain`. */
  override bundle(): Bundle {
    return { "text/html": this.html(), "text/plain": this.#text() };
  }

  /**
   * The tables (claims with a number of the paper's have a column for it) and, folded below them, the
   * rule of every claim.
   */
  html(): string {
    const compared = this.#rows.filter(({ claim }) => claim.published !== undefined);
    const others = this.#rows.filter(({ claim }) => claim.published === undefined);
    const title = `Claims of ${this.paper.title}`;
    return element(
      "div",
      { class: "offprint-claims" },
      compared.length === 0
        ? ""
        : tableOf(compared, `${title}: beside the paper’s own numbers`, true),
      others.length === 0 ? "" : tableOf(
        others,
        compared.length === 0 ? title : `${title}: what this rerun checks`,
        false,
      ),
      this.#foot(),
    );
  }

  #foot(): string {
    const rules = this.#rows.map(({ claim, number }) =>
      element(
        "li",
        { value: number },
        `${element("code", {}, escapeHtml(claim.id))}: ${escapeHtml(ruleText(claim))}. Source: ${
          escapeHtml(PROVENANCE[claim.provenance])
        }.`,
      )
    );
    return element(
      "details",
      { class: "offprint-rules" },
      element("summary", {}, "The rules that decide, written down before the run"),
      element("ol", {}, ...rules),
    );
  }

  #text(): string {
    const rows = this.#rows.map(({ claim, measured, verdict }) => [
      claim.id,
      publishedText(claim.published),
      measured,
      verdict === "" ? "" : `${verdictSign(verdict)} ${verdict}`,
    ]);
    const table = alignColumns([["claim", "published", "this run", "verdict"], ...rows]);
    return `Claims of ${this.paper.title}\n\n${table}`;
  }
}

function tableOf(rows: readonly Row[], caption: string, published: boolean): string {
  const cell = "text-align:left;vertical-align:top;white-space:normal";
  const labels = ["Claim", ...(published ? ["Published"] : []), "This run", "Verdict"];
  const head = labels.map((label) => element("th", { scope: "col", style: cell }, label));
  const body = rows.map(({ claim, number, verdict, outcome, note }) =>
    element(
      "tr",
      { "data-claim": claim.id, "data-verdict": shortVerdict(verdict) },
      element(
        "th",
        { scope: "row", style: `${cell};font-weight:normal;min-width:12em` },
        `${number}. ${escapeHtml(claim.statement)}<br>${
          element("small", {}, escapeHtml(claim.where))
        }`,
      ),
      published
        ? element(
          "td",
          { "data-label": "Published", style: cell },
          escapeHtml(publishedText(claim.published)),
        )
        : "",
      element(
        "td",
        { "data-label": "This run", style: cell },
        element("span", { "data-measured": claim.id }, escapeHtml(outcome)),
        note === undefined
          ? ""
          : `<br>${element("small", { "data-measured": claim.id }, escapeHtml(note))}`,
      ),
      element(
        "td",
        {
          "data-label": "Verdict",
          style: `${cell};min-width:7em`,
          title: `Rule: ${ruleText(claim)}.`,
        },
        verdict === "" ? "–" : verdictMarkup(verdict as Verdict),
      ),
    )
  );
  return element(
    "div",
    // A table that scrolls must be reachable by keyboard.
    { role: "region", "aria-label": caption, tabindex: "0", style: "overflow-x:auto" },
    element(
      "table",
      { style: "border-collapse:collapse" },
      element("caption", { style: "text-align:left" }, escapeHtml(caption)),
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...body),
    ),
  );
}

/** The rule of a claim with its reason. */
export function ruleText({ check, reason, compares }: Claim): string {
  const count = compares === undefined ? "" : `, from at least ${compares} comparisons`;
  // Whoever prints it ends the sentence.
  const why = reason === undefined ? "" : `; ${reason.replace(/\.$/, "")}`;
  return `${describeRule(check)}${count}${why}`;
}

/** The verdicts on a paper's claims as one line that unfolds into their sentences. */
export class VerdictLine extends Displayable {
  readonly #rows: Row[];

  constructor(readonly paper: Paper, records: ReadonlyMap<string, Outcome>) {
    super();
    this.#rows = rowsOf(paper, records, {});
  }

  /** "23 hold, 13 shown, 1 not run"; times are counted in reports only. */
  get counts(): string {
    return countVerdicts(
      this.#rows.map(({ verdict }) => verdict).filter((verdict) => verdict !== ""),
    );
  }

  /** `text/html` and `text/plain`. */
  override bundle(): Bundle {
    const entries = this.#rows.filter(({ verdict }) => verdict !== "").map(({ claim, verdict }) =>
      element(
        "li",
        { "data-verdict": shortVerdict(verdict) },
        `${verdictMarkup(verdict as Verdict)} ${escapeHtml(claim.statement)}`,
      )
    );
    return {
      "text/html": element(
        "details",
        { class: "offprint-verdicts" },
        element(
          "summary",
          {},
          `Claims in this run: ${element("strong", {}, escapeHtml(this.counts))}`,
        ),
        element("ul", {}, ...entries),
        element("p", {}, "The numbers and the rules stand in the table at the end."),
      ),
      "text/plain": `Claims in this run: ${this.counts}`,
    };
  }
}
