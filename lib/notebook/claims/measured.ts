/**
 * What a notebook hands to `claim()`: the value that this run measured.
 *
 * @module
 */
import { formatNumber, formatTo } from "../output/number.ts";

/** A mean with its interval (ends included) over `n` observations. */
export interface MeasuredInterval {
  mean: number;
  low: number;
  high: number;
  /** Number of observations behind the mean. */
  n: number;
}

/** Standard scores: how many standard errors the measured values lie from the expected ones. */
export interface MeasuredZ {
  z: number | ArrayLike<number>;
  /** Number of observations behind each score. */
  n?: number;
}

/** The p value of a test of fit. */
export interface MeasuredP {
  pValue: number;
}

/** Nothing was compared, and what it would take: a tool that is absent, data that are not here. */
export interface MeasuredNothing {
  /** In words that follow "needs": "Icarus Verilog". */
  needs: string;
}

/** A measured value by itself. */
export type MeasuredValue =
  | number
  | string
  | boolean
  | ArrayLike<number>
  | readonly (string | boolean)[]
  | MeasuredInterval
  | MeasuredZ
  | MeasuredP
  | MeasuredNothing
  | null;

/** What may be beside a measured value. */
export interface MeasuredWithContext {
  value: MeasuredValue;
  /** A remark to be shown. */
  note?: string;
  /** How many comparisons the value rests on. With none there is no verdict. */
  compared?: number;
}

/** A measured value, by itself or with what belongs beside it. */
export type Measured = MeasuredValue | MeasuredWithContext;

/** A scalar as JSON can hold it: numbers that JSON has no form for stand as text ("NaN", "Infinity"). */
export type RecordedScalar = number | string | boolean;

/** A measured value as it is stored in outputs and reports. */
export type Recorded =
  | RecordedScalar
  | RecordedScalar[]
  | { mean: RecordedScalar; low: RecordedScalar; high: RecordedScalar; n: RecordedScalar }
  | { z: RecordedScalar | RecordedScalar[]; n?: RecordedScalar }
  | { pValue: RecordedScalar }
  | null;

/** Splits a measured value from what is beside it. */
export function unwrap(measured: Measured): MeasuredWithContext {
  return isObject(measured) && "value" in measured ? measured : { value: measured };
}

/** True for arrays and typed arrays. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !isList(value);
}

/** The form of a measured value that survives JSON; lists become plain arrays, other fields are dropped. */
export function recorded(value: MeasuredValue): Recorded {
  if (value === null) return null;
  if (isList(value)) return Array.from<unknown, RecordedScalar>(value, scalar);
  if (!isObject(value)) return scalar(value);
  if ("z" in value) {
    const z = isList(value.z) ? Array.from(value.z, scalar) : scalar(value.z);
    return value.n === undefined ? { z } : { z, n: scalar(value.n) };
  }
  if ("pValue" in value) return { pValue: scalar(value.pValue) };
  if ("needs" in value) return null;
  if (!("mean" in value)) return JSON.stringify(value);
  return {
    mean: scalar(value.mean),
    low: scalar(value.low),
    high: scalar(value.high),
    n: scalar(value.n),
  };
}

function scalar(value: unknown): RecordedScalar {
  if (typeof value === "number" && Number.isFinite(value)) return Object.is(value, -0) ? 0 : value;
  if (typeof value === "boolean") return value;
  return String(value);
}

/** How finely a claim's rule reads measured numbers; each function takes a number's place in the list. */
export interface Precision {
  /**
   * How far from zero a number may lie and still be rounding. Such a number is written "0 (below 1×10⁻¹²)":
   * its digits mean nothing and differ from one processor to the next.
   */
  zeroBelow?: (entry: number) => number;
  /** The tolerance of the comparison: a number's digits reach down to it. */
  tolerance?: (entry: number) => number;
}

/** The significant digits of a measured number, unless its rule reads it more finely. */
export const DIGITS = 5;

/** At most this many entries of a list are shown. */
const SHOWN_ENTRIES = 6;

/**
 * A recorded value for a reader.
 *
 * @param precision How finely its claim's rule reads the number, or each number of a list.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatMeasured } from "offprint/notebook/claims/measured.ts";
 *
 * assertEquals(formatMeasured({ mean: 0.25, low: 0.2, high: 0.3, n: 40 }), "0.25 [0.2, 0.3], n = 40");
 * assertEquals(formatMeasured([1, 2, 3]), "1, 2, 3");
 * assertEquals(formatMeasured(9.6e-15, { zeroBelow: () => 1e-12 }), "0 (below 1×10⁻¹²)");
 * ```
 */
export function formatMeasured(
  value: Recorded,
  { zeroBelow = () => 0, tolerance = () => 0 }: Precision = {},
): string {
  const scalar = (entry: RecordedScalar, i: number): string => {
    if (typeof entry !== "number") return formatScalar(entry);
    const limit = zeroBelow(i);
    return entry !== 0 && Math.abs(entry) <= limit
      ? `0 (below ${formatNumber(limit)})`
      : formatTo(entry, tolerance(i), DIGITS);
  };
  if (value === null) return "–";
  if (Array.isArray(value)) {
    const head = value.slice(0, SHOWN_ENTRIES).map(scalar).join(", ");
    return value.length > SHOWN_ENTRIES ? `${head}, … (${value.length} values)` : head;
  }
  if (typeof value !== "object") return scalar(value, 0);
  if ("pValue" in value) return `p = ${formatScalar(value.pValue)}`;
  if ("z" in value) {
    const n = value.n === undefined ? "" : `, n = ${formatScalar(value.n)}`;
    if (!Array.isArray(value.z)) return `z = ${formatScalar(value.z)}${n}`;
    if (value.z.length === 1) return `z = ${formatScalar(value.z[0]!)}${n}`;
    const largest = value.z.reduce<number>((max, z) => {
      return Math.max(max, Math.abs(Number(z)));
    }, 0);
    return `largest of ${value.z.length} |z|: ${formatNumber(largest)}${n}`;
  }
  const [mean, low, high, n] = [value.mean, value.low, value.high, value.n].map(formatScalar);
  return `${mean} [${low}, ${high}], n = ${n}`;
}

/** A scalar for a reader; yes and no for the truth values. */
export function formatScalar(value: RecordedScalar): string {
  if (typeof value === "number") return formatNumber(value, DIGITS);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value === "Infinity" ? "∞" : value === "-Infinity" ? "-∞" : value;
}
