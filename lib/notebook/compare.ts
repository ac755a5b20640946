/**
 * Comparing results with what they should be: numbers within a tolerance, everything else exactly,
 * lists and plain objects part by part.
 *
 * @module
 */
import { Described, shown } from "offprint/errors.ts";
import { isList } from "./claims/measured.ts";

/** Where two values part. */
export interface Difference {
  /** Place in the value, as code would reach it: "", "[2]", ".mean[0]". */
  path: string;
  got: unknown;
  expected: unknown;
}

/** The outcome of {@linkcode compare}. */
export interface Comparison {
  /** The first difference, if there is one. */
  difference: Difference | undefined;
  /** The largest absolute deviation among the numbers that were compared. */
  worst: number;
}

/**
 * Compares two values. Numbers agree when `|got − expected| ≤ tolerance · max(1, |expected|)`, so the
 * tolerance is absolute for small numbers and relative for large ones; `NaN` agrees with `NaN`. Lists
 * must be as long as each other and objects have the same fields, also where the value of one is
 * `undefined`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compare } from "offprint/notebook/compare.ts";
 *
 * assertEquals(compare([1, 2], [1, 2.5], 1e-9).difference, { path: "[1]", got: 2, expected: 2.5 });
 * ```
 */
export function compare(got: unknown, expected: unknown, tolerance: number): Comparison {
  let worst = 0;
  const visit = (got: unknown, expected: unknown, path: string): Difference | undefined => {
    const different = { path, got, expected };
    if (typeof got === "number" && typeof expected === "number") {
      if (Object.is(got, expected) || got === expected) return undefined;
      const deviation = Math.abs(got - expected);
      worst = Math.max(worst, deviation);
      // Infinity is within no tolerance of anything but itself.
      const near = Number.isFinite(deviation) &&
        deviation <= tolerance * Math.max(1, Math.abs(expected));
      return near ? undefined : different;
    }
    if (isList(got) && isList(expected)) {
      if (got.length !== expected.length) {
        return { path, got: counted(got.length), expected: counted(expected.length) };
      }
      for (let i = 0; i < expected.length; i++) {
        const found = visit(got[i], expected[i], `${path}[${i}]`);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    if (isRecord(got) && isRecord(expected)) {
      const only = (fields: object, others: object) =>
        Object.keys(fields).find((key) => !Object.hasOwn(others, key));
      const missing = only(expected, got);
      if (missing !== undefined) {
        return { path: `${path}.${missing}`, got: NO_FIELD, expected: expected[missing] };
      }
      const extra = only(got, expected);
      if (extra !== undefined) {
        return { path: `${path}.${extra}`, got: got[extra], expected: NO_FIELD };
      }
      for (const key of Object.keys(expected)) {
        const found = visit(got[key], expected[key], `${path}.${key}`);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    return Object.is(got, expected) ? undefined : different;
  };
  return { difference: visit(got, expected, ""), worst };
}

/** Stands for a field that one of the two objects has not; a field may hold `undefined`. */
const NO_FIELD = new Described("no such field");

/** A list in a message about its length. */
function counted(length: number): Described {
  return new Described(length === 1 ? "a list of 1 value" : `a list of ${length} values`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !isList(value) &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

/** A value in a message: lists as JSON whatever their type, non-finite numbers by name. */
export function valueText(value: unknown): string {
  if (!isList(value)) return shown(value);
  const entries = Array.from(value, valueText);
  const head = entries.slice(0, 8).join(", ");
  return entries.length > 8 ? `[${head}, … (${entries.length} values)]` : `[${head}]`;
}

/** Checks that a tolerance is one. */
export function checkTolerance(who: string, tolerance: number): void {
  if (!(tolerance >= 0)) {
    throw new RangeError(`${who}: got tolerance ${tolerance}, expected a number of at least 0`);
  }
}
