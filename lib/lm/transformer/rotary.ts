/**
 * Rotary position embedding (Su et al., 2021) in the "rotate half" layout of LLaMA: coordinate `i` of
 * a head is turned together with coordinate `i + d/2`.
 *
 * @module
 */

/** Cosines and sines, row-major `[positions, headWidth]`; both halves of a row are equal. */
export interface RotaryTable {
  cos: Float32Array;
  sin: Float32Array;
}

/**
 * The angles of positions `0 … positions − 1`: `position · base^(−2i/d)` for `i < d/2`, computed in
 * float64 and rounded once.
 */
export function rotaryTable(positions: number, headWidth: number, base: number): RotaryTable {
  const half = headWidth / 2;
  const cos = new Float32Array(positions * headWidth);
  const sin = new Float32Array(positions * headWidth);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < headWidth; i++) {
      const angle = position * Math.pow(base, -2 * (i % half) / headWidth);
      cos[position * headWidth + i] = Math.cos(angle);
      sin[position * headWidth + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/**
 * The matrix R of `x · R = rotateHalf(x) = (−x₂, x₁)` for row vectors `x = (x₁, x₂)`, row-major
 * `[headWidth, headWidth]`. A product with it replaces slicing, which jax-js differentiates wrongly.
 */
export function rotateHalfMatrix(headWidth: number): Float32Array {
  const half = headWidth / 2;
  const matrix = new Float32Array(headWidth * headWidth);
  for (let i = 0; i < half; i++) {
    matrix[(i + half) * headWidth + i] = -1;
    matrix[i * headWidth + i + half] = 1;
  }
  return matrix;
}
