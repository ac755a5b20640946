/**
 * The report of a run: what each notebook did, and the outcome of every claim, as JSON and as a table
 * for the terminal.
 *
 * @module
 */
import { writeWhole } from "offprint/files.ts";
import { publishedText } from "offprint/notebook/claims/claims_table.ts";
import type { ClaimKind, ClaimRecord, Paper, Verdict } from "offprint/notebook/claims/ledger.ts";
import { formatMeasured, type Recorded } from "offprint/notebook/claims/measured.ts";
import { precisionOf, type Rule } from "offprint/notebook/claims/rules.ts";
import { padText, textWidth } from "offprint/notebook/output/text_columns.ts";
import { shortVerdict, verdictSign } from "offprint/notebook/claims/verdict.ts";

/** A claim of the ledger with what one run says about it. */
export interface ReportedClaim {
  id: string;
  kind: ClaimKind;
  /** The cell that decided it; absent where none did. */
  cell?: string;
  /** "not run" where the run did not get to the claim. */
  verdict: Verdict | "not run";
  measured: Recorded;
  /** The paper's value; null where the claim has none. */
  published: number | string | null;
}

/** What a cell decided. */
export interface LocatedClaim {
  cell: string;
  record: ClaimRecord;
}

/** Why a notebook failed; `cell` is null for what concerns no single cell. */
export interface ReportedError {
  cell: string | null;
  message: string;
}

/** One notebook of a run. */
export interface ReportedPaper {
  /** The notebook's id, "02-specdec-theory". */
  id: string;
  ok: boolean;
  /** Wall time, without waiting for a turn alone. */
  seconds: number;
  /** How long it waited to measure time alone; absent where it did not. */
  secondsWaited?: number;
  /** The part of `seconds` that cells took; absent where nothing was run. */
  secondsInCells?: number;
  /** Code cells that were run. */
  cells: number;
  errors: ReportedError[];
  /** Every claim of the paper, in the order of the ledger. */
  claims: ReportedClaim[];
}

/** What `out/report.json` holds and `deno task run --json` prints. */
export interface Report {
  papers: ReportedPaper[];
}

/** What a report is made from: one executed notebook. */
export interface PaperRun {
  id: string;
  /** The paper it reruns; by default the one with the notebook's id, null for none. */
  paper?: string | null;
  ok: boolean;
  seconds: number;
  /** How long it waited to measure time alone. */
  waitedSeconds?: number;
  /** Time of each cell, in seconds. */
  cellSeconds?: ReadonlyMap<string, number>;
  cells: number;
  errors: readonly ReportedError[];
  /** What its `claim()` calls left in the outputs; of a claim decided twice the last record counts. */
  claims: readonly LocatedClaim[];
}

/** Puts the runs of notebooks and the ledger together. Claims that a run did not reach are in it as "not run". */
export function buildReport(runs: readonly PaperRun[], papers: readonly Paper[]): Report {
  return {
    papers: runs.map((run) => {
      const paperId = run.paper === undefined ? run.id : run.paper;
      const decided = new Map(run.claims.map((claim) => [claim.record.id, claim]));
      const listed = papers.find((paper) => paper.id === paperId)?.claims ?? [];
      const claims: ReportedClaim[] = listed.map((claim) => {
        const { cell, record } = decided.get(claim.id) ?? {};
        decided.delete(claim.id);
        return {
          id: claim.id,
          kind: claim.kind,
          ...(cell !== undefined && { cell }),
          verdict: record?.verdict ?? "not run",
          measured: record?.measured ?? null,
          published: claim.published?.value ?? null,
        };
      });
      for (const { cell, record } of decided.values()) {
        const { id, kind, verdict, measured, published } = record;
        claims.push({ id, kind, cell, verdict, measured, published: published?.value ?? null });
      }
      const { id, ok, seconds, waitedSeconds = 0, cells, cellSeconds } = run;
      const inCells = cellSeconds && [...cellSeconds.values()].reduce((sum, one) => sum + one, 0);
      return {
        id,
        ok,
        seconds,
        ...(waitedSeconds === 0 ? {} : { secondsWaited: waitedSeconds }),
        ...(inCells === undefined ? {} : { secondsInCells: inCells }),
        cells,
        errors: [...run.errors],
        claims,
      };
    }),
  };
}

/** Writes a report as JSON, whole or not at all. The folder is made where it is missing. */
export async function writeReport(report: Report, file: string): Promise<void> {
  await writeWhole(file, `${JSON.stringify(report, null, 1)}\n`);
}

/** How the claims table is printed. */
export interface ClaimsTextOptions {
  /** Columns of the terminal; by default those of stdout, or 100 where it is none. */
  width?: number;
  /** By default on a terminal, unless `NO_COLOR` is set. */
  color?: boolean;
  /** The ledger: by their rules numbers that are zero up to rounding are written as zero. */
  ledger?: readonly Paper[];
}

