/**
 * Comma-separated values, as RFC 4180 writes them.
 *
 * @module
 */

/**
 * A line of values with its end. Text with a comma, a quote or a line break is quoted, lists are joined by semicolons, and
 * what is missing is empty.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { csvLine } from "offprint/csv.ts";
 *
 * assertEquals(csvLine(["a,b", 0.1, undefined, 'say "x"']), '"a,b",0.1,,"say ""x"""\n');
 * ```
 */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(cell).join(",")}\n`;
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = Array.isArray(value)
    ? value.join(";")
    : typeof value === "object"
    ? JSON.stringify(value)
    : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
