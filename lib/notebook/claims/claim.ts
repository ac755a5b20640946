/**
 * Deciding claims from a notebook.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { ClaimsTable, publishedText, ruleText, VerdictLine } from "./claims_table.ts";
import { type Bundle, display, Displayable, inKernel, send } from "../output/display.ts";
import { element, escapeHtml } from "../output/html.ts";
import {
  type Claim,
  CLAIM_MEDIA_TYPE,
  type ClaimRecord,
  judge,
  loadPaper,
  type Paper,
  paperIds,
} from "./ledger.ts";
import { formatMeasured, type Measured, recorded, unwrap } from "./measured.ts";
import { describeOutcome } from "./outcome.ts";
import { precisionOf } from "./rules.ts";
import { NOT_YET_RUN, shortVerdict, verdictMarkup, verdictSign } from "./verdict.ts";

/** What `claim()` shows: one line, and the record from which the report is made. */
export class ClaimLine extends Displayable {
  constructor(
    readonly claim: Claim,
    readonly record: ClaimRecord,
    /** The record of an earlier call for the same claim, which this one replaces. */
    readonly replaced?: ClaimRecord,
  ) {
    super();
  }

  /** The claim record, `text/html` and `text/plain`. */
  override bundle(): Bundle {
    return {
      [CLAIM_MEDIA_TYPE]: this.record,
      "text/html": this.#html(),
      "text/plain": this.#text(),
    };
  }

  #facts(): string[] {
    const { published, note } = this.record;
    return [
      describeOutcome(this.record),
      ...(published === null ? [] : [`The paper: ${publishedText(published)}.`]),
      ...(note === undefined ? [] : [`${note}.`.replace(/([.!?])\.$/, "$1")]),
      ...(this.replaced === undefined
        ? []
        : [`This replaces an earlier call (measured ${this.#earlier(this.replaced)}).`]),
    ];
  }

  #earlier({ measured, rule }: ClaimRecord): string {
    return formatMeasured(measured, precisionOf(rule));
  }

  #text(): string {
    const { id, verdict } = this.record;
    const word = `${verdictSign(verdict)} ${shortVerdict(verdict)}`;
    return `${word}: ${this.claim.statement} ${this.#facts().join(" ")} [${id}]`;
  }

  #html(): string {
    const { id, verdict } = this.record;
    return element(
      "p",
      {
        class: "offprint-claim",
        "data-claim": id,
        "data-verdict": shortVerdict(verdict),
        title: `${id}, ${this.claim.where}. Rule: ${ruleText(this.claim)}.`,
      },
      verdictMarkup(verdict),
      ` ${escapeHtml(this.claim.statement)}<br>`,
      element("small", {}, escapeHtml(this.#facts().join(" "))),
    );
  }
}

/** The claims decided in one kernel session or program, and the tables that show them. */
export class ClaimsSession {
  readonly #folder: URL | undefined;
  readonly #records = new Map<string, ClaimRecord>();
  /** What shows a paper's claims so far, by display id. */
  readonly #shown = new Map<string, { paper: Paper; make: (paper: Paper) => Displayable }>();

  /** What is said of claims by the beginning of their ids. */
  readonly #remarks = new Map<string, string>();

  /** Reads papers from the ledger in `folder`; by default the project's. */
  constructor(folder?: URL) {
    this.#folder = folder;
  }

  /** The record of a claim that has been decided, with its verdict. */
  recordOf(id: string): ClaimRecord | undefined {
    return this.#records.get(id);
  }

  /** Shows the table of a paper's claims; later verdicts appear in it. */
  async claimsTable(paperId: string): Promise<void> {
    await this.#show("claims", paperId, (paper) => new ClaimsTable(paper, this.#records));
  }

  /** Shows the verdicts on a paper's claims as one line; later verdicts appear in it. */
  async verdicts(paperId: string): Promise<void> {
    await this.#show("verdicts", paperId, (paper) => new VerdictLine(paper, this.#records));
  }

  async #show(what: string, paperId: string, make: (paper: Paper) => Displayable): Promise<void> {
    const paper = loadPaper(paperId, this.#folder);
    const id = `offprint-${what}-${paper.id}`;
    this.#shown.set(id, { paper, make });
    await display(make(paper), { id });
  }

  /** Has every later verdict on a claim whose id begins so carry a remark. */
  remark(beginning: string, remark: string): void {
    this.#remarks.set(beginning, remark);
  }

