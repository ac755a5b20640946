/**
 * Random Hadamard rotations: they spread every channel over all, so that none stands out.
 *
 * @module
 */
import { stream } from "offprint/random.ts";

/**
 * An orthogonal matrix `[size][size]`: signs drawn at random, then Hadamard matrices of the largest power
 * of two that divides `size`, side by side along the diagonal (QuaRot's, where size is a power of two).
 * Its entries are ±1/√n and 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { hadamardRotation } from "offprint/quantization/simulate/mod.ts";
 *
 * const r = hadamardRotation(4, 1).map((entry) => 2 * entry); // entries are ±1/2
 * assertEquals([...r].filter((entry) => Math.abs(entry) === 1).length, 16);
 * ```
 */
export function hadamardRotation(size: number, seed: number): Float32Array {
  const block = size & -size;
  const random = stream(seed, "hadamard", size);
  const entry = 1 / Math.sqrt(block), matrix = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    const sign = random.uniform() < 0.5 ? -1 : 1, first = row - row % block;
    for (let j = 0; j < block; j++) {
      matrix[row * size + first + j] = sign * entry * hadamardSign(row % block, j);
    }
  }
  return matrix;
}

/** Sylvester's matrix: −1 where row and column share an odd number of binary ones. */
function hadamardSign(row: number, column: number): 1 | -1 {
  let both = row & column, odd = 0;
  for (; both !== 0; both &= both - 1) odd ^= 1;
  return odd === 1 ? -1 : 1;
}
