/**
 * What a simulator printed, as a verdict: by an explicit count and by how the run ended, never by words.
 *
 * @module
 */

/** What was printed, and how the run ended: `exit`, `time`, `output`, … */
export interface Printed {
  ended: string;
  output: string;
}

/** What it means. */
export interface PrintedVerdict {
  passes: boolean;
  /** Counted comparisons, where a `TB_RESULT` line gives them. */
  passed?: number;
  total?: number;
  /** Why it does not pass, in a line. */
  reason?: string;
  /** The counts are what the bench found: not where the run was ended, or an error was printed. */
  counted: boolean;
}

/**
 * A run passes when it ended by itself, printed `TB_RESULT passed=N total=N` with N above 0, and no line says that
 * there was an error. "Passed" in words says nothing: it is also in "not passed" and "bypass".
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readPrinted } from "offprint/verilog/simulate/mod.ts";
 *
 * const run = { ended: "exit", output: "TB_RESULT passed=22 total=23\n" };
 * assertEquals(readPrinted(run).reason, "22 of 23 comparisons");
 * ```
 */
export function readPrinted({ ended, output }: Printed): PrintedVerdict {
  if (ended !== "exit") {
    return { passes: false, counted: false, reason: `the run ended by ${ended}` };
  }
  const result = /^TB_RESULT passed=(\d+) total=(\d+)\b(.*)$/m.exec(output);
  const counts = result === null ? {} : { passed: Number(result[1]), total: Number(result[2]) };
  const error = output.split("\n").find((line) => /^\s*(?:ERROR|FATAL)\b/.test(line));
  if (error !== undefined) {
    return {
      passes: false,
      counted: false,
      ...counts,
      reason: `an error line: ${error.trim().slice(0, 120)}`,
    };
  }
  if (result === null) {
    return { passes: false, counted: false, reason: "no line TB_RESULT passed=… total=…" };
  }
  const { passed = 0, total = 0 } = counts;
  if (/TIMEOUT/.test(result[3]!)) {
    return {
      passes: false,
      counted: false,
      ...counts,
      reason: "the bench was not reached in simulated time",
    };
  }
  return passed === total && total > 0
    ? { passes: true, counted: true, ...counts }
    : { passes: false, counted: true, ...counts, reason: `${passed} of ${total} comparisons` };
}
