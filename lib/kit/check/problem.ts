/**
 * What a check finds.
 *
 * @module
 */

/** One thing to correct. */
export interface Problem {
  /** Path from the project's root, with slashes. */
  file: string;
  /** From 1; undefined when it is about the whole file. */
  line?: number;
  /** What is wrong and what to do, on one line. */
  message: string;
}

/** One check and its outcome: passed when it found nothing. */
export interface CheckResult {
  /** `format`, `cells of 02-specdec-theory`, … */
  name: string;
  problems: Problem[];
}

/** One line of progress: a check, or all those of one kind. */
export interface CheckStage {
  name: string;
  /** How many checks it has: one for each notebook, where it is about notebooks. */
  checks: number;
  /** What they found: check by check, and within one by file and line. */
  problems: Problem[];
  /** From the start of all checks to the end of this stage, which runs beside others. */
  seconds: number;
}

/** `file:line: message` */
export function printProblem({ file, line, message }: Problem): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return `${place}: ${message.replaceAll(/\s*\n\s*/g, " ")}`;
}

/** By file, then by line. */
export function inOrder(problems: Problem[]): Problem[] {
  return problems.toSorted((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : (a.line ?? 0) - (b.line ?? 0)
  );
}
