/**
 * What is between the linear layers of a decoder: norm, rotary angles, gate, residual, and a head
 * in 16-bit floats. Sums and roundings have a fixed order, as everywhere in this folder.
 *
 * @module
 */
import { expNegative, laneSum } from "./exact_math.ts";

const { fround } = Math;

/**
 * RMSNorm of one row: `y_j = (x_j · r) · gain_j`, `r = 1 / √(Σ x² / width + ε)`. The sum of squares is
 * a `laneSum` in 64-bit floats; r and both products are rounded to 32 bits.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { rmsNorm } from "kernels/reference/decoder_parts.ts";
 *
 * const y = rmsNorm(Float32Array.of(3, 4), Float32Array.of(1, 2), 1e-9);
 * assertEquals([...y].map((value) => value.toFixed(4)), ["0.8485", "2.2627"]);
 * ```
 */
export function rmsNorm(x: Float32Array, gain: Float32Array, epsilon: number): Float32Array {
  const squares = Float64Array.from(x, (value) => value * value);
  const r = fround(1 / Math.sqrt(laneSum(squares) / x.length + epsilon));
  return x.map((value, j) => fround(value * r) * gain[j]!);
}

/**
 * Turns the heads of one row, `[heads][headDim]`, in place by the angles of a position (RoPE in the
 * "rotate half" layout of LLaMA): channel i of a head with channel `i + headDim / 2`. `cos` and `sin`
 * are that position's, `[headDim / 2]`.
 */
export function rotateHeads(
  x: Float32Array,
  headDim: number,
  cos: Float32Array,
  sin: Float32Array,
): void {
  const half = headDim / 2;
  for (let head = 0; head < x.length; head += headDim) {
    for (let i = 0; i < half; i++) {
      const a = x[head + i]!, b = x[head + half + i]!;
      x[head + i] = fround(a * cos[i]!) - fround(b * sin[i]!);
      x[head + half + i] = fround(b * cos[i]!) + fround(a * sin[i]!);
    }
  }
}

/**
 * SwiGLU of one row, `[gate inner][up inner]` to `[inner]`: `silu(g) · u`, `silu(g) = g · σ(g)`. σ and
 * its product with g are taken in 64-bit floats from `expNegative(−|g|)` and rounded once.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { gated } from "kernels/reference/decoder_parts.ts";
 *
 * assertAlmostEquals(gated(Float32Array.of(1, 3))[0]!, 3 / (1 + Math.exp(-1)), 1e-6);
 * ```
 */
export function gated(gateUp: Float32Array): Float32Array {
  const inner = gateUp.length / 2;
  return Float32Array.from({ length: inner }, (_, i) => {
    const g = gateUp[i]!;
    const e = expNegative(-Math.abs(g));
    const sigmoid = (g >= 0 ? 1 : e) / (1 + e);
    return fround(g * sigmoid) * gateUp[inner + i]!;
  });
}

/** `x += y`, rounded to 32 bits: the residual stream. */
export function addInto(x: Float32Array, y: Float32Array): void {
  for (let i = 0; i < x.length; i++) x[i]! += y[i]!;
}

/** The row in another order: `result[j] = x[order[j]]`; the row itself without one. */
export function reordered(x: Float32Array, order: Uint32Array | undefined): Float32Array {
  return order === undefined ? x : x.map((_, j) => x[order[j]!]!);
}

/**
 * `W · x` for weights in 16-bit floats, `[rows][width]`, width a multiple of 8: eight partial sums in 32-bit floats, channel j
 * to sum `j mod 8`, added up as `((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7))`.
 */
export function halfProduct(w: Float16Array, x: Float32Array, output: Float32Array): void {
  const width = x.length;
  const wide = new Float32Array(width);
  for (let row = 0; row < output.length; row++) {
    wide.set(w.subarray(row * width, (row + 1) * width));
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    for (let j = 0; j < width; j += 8) {
      s0 = fround(s0 + fround(wide[j]! * x[j]!));
      s1 = fround(s1 + fround(wide[j + 1]! * x[j + 1]!));
      s2 = fround(s2 + fround(wide[j + 2]! * x[j + 2]!));
      s3 = fround(s3 + fround(wide[j + 3]! * x[j + 3]!));
      s4 = fround(s4 + fround(wide[j + 4]! * x[j + 4]!));
      s5 = fround(s5 + fround(wide[j + 5]! * x[j + 5]!));
      s6 = fround(s6 + fround(wide[j + 6]! * x[j + 6]!));
      s7 = fround(s7 + fround(wide[j + 7]! * x[j + 7]!));
    }
    const low = fround(fround(s0 + s1) + fround(s2 + s3));
    const high = fround(fround(s4 + s5) + fround(s6 + s7));
    output[row] = low + high;
  }
}
