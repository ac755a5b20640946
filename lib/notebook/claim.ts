/**
 * Deciding claims from a notebook.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import {
  ClaimsTable,
  NOT_YET_RUN,
  publishedText,
  shortVerdict,
  verdictMarkup,
  verdictSign,
} from "./claims_table.ts";
import { type Bundle, display, Displayable, inKernel } from "./display.ts";
import { element, escapeHtml } from "./html.ts";
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
import { describeRule, zeroBelow } from "./rules.ts";

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
    const { measured, published, rule, note } = this.record;
    const facts = [
      ...(measured === null ? [] : [`measured ${formatMeasured(measured, zeroBelow(rule))}`]),
      ...(published === null ? [] : [`published ${publishedText(published)}`]),
      ...(rule.rule === "needs" ? [] : [`rule: ${describeRule(rule)}`]),
      ...(note === undefined ? [] : [note]),
    ];
    if (this.replaced !== undefined) {
      const earlier = formatMeasured(this.replaced.measured, zeroBelow(rule));
      facts.push(`replaces the earlier call (measured ${earlier})`);
    }
    return facts;
  }

  #text(): string {
    const { id, verdict } = this.record;
    const facts = this.#facts().join("; ");
    return `${verdictSign(verdict)} ${verdict}: ${this.claim.where} [${id}]${
      facts && `: ${facts}`
    }`;
  }

  #html(): string {
    const { id, verdict, rule } = this.record;
    // In the text the verdict itself says what it needs.
    const needs = rule.rule === "needs" ? [describeRule(rule)] : [];
    const facts = [...needs, ...this.#facts()].join("; ");
    return element(
      "p",
      { class: "offprint-claim", "data-claim": id, "data-verdict": shortVerdict(verdict) },
      verdictMarkup(verdict),
      ` ${element("small", {}, escapeHtml(this.claim.where))} `,
      escapeHtml(this.claim.statement),
      facts === "" ? "" : `<br>${element("small", {}, escapeHtml(facts))}`,
    );
  }
}

/** The claims decided in one kernel session or program, and the tables that show them. */
export class ClaimsSession {
  readonly #folder: URL | undefined;
  readonly #records = new Map<string, ClaimRecord>();
  readonly #shown = new Set<string>();

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
    const paper = loadPaper(paperId, this.#folder);
    this.#shown.add(paper.id);
    await display(new ClaimsTable(paper, this.#records), { id: tableId(paper) });
  }

  /** Decides a claim by its rule and shows the outcome. */
  async claim(id: string, measured: Measured): Promise<void> {
    const { paper, claim } = this.#find(id);
    const { value, note } = unwrap(measured);
    const record: ClaimRecord = {
      id,
      kind: claim.kind,
      verdict: judge(claim, value),
      measured: recorded(value),
      published: claim.published ?? null,
      rule: claim.check,
      ...(note === undefined ? {} : { note }),
    };
    const replaced = this.#records.get(id);
    this.#records.set(id, record);
    await display(new ClaimLine(claim, record, replaced));
    // A terminal cannot replace what it printed, and one table per claim would be a flood.
    if (this.#shown.has(paper.id) && inKernel()) {
      const table = new ClaimsTable(paper, this.#records);
      await display(table, { id: tableId(paper), update: true });
    }
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
      todo: "Claims stand in data/papers/.",
    });
  }
}

function tableId(paper: Paper): string {
  return `offprint-claims-${paper.id}`;
}

/** The claims of this kernel session. */
const session = new ClaimsSession();

/**
 * Shows the table of a paper's claims. Every claim starts as "not yet run"; each later
 * {@linkcode claim} fills its row, so that the finished notebook has the whole outcome at the top.
 *
 * @param paperId The paper's id in the ledger, "02-specdec-theory".
 * @throws {UserError} when there is no such paper.
 */
export function claimsTable(paperId: string): Promise<void> {
  return session.claimsTable(paperId);
}

/**
 * Decides a claim of the ledger from what was measured: its rule alone gives the verdict. Shows one
 * line, updates the claims table, and leaves a record in the notebook's output for the report.
 * Called again for the same claim, the last call counts and its line says so.
 *
 * It returns nothing, so that a cell may end with it without the verdict being shown twice;
 * {@linkcode verdictOf} tells the verdict.
 *
 * @param id The claim's id, "02.theorem-1-two-state".
 * @param measured The measured value, in the shape its rule works on (see `Rule`); `{ value, note }`
 * adds a remark.
 * @throws {UserError} when there is no such claim.
 * @throws {TypeError} when the measured value has not the shape of the claim's rule.
 *
 * @example
 * ```ts ignore
 * import { claim } from "offprint/notebook/claim.ts";
 *
 * await claim("02.theorem-1-two-state", [0.25, 0.4, 0.8956]);
 * ```
 */
export function claim(id: string, measured: Measured): Promise<void> {
  return session.claim(id, measured);
}

/** The verdict on a claim decided in this session, or "not yet run". */
export function verdictOf(id: string): ClaimRecord["verdict"] | typeof NOT_YET_RUN {
  return session.recordOf(id)?.verdict ?? NOT_YET_RUN;
}
