/**
 * Which labels of a picture were found in what was read.
 *
 * @module
 */

/** Labels that were looked for. */
export interface LabelsFound {
  /** How many labels there are; one that is printed twice counts twice. */
  labels: number;
  found: number;
  /** Those that were not found, in the order in which they were given. */
  missing: string[];
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9_]+/g) ?? [];

/**
 * Looks for each label in what was read. Words are compared without case, and signs other than letters, digits and
 * underscores only separate words. A label is found where its words follow each other in one line that was read. Each
 * word that was read serves one label, the longest first, so that `a` is not found in the `a` of `a [8]`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { labelsFound } from "offprint/ocr/mod.ts";
 *
 * assertEquals(labelsFound(["clk", "a", "a [8]"], ["A[8]", "c1k"]), {
 *   labels: 3,
 *   found: 1,
 *   missing: ["clk", "a"],
 * });
 * ```
 */
export function labelsFound(labels: readonly string[], read: readonly string[]): LabelsFound {
  const lines = read.map((text) => wordsOf(text) as (string | undefined)[]);
  const wanted = labels.map((label, i) => ({ i, words: wordsOf(label) }))
    .sort((a, b) => b.words.length - a.words.length);
  const missing = new Set<number>();
  for (const { i, words } of wanted) if (!take(words, lines)) missing.add(i);
  return {
    labels: labels.length,
    found: labels.length - missing.size,
    missing: labels.filter((_, i) => missing.has(i)),
  };
}

/** Removes the first place where the words follow each other; false where there is none. */
function take(words: readonly string[], lines: (string | undefined)[][]): boolean {
  for (const line of lines) {
    for (let at = 0; at + words.length <= line.length; at++) {
      if (!words.every((word, k) => line[at + k] === word)) continue;
      line.fill(undefined, at, at + words.length);
      return true;
    }
  }
  return false;
}
