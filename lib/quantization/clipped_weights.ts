/**
 * 4-bit weights with a scale chosen by search: what replaces OmniQuant's learned clipping.
 *
 * @module
 */
import { type BlockSize, PackedWeights } from "kernels/mod.ts";

/** Scales tried, as shares of the one that clips nothing. */
const RATIOS = [1, 0.98, 0.96, 0.94, 0.92, 0.9, 0.88, 0.86, 0.84, 0.82, 0.8, 0.78, 0.75, 0.7];

/** Largest code of 4 bits. */
const LIMIT = 7;

/**
 * Quantises weights `w`, `[rows][columns]`, to codes in [-7, 7] with one scale per row and block: of the
 * scales `ratio · max|w| / 7`, the one with the least error `Σ importance_j (w_j − ŵ_j)²`. With the mean
 * square of each input channel as its importance, that is the expected error of the output where channels
 * are uncorrelated.
 *
 * @throws {RangeError} when the importances are not one per column.
 */
export function clippedWeights(
  w: Float32Array,
  rows: number,
  columns: number,
  blockSize: BlockSize,
  importance: ArrayLike<number>,
): PackedWeights {
  const { codes, scales } = clippedCodes(w, columns, blockSize, importance, LIMIT);
  return PackedWeights.fromCodes({ rows, columns, blockSize, codes, scales });
}

/**
 * The same search for groups of any size and codes of ±`limit`: codes `[rows][columns]`, scales
 * `[rows][groups]`.
 *
 * @throws {RangeError} when the importances are not one per column.
 */
export function clippedCodes(
  w: Float32Array,
  columns: number,
  group: number,
  importance: ArrayLike<number>,
  limit: number,
): { codes: Int8Array; scales: Float32Array } {
  if (importance.length !== columns) {
    throw new RangeError(
      `clippedWeights: got ${importance.length} importances, expected ${columns}, one per column`,
    );
  }
  const groups = Math.ceil(columns / group), rows = w.length / columns;
  const codes = new Int8Array(w.length), scales = new Float32Array(rows * groups);
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < groups; at++) {
      const first = at * group, last = Math.min(first + group, columns);
      let amax = 0;
      for (let j = first; j < last; j++) amax = Math.max(amax, Math.abs(w[row * columns + j]!));
      let best = Math.fround(amax / limit) || 1, least = Infinity;
      for (const ratio of amax > 0 ? RATIOS : []) {
        const scale = Math.fround(ratio * amax / limit) || 1;
        let error = 0;
        // An error that is larger already cannot become the least.
        for (let j = first; j < last && error < least; j++) {
          const value = w[row * columns + j]!;
          const off = value - scale * nearest(value / scale, limit);
          error += importance[j]! * off * off;
        }
        if (error < least) [best, least] = [scale, error];
      }
      scales[row * groups + at] = best;
      for (let j = first; j < last; j++) {
        codes[row * columns + j] = nearest(w[row * columns + j]! / best, limit);
      }
    }
  }
  return { codes, scales };
}

/** The nearest whole number between −limit and limit; halves go up. */
function nearest(value: number, limit: number): number {
  const whole = Math.floor(value + 0.5);
  return whole > limit ? limit : whole < -limit ? -limit : whole;
}