/** The claims of a run as a table for the terminal, with a count of verdicts at the end. */
export function claimsTableText(report: Report, options: ClaimsTextOptions = {}): string {
  const terminal = Deno.stdout.isTerminal();
  const { width = terminalWidth(), color = terminal && !Deno.noColor } = options;
  const papers = report.papers.filter((paper) => paper.claims.length > 0);
  const claims = papers.flatMap((paper) => paper.claims);
  if (claims.length === 0) return "no claims";
  const rules = new Map(
    options.ledger?.flatMap((paper) => paper.claims.map(({ id, check }) => [id, check])),
  );
  const rows = new Map(claims.map((claim) => [claim, cellsOf(claim, rules.get(claim.id))]));
  const widths = columnWidths([HEAD, ...rows.values()], Math.max(width, MINIMUM_WIDTH));
  const lines = [
    ...rowLines(HEAD, widths, (text) => text),
    widths.map((w) => "─".repeat(w)).join(GAP),
  ];
  for (const paper of papers) {
    const state = paper.ok ? "" : "  (failed)";
    lines.push(styled(`${paper.id}${state}`, BOLD, color));
    for (const claim of paper.claims) {
      const style = STYLES[shortVerdict(claim.verdict)] ?? DIM;
      lines.push(...rowLines(rows.get(claim)!, widths, (text) => styled(text, style, color)));
    }
  }
  const needs = claims.flatMap((claim) => {
    const what = /\((needs [^]*)\)$/.exec(claim.verdict)?.[1];
    return what === undefined ? [] : wrap(`${claim.id} ${what}`, Math.max(width, MINIMUM_WIDTH));
  });
  return [
    ...lines,
    "",
    ...needs,
    `${claims.length} ${claims.length === 1 ? "claim" : "claims"}: ${counts(claims)}`,
  ].join("\n");
}

const GAP = "  ";
const HEAD = ["claim", "published", "this run", "verdict"];
const MINIMUM_WIDTH = 60;
/** Below this many columns a cell is not narrowed while others can be. */
const MINIMUM_COLUMN = 12;

const BOLD = 1, DIM = 2, RED = 31, GREEN = 32, YELLOW = 33;
const STYLES: Record<string, number> = {
  holds: GREEN,
  shown: GREEN,
  broken: RED,
  "not shown": YELLOW,
};

function styled(text: string, style: number, color: boolean): string {
  return color && text !== "" ? `\u001b[${style}m${text}\u001b[0m` : text;
}

function terminalWidth(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 100;
  }
}

function cellsOf(claim: ReportedClaim, rule: Rule | undefined): string[] {
  const { id, published, measured, verdict } = claim;
  const sign = verdict === "not run" ? "·" : verdictSign(verdict);
  return [
    `  ${id}`,
    publishedText(published === null ? null : { value: published }),
    formatMeasured(measured, rule && precisionOf(rule)),
    `${sign} ${shortVerdict(verdict)}`,
  ];
}

/** Natural widths; to fit, values give way before claim ids (which people search for), verdicts never. */
function columnWidths(rows: string[][], width: number): number[] {
  const widths = HEAD.map((_, i) => Math.max(...rows.map((row) => textWidth(row[i]!))));
  const total = () => widths.reduce((sum, w) => sum + w, GAP.length * (widths.length - 1));
  for (const columns of [[1, 2], [0]]) {
    while (total() > width) {
      const widest = columns.reduce((a, b) => widths[b]! > widths[a]! ? b : a);
      if (widths[widest]! <= MINIMUM_COLUMN) break;
      widths[widest]!--;
    }
  }
  return widths;
}

/** The lines of one row, the last cell given a style. */
function rowLines(cells: string[], widths: number[], style: (text: string) => string): string[] {
  const wrapped = cells.map((cell, i) => wrap(cell, widths[i]!));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const parts = wrapped.map((lines, i) => {
      const text = lines[line] ?? "";
      return i === wrapped.length - 1 ? style(text) : padText(text, widths[i]!);
    });
    return parts.join(GAP).trimEnd();
  });
}

/** Breaks at blanks and after hyphens; a word that is too long is cut. The indentation is kept. */
function wrap(text: string, width: number): string[] {
  const indent = /^ */.exec(text)![0];
  const lines: string[] = [];
  let line = indent;
  for (let word of text.slice(indent.length).match(/\S+?-(?=\S)|\S+|\s+/g) ?? []) {
    if (line.trim() !== "" && textWidth(line + word.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = indent;
      word = word.trimStart();
    }
    while (textWidth(indent + word) > width && word.trim() !== "") {
      const room = Math.max(1, width - textWidth(line));
      lines.push(line + [...word].slice(0, room).join(""));
      word = [...word].slice(room).join("");
      line = indent;
    }
    line += word;
  }
  return line.trim() === "" && lines.length > 0 ? lines : [...lines, line.trimEnd()];
}

/** "30 hold, 2 shown, 1 not run here" */
function counts(claims: readonly ReportedClaim[]): string {
  const order = ["holds", "broken", "shown", "not shown", "not run here", "not run"];
  return order.flatMap((verdict) => {
    const count = claims.filter((claim) => shortVerdict(claim.verdict) === verdict).length;
    const verb = verdict === "holds" && count > 1 ? "hold" : verdict;
    return count === 0 ? [] : [`${count} ${verb}`];
  }).join(", ");
}
