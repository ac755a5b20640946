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
 * import { formatNumber } from "offprint/notebook/number.ts";
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

function withoutTrailingZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
