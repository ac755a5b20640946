/**
 * Experiments that do nothing, or nothing but take time: what remains is the cost of a point.
 *
 * @module
 */

/** Gives back what it is given. */
export function nothing({ n = 0 }: {
  /** Any number. */
  n?: number;
}): { n: number } {
  return { n };
}

/** Keeps a processor busy. */
export function busy({ n = 0, ms = 100 }: {
  /** Any number. */
  n?: number;
  /** How long. @unit ms */
  ms?: number;
}): { n: number } {
  for (const begun = performance.now(); performance.now() - begun < ms;);
  return { n };
}
