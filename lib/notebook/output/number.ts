/**
 * How a number is written wherever this project shows one to a reader.
 *
 * @module
 */

/** The thin minus sign of running text would break copying numbers into code, so ASCII is kept. */
const SUPERSCRIPTS: Record<string, string> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};

/**
 * A number for a reader: `digits` significant digits (default 4) without trailing zeros, whole
 * numbers below 10¹⁵ in full, and a power of ten outside `[10⁻⁴, 10⁶)`. `NaN` and the infinities are
 * named, zero is never negative.
 *
 * @throws {RangeError} unless `digits` is a whole number from 1 to 17.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatNumber } from "offprint/notebook/output/number.ts";
 *
 * assertEquals(formatNumber(1 / 3), "0.3333");
 * assertEquals(formatNumber(100000), "100000");
 * assertEquals(formatNumber(1.5e-7), "1.5×10⁻⁷");
 * assertEquals(formatNumber(-Infinity), "-∞");
 * ```
 */
export function formatNumber(x: number, digits = 4): string {
  if (!Number.isInteger(digits) || digits < 1 || digits > 17) {
    throw new RangeError(
      `formatNumber: got digits ${digits}, expected a whole number from 1 to 17`,
    );
  }
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "-∞";
  if (x === 0) return "0";
  if (Number.isInteger(x) && Math.abs(x) < 1e15) return String(x);
  const [mantissa, power] = x.toExponential(digits - 1).split("e") as [string, string];
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) {
    return withoutTrailingZeros(x.toFixed(Math.max(0, digits - 1 - exponent)));
  }
  const raised = [...String(exponent)].map((c) => SUPERSCRIPTS[c] ?? c).join("");
  return `${withoutTrailingZeros(mantissa)}×10${raised}`;
}

/** The digits beyond which a double says nothing. */
const MOST_DIGITS = 15;

/**
 * A number whose digits reach down to `step`, the tolerance within which it is compared: at least `digits`
 * significant digits (default 4), at most 15.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatTo } from "offprint/notebook/output/number.ts";
 *
 * assertEquals(formatTo(2.78237158, 6e-8), "2.78237158");
 * assertEquals(formatTo(2.78237158, 0.5), "2.782");
 * ```
 */
export function formatTo(x: number, step: number, digits = 4): string {
  if (!Number.isFinite(x) || x === 0 || !(step > 0)) return formatNumber(x, digits);
  const needed = Math.floor(Math.log10(Math.abs(x))) - Math.floor(Math.log10(step)) + 1;
  return formatNumber(x, Math.max(digits, Math.min(needed, MOST_DIGITS)));
}

/**
 * A number that is shown beside a bound: with at least `digits` significant digits (default 4), and with as
 * many more as it takes to see that it is not the bound.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatBeside } from "offprint/notebook/output/number.ts";
 *
 * assertEquals(formatBeside(0.0500012, 0.05), "0.050001");
 * assertEquals(formatBeside(3.96, 4, 2), "3.96");
 * assertEquals(formatBeside(0.0123456, 0.05), "0.01235");
 * ```
 */
export function formatBeside(x: number, bound: number, digits = 4): string {
  for (let more = digits; more < 17 && x !== bound; more++) {
    const text = formatNumber(x, more);
    if (text !== formatNumber(bound, more)) return text;
  }
  return formatNumber(x, x === bound ? digits : 17);
}

function withoutTrailingZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
