/**
 * Arrays of floats one after the other.
 *
 * @module
 */

/**
 * The pieces in one array, in their order; matrices of the same number of columns come to stand one below the other.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { joinedFloats } from "offprint/joined_floats.ts";
 *
 * assertEquals(joinedFloats([Float32Array.of(1, 2), Float32Array.of(3)]), Float32Array.of(1, 2, 3));
 * ```
 */
export function joinedFloats(pieces: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
