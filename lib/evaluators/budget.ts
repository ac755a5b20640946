/**
 * Budgets: what an evaluator still says when its text and its work are limited.
 *
 * @module
 */
import type { Evaluation, Finding, Role } from "./records/contract.ts";
import type { Examination } from "./roles/examine.ts";
import type { RoleReport, TimedFinding } from "./roles/report.ts";

/** Output tokens of all evaluators of an iteration together. */
export const TOTAL_TOKENS = 3600;

const CHARACTERS_PER_TOKEN = 4;

/** What one evaluator may use. */
export interface Budget {
  /** Tokens of its text. */
  tokens: number;
  /** Parser nodes looked at and statements executed. */
  work: number;
}

/** No limit. */
export const UNLIMITED: Budget = { tokens: Infinity, work: Infinity };

/**
 * The share of each of `evaluators` that have a budget in common: both limits divided and rounded down.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { shareOf } from "offprint/evaluators/mod.ts";
 *
 * assertEquals(shareOf({ tokens: 3600, work: 90_000 }, 6), { tokens: 600, work: 15_000 });
 * ```
 *
 * @throws {RangeError} unless there is at least one evaluator.
 */
export function shareOf({ tokens, work }: Budget, evaluators: number): Budget {
  if (!Number.isInteger(evaluators) || evaluators < 1) {
    throw new RangeError(`shareOf: got ${evaluators} evaluators, expected at least 1`);
  }
  return { tokens: Math.floor(tokens / evaluators), work: Math.floor(work / evaluators) };
}

/** What one role says within a budget. */
export function evaluationOf<R extends string = Role>(
  program: string,
  role: R,
  examination: Examination<R>,
  budget: Budget,
): Evaluation {
  const { findings, work } = examination[role];
  return withinBudget(program, role, findings, work, budget);
}

/** What one evaluator with the rules of several roles says: role after role in the order given, until a budget is spent. */
export function generalistOf<R extends string = Role>(
  program: string,
  examination: Examination<R>,
  budget: Budget,
  roles: readonly R[],
): Evaluation {
  let before = 0;
  const findings: TimedFinding[] = [];
  for (const role of roles) {
    const report = examination[role];
    findings.push(...report.findings.map((each) => ({ ...each, work: before + each.work })));
    before += report.work;
  }
  return withinBudget(program, "generalist", findings, before, budget);
}

/** A finding without its words: what counts for verdicts and budgets. */
export interface Utterance {
  severity: Finding["severity"];
  /** Tokens of its line. */
  tokens: number;
  /** Work that had been done when it was found. */
  work: number;
}

/** Everything that one role has to say, without the words. */
export interface Heard {
  work: number;
  findings: readonly Utterance[];
}

/** A report without its words. */
export function heardOf({ findings, work }: Pick<RoleReport, "findings" | "work">): Heard {
  return {
    work,
    findings: findings.map((finding) => ({
      severity: finding.severity,
      tokens: Math.ceil((lineOf(finding).length + 1) / CHARACTERS_PER_TOKEN),
      work: finding.work,
    })),
  };
}

/** What is left of an evaluator's words within a budget. */
export interface Cut {
  /** Findings that come before either limit is reached. */
  kept: number;
  tokens: number;
  work: number;
  truncated: boolean;
  /** One of the kept findings is an error. */
  flagged: boolean;
}

/** Cuts one evaluator that says one report after the other; a specialist has one, a generalist several. */
export function cut(reports: readonly Heard[], budget: Budget): Cut {
  let kept = 0, count = 0, before = 0, tokens = VERDICT_TOKENS;
  let flagged = false, open = true;
  for (const { work, findings } of reports) {
    count += findings.length;
    for (const finding of findings) {
      open &&= tokens + finding.tokens <= budget.tokens && before + finding.work <= budget.work;
      if (!open) break;
      kept++;
      tokens += finding.tokens;
      flagged ||= finding.severity === "error";
    }
    before += work;
  }
  const truncated = kept < count || before > budget.work;
  return { kept, tokens, work: Math.min(before, budget.work), truncated, flagged };
}

/** The findings that come before either budget is spent; the verdict is `fail` when one of them is an error. */
function withinBudget(
  program: string,
  role: Evaluation["role"],
  all: readonly TimedFinding[],
  work: number,
  budget: Budget,
): Evaluation {
  const given = cut([heardOf({ findings: [...all], work })], budget);
  const kept = all.slice(0, given.kept);
  const verdict = given.flagged ? "fail" : "pass";
  return {
    program,
    role,
    backend: "analyser",
    text: [`VERDICT: ${verdict.toUpperCase()}`, ...kept.map(lineOf)].join("\n"),
    findings: kept.map(({ role: _role, work: _work, ...finding }) => finding),
    verdict,
    cost: { tokensIn: 0, tokensOut: given.tokens, work: given.work, calls: 0 },
    truncated: given.truncated,
    parse: "ok",
  };
}

/** The line that carries the verdict comes first, so that no limit cuts it off. */
const VERDICT_TOKENS = 5;

function lineOf({ severity, category, span, message }: TimedFinding): string {
  return `${severity} (${category}) at ${span.start}-${span.end}: ${message}`;
}