  /** Decides a claim by its rule and shows the outcome. */
  async claim(id: string, measured: Measured): Promise<void> {
    const { paper, claim } = this.#find(id);
    const { value, note: own, compared } = unwrap(measured);
    const remarks = [...this.#remarks].flatMap(([start, text]) => id.startsWith(start) ? text : []);
    const notes = [...remarks, ...(own === undefined ? [] : [own])];
    const note = notes.length === 0 ? undefined : notes.join(". ");
    const record: ClaimRecord = {
      id,
      kind: claim.kind,
      verdict: judge(claim, value, compared),
      measured: recorded(value),
      published: claim.published ?? null,
      rule: claim.check,
      ...(note === undefined ? {} : { note }),
      ...(compared === undefined ? {} : { compared }),
    };
    const replaced = this.#records.get(id);
    this.#records.set(id, record);
    // A terminal cannot replace what it printed, and one table per claim would be a flood.
    const shown = inKernel()
      ? [...this.#shown].filter(([, { paper: { id } }]) => id === paper.id)
      : [];
    await Promise.all([
      display(new ClaimLine(claim, record, replaced)),
      ...shown.map(([id, { make }]) => send(make(paper), { id, update: true })),
    ]);
  }

  #find(id: string): { paper: Paper; claim: Claim } {
    const ids = paperIds(this.#folder);
    const paperId = ids.find((paper) => id.startsWith(`${paper.slice(0, 2)}.`));
    const paper = paperId === undefined ? undefined : loadPaper(paperId, this.#folder);
    const claim = paper?.claims.find((claim) => claim.id === id);
    if (paper !== undefined && claim !== undefined) return { paper, claim };
    throw new UserError({
      what: "claim",
      got: id,
      expected: paper === undefined
        ? `an id that starts with the number of a paper (${ids.join(", ")})`
        : `one of ${paper.claims.map((claim) => claim.id).join(", ")}`,
      todo: "Claims are in data/papers/.",
    });
  }
}

/** The claims of this kernel session. */
const session = new ClaimsSession();

/**
 * Shows the verdicts on a paper's claims as one line, "23 hold, 13 shown, 1 not run", that unfolds into
 * the sentences behind them. It is at the top of a notebook; each later {@linkcode claim} updates it.
 *
 * @param paperId The paper's id in the ledger, "02-specdec-theory".
 * @throws {UserError} when there is no such paper.
 */
export function verdicts(paperId: string): Promise<void> {
  return session.verdicts(paperId);
}

/**
 * Shows the table of a paper's claims: statement, what this run measured, verdict, and below it the
 * rules. It is at the end of a notebook; a claim that is decided again updates its row.
 *
 * @param paperId The paper's id in the ledger, "02-specdec-theory".
 * @throws {UserError} when there is no such paper.
 */
export function claimsTable(paperId: string): Promise<void> {
  return session.claimsTable(paperId);
}

/**
 * Decides a claim of the ledger from what was measured: its rule alone gives the verdict. Shows one
 * line, updates what {@linkcode verdicts} and {@linkcode claimsTable} show, and leaves a record in the notebook's output for the report.
 * Called again for the same claim, the last call counts and its line says so.
 *
 * It returns nothing, so that a cell may end with it without the verdict being shown twice;
 * {@linkcode verdictOf} says the verdict.
 *
 * @param id The claim's id, "02.theorem-1-two-state".
 * @param measured The measured value, in the shape its rule works on (see `Rule`); `{ value, note }`
 * adds a remark, `{ value, compared }` says how many comparisons the value rests on, and `{ needs: "Icarus
 * Verilog" }` says that nothing was compared: the verdict is then "not run here".
 * @throws {UserError} when there is no such claim.
 * @throws {TypeError} when the measured value does not have the shape of the claim's rule.
 *
 * @example
 * ```ts ignore
 * import { claim } from "offprint/notebook/claims/claim.ts";
 *
 * await claim("02.theorem-1-two-state", [0.25, 0.4, 0.8956]);
 * ```
 */
export function claim(id: string, measured: Measured): Promise<void> {
  return session.claim(id, measured);
}

/**
 * Has every later verdict on some claims carry a remark, in its line and in the tables: for what a reader changed on which they rest.
 *
 * @param beginning How the ids of these claims begin, "10.models-".
 * @param remark A sentence without its full stop.
 */
export function remarkOnClaims(beginning: string, remark: string): void {
  session.remark(beginning, remark);
}

/** The verdict on a claim decided in this session, or "not yet run". */
export function verdictOf(id: string): ClaimRecord["verdict"] | typeof NOT_YET_RUN {
  return session.recordOf(id)?.verdict ?? NOT_YET_RUN;
}
