/**
 * Checks of exercises and of results, with messages that teach.
 *
 * @module
 */
import { type Bundle, Displayable } from "./output/display.ts";
import { checkTolerance, compare, type Difference, valueText } from "./compare.ts";
import { element, escapeHtml } from "./output/html.ts";

/** What {@linkcode check} compares. */
export interface CheckOptions {
  got: unknown;
  expected: unknown;
  /** For numbers: the largest deviation, relative to `max(1, |expected|)`; by default 1e-9. */
  tolerance?: number;
  /** Said when the check fails: where to look, without the answer. */
  hint?: string;
}

/** A check failed; the message holds everything. */
export class CheckError extends Error {
  override readonly name = "CheckError";
  constructor(
    /** The check's name. */
    readonly check: string,
    /** Where the values part. */
    readonly difference: Difference,
    readonly tolerance: number,
    readonly hint?: string,
  ) {
    const { path, got, expected } = difference;
    const near = typeof expected === "number" ? ` (tolerance ${tolerance})` : "";
    const where = path === "" ? "" : ` at ${path.replace(/^\./, "")}`;
    const next = hint === undefined ? "" : ` Hint: ${hint}`;
    super(
      `${check}: got ${valueText(got)}, expected ${valueText(expected)}${near}${where}.${next}`,
    );
  }
}

/** A check that passed. */
export class Passed extends Displayable {
  constructor(readonly check: string) {
    super();
  }

  /** `text/html` and `text/plain`. */
  override bundle(): Bundle {
    const line = `✓ ${this.check}`;
    return {
      "text/html": element("p", { class: "offprint-check" }, escapeHtml(line)),
      "text/plain": line,
    };
  }
}

/**
 * Compares what an exercise or a computation gave with what it should give. Numbers are compared
 * within the tolerance, lists and plain objects part by part, everything else exactly.
 *
 * @param name Names the check in its line and in its error.
 * @returns A line that says the check passed; make it the cell's last expression, or display it.
 * @throws {CheckError} when the values differ: says what was got and expected, where, and the hint.
 * @throws {RangeError} when the tolerance is negative or `NaN`.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { check, CheckError } from "offprint/notebook/check.ts";
 *
 * assertEquals(String(check("halves", { got: [0.5, 0.25], expected: [1 / 2, 1 / 4] })), "✓ halves");
 * assertThrows(
 *   () => check("halves", { got: [0.5, 0.3], expected: [0.5, 0.25], hint: "Halve again." }),
 *   CheckError,
 *   "halves: got 0.3, expected 0.25 (tolerance 1e-9) at [1]. Hint: Halve again.",
 * );
 * ```
 */
export function check(name: string, options: CheckOptions): Passed {
  const { got, expected, tolerance = 1e-9, hint } = options;
  checkTolerance("check", tolerance);
  const { difference } = compare(got, expected, tolerance);
  if (difference !== undefined) throw new CheckError(name, difference, tolerance, hint);
  return new Passed(name);
}
