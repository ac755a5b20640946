/**
 * Equations tied to the functions that compute them.
 *
 * @module
 */
import { checkTolerance, compare, valueText } from "./compare.ts";
import { type Bundle, Displayable } from "./output/display.ts";
import { element, escapeHtml } from "./output/html.ts";
import { formatNumber } from "./output/number.ts";

/** A value that the function must give. */
export interface EquationCheck<Args extends unknown[], Result> {
  args: [...Args];
  /** From a closed form, a hand calculation or a published example, not from the function itself. */
  equals: NoInfer<Result>;
  /** The largest deviation, relative to `max(1, |equals|)`; by default 1e-9. */
  tolerance?: number;
}

/** What {@linkcode equation} shows and checks. */
export interface EquationOptions<Args extends unknown[], Result> {
  /** Names the equation on its page, "theorem-1". The formula itself stands in the markdown cell before. */
  id: string;
  /** The module that exports the function, as cells import it: "offprint/decoding/verification/mod.ts". */
  source?: string;
  fn: (...args: Args) => Result;
  /** At least one value, as a list or as a function that makes the list. */
  checks:
    | readonly EquationCheck<Args, Result>[]
    | (() => readonly EquationCheck<Args, Result>[]);
}

/** A function disagrees with its equation. */
export class EquationError extends Error {
  override readonly name = "EquationError";
  constructor(
    /** The equation's id. */
    readonly equation: string,
    readonly args: readonly unknown[],
    readonly got: unknown,
    readonly expected: unknown,
    readonly tolerance: number,
    call: string,
  ) {
    super(
      `equation ${equation}: ${call} gave ${valueText(got)}, expected ${valueText(expected)} ` +
        `(tolerance ${tolerance}).`,
    );
  }
}

/** An equation whose function passed its checks. */
export class Equation extends Displayable {
  constructor(
    readonly id: string,
    /** The function's name and, where given, its module. */
    readonly computedBy: string,
    /** How many values were checked. */
    readonly count: number,
    /** The largest absolute deviation among them. */
    readonly worst: number,
  ) {
    super();
  }

  /** `text/html` and `text/plain`: one line. */
  override bundle(): Bundle {
    const values = this.count === 1 ? "1 value" : `${this.count} values`;
    const agreement = this.worst === 0
      ? `checked on ${values}, equal each time`
      : `checked on ${values}, off by at most ${formatNumber(this.worst, 2)}`;
    const code = escapeHtml(this.computedBy).replace(/`([^`]*)`/g, "<code>$1</code>");
    return {
      "text/html": element(
        "p",
        { class: "offprint-equation", "data-equation": this.id },
        `✓ ${escapeHtml(this.id)}: ${code}, ${escapeHtml(agreement)}.`,
      ),
      "text/plain": `✓ ${this.id}: ${this.computedBy.replaceAll("`", "")}, ${agreement}.`,
    };
  }
}

/**
 * Ties a function to the equation it computes: checks it on values that were obtained in another way, and
 * shows one line that says on how many. The formula stands in the markdown cell before, where every
 * viewer sets it; an output with LaTeX is raw text in a notebook that the reader has not run.
 *
 * @throws {EquationError} when the function disagrees; names the call, both values and the tolerance.
 * @throws {TypeError} when there is nothing to check, or the function returns a promise.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { equation } from "offprint/notebook/equation.ts";
 *
 * const gauss = (n: number) => n * (n + 1) / 2;
 * const shown = equation({
 *   id: "gauss",
 *   fn: gauss,
 *   checks: [{ args: [3], equals: 1 + 2 + 3 }, { args: [100], equals: 5050 }],
 * });
 * assertEquals(shown.count, 2);
 * ```
 */
export function equation<Args extends unknown[], Result>(
  options: EquationOptions<Args, Result>,
): Equation {
  const { id, source, fn } = options;
  const checks = typeof options.checks === "function" ? options.checks() : options.checks;
  if (checks.length === 0) {
    throw new TypeError(`equation ${id}: got no checks, expected at least one value`);
  }
  // A function written in place is named after the option that holds it.
  const name = fn.name === "" || fn.name === "fn" ? "a function of this cell" : fn.name;
  let worst = 0;
  for (const { args, equals, tolerance = 1e-9 } of checks) {
    checkTolerance(`equation ${id}`, tolerance);
    const got = fn(...args);
    if (got instanceof Promise) {
      throw new TypeError(`equation ${id}: got a promise from ${name}, expected a value`);
    }
    const comparison = compare(got, equals, tolerance);
    if (comparison.difference !== undefined) {
      const call = `${name}(${args.map(valueText).join(", ")})${comparison.difference.path}`;
      const { got, expected } = comparison.difference;
      throw new EquationError(id, args, got, expected, tolerance, call);
    }
    worst = Math.max(worst, comparison.worst);
  }
  const code = name.includes(" ") ? name : `\`${name}\``;
  const computedBy = source === undefined ? code : `${code} (\`${source}\`)`;
  return new Equation(id, computedBy, checks.length, worst);
}
