/**
 * How far a text that was read is from what was printed.
 *
 * @module
 */

/**
 * Characters to insert, remove or replace that turn one text into the other (Levenshtein's distance).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { characterErrors } from "offprint/ocr/mod.ts";
 *
 * assertEquals(characterErrors("kitten", "sitting"), 3);
 * ```
 */
export function characterErrors(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
