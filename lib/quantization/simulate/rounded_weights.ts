/**
 * A linear part's weights as a scheme leaves them: moved, scaled, rotated, rounded, and back in floats.
 *
 * @module
 */
import { clippedCodes } from "../clipped_weights.ts";
import type { PartScheme, WeightRounding } from "./scheme.ts";

/**
 * The weights `[rows][columns]` that stand for `w` under a scheme.
 *
 * @param squares the mean square of each channel of the part's input, in its own order: weighs the errors
 * that the clip search adds up. After a rotation all channels count alike.
 * @throws {RangeError} when the scheme asks for a clip search and there are no `squares`.
 */
export function schemedWeights(
  w: Float32Array,
  columns: number,
  scheme: PartScheme,
  squares?: ArrayLike<number>,
): Float32Array {
  const moved = transformedWeights(w, columns, scheme);
  if (scheme.weights === undefined) return moved;
  const importance = scheme.rotation !== undefined || squares === undefined
    ? squares && new Float64Array(columns).fill(1)
    : Float64Array.from({ length: columns }, (_, j) => {
      const square = squares[scheme.order?.[j] ?? j]!;
      return square / (scheme.divisors?.[j] ?? 1) ** 2;
    });
  return roundedWeights(moved, columns, scheme.weights, importance);
}

/** `w` with its columns reordered, multiplied and rotated, nothing rounded. */
export function transformedWeights(
  w: Float32Array,
  columns: number,
  { order, divisors, rotation }: PartScheme,
): Float32Array {
  let result = w;
  if (order !== undefined || divisors !== undefined) {
    result = new Float32Array(w.length);
    for (let from = 0; from < w.length; from += columns) {
      for (let j = 0; j < columns; j++) {
        result[from + j] = w[from + (order?.[j] ?? j)]! * (divisors?.[j] ?? 1);
      }
    }
  }
  return rotation === undefined ? result : product(result, rotation, columns);
}

/**
 * Weights rounded to codes and back: symmetric, codes of ±(2^(bits−1) − 1) with the scale of the largest,
 * or of a smaller one that clips; min–max, codes from 0 with a whole zero point.
 *
 * @throws {RangeError} for a clip search without importances.
 *
 * @example Two bits leave −s, 0 and s.
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { roundedWeights } from "offprint/quantization/simulate/mod.ts";
 *
 * const w = Float32Array.of(1, 0.4, -0.6, 0, 2, 2, 0.5, -1);
 * assertEquals([...roundedWeights(w, 4, { bits: 2, group: "row" })], [1, 0, -1, 0, 2, 2, 0, 0]);
 * ```
 */
export function roundedWeights(
  w: Float32Array,
  columns: number,
  { bits, group, scale = "absmax", scheme = "symmetric" }: WeightRounding,
  importance?: ArrayLike<number>,
): Float32Array {
  const size = group === "row" ? columns : group;
  if (scale === "clip") {
    if (importance === undefined) {
      throw new RangeError("roundedWeights: got a clip search without a calibration");
    }
    const limit = 2 ** (bits - 1) - 1;
    const { codes, scales } = clippedCodes(w, columns, size, importance, limit);
    const clipped = new Float32Array(w.length);
    for (let i = 0; i < w.length; i++) clipped[i] = codes[i]! * scales[Math.floor(i / size)]!;
    return clipped;
  }
  const result = new Float32Array(w.length);
  const round = scheme === "symmetric" ? roundSymmetric : roundRange;
  for (let at = 0; at < w.length; at += size) {
    round(w, at, Math.min(at + size, w.length), bits, result);
  }
  return result;
}

/** Rounds `w[first .. end)`, which share a scale. */
function roundSymmetric(
  w: Float32Array,
  first: number,
  end: number,
  bits: number,
  into: Float32Array,
): void {
  const limit = 2 ** (bits - 1) - 1;
  let amax = 0;
  for (let i = first; i < end; i++) amax = Math.max(amax, Math.abs(w[i]!));
  const scale = Math.fround(amax / limit) || 1;
  for (let i = first; i < end; i++) {
    // In 32-bit floats, as the kernels: next to a tie that decides.
    const code = Math.floor(Math.fround(Math.fround(w[i]! / scale) + 0.5));
    into[i] = scale * Math.max(-limit, Math.min(limit, code));
  }
}

/** The same between the least and the largest, with a whole zero point. */
function roundRange(
  w: Float32Array,
  first: number,
  end: number,
  bits: number,
  into: Float32Array,
): void {
  let min = 0, max = 0; // a weight of 0 stays 0
  for (let i = first; i < end; i++) {
    min = Math.min(min, w[i]!);
    max = Math.max(max, w[i]!);
  }
  const top = 2 ** bits - 1, scale = Math.fround((max - min) / top) || 1;
  const zero = Math.floor(-min / scale + 0.5);
  for (let i = first; i < end; i++) {
    const code = Math.max(0, Math.min(top, Math.floor(w[i]! / scale + 0.5) + zero));
    into[i] = scale * (code - zero);
  }
}

/** `A · B`, B square. */
function product(a: Float32Array, b: Float32Array, size: number): Float32Array {
  const result = new Float32Array(a.length), row = new Float64Array(size);
  for (let from = 0; from < a.length; from += size) {
    row.fill(0);
    for (let k = 0; k < size; k++) {
      const value = a[from + k]!;
      if (value === 0) continue;
      for (let j = 0; j < size; j++) row[j]! += value * b[k * size + j]!;
    }
    result.set(row, from);
  }
  return result;
}
