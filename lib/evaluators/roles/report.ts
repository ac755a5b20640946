/**
 * What an analyser hands over before any budget is applied.
 *
 * @module
 */
import type { SyntaxTree } from "offprint/syntax/mod.ts";
import type { Finding, PublicTask } from "../records/contract.ts";
import type { CountedProgram } from "../programs/counted.ts";
import type { SandboxPool } from "offprint/sandbox/mod.ts";

/** A finding, and the work that had been done when it was found. */
export interface TimedFinding extends Finding {
  /** A name of `ROLES`, or that of a role of one's own. */
  role: string;
  work: number;
}

/** Everything one role would say with no limit. */
export interface RoleReport {
  role: string;
  findings: TimedFinding[];
  /** Parser nodes looked at and statements executed. */
  work: number;
}

/** What an analyser looks at. */
export interface Subject {
  task: PublicTask;
  text: string;
  tree: SyntaxTree;
  counted: CountedProgram;
  sandbox: SandboxPool;
  /** Which random inputs it is tried on: 0 unless one evaluator is asked several times. */
  sample?: number;
}

/** Collects findings and work. */
export class Notes {
  readonly #role: string;
  readonly #findings: TimedFinding[] = [];
  #work = 0;

  constructor(role: string) {
    this.#role = role;
  }

  /** So much more has been done. */
  spend(work: number): void {
    this.#work += work;
  }

  add(
    severity: Finding["severity"],
    category: string,
    span: { start: number; end: number },
    message: string,
    confidence = 1,
  ): void {
    this.#findings.push({
      role: this.#role,
      severity,
      category,
      span: { start: span.start, end: span.end },
      message,
      confidence,
      work: this.#work,
    });
  }

  report(): RoleReport {
    return { role: this.#role, findings: this.#findings, work: this.#work };
  }
}
