/**
 * Weight quantisation by rounding to nearest: the starting point that better methods improve on.
 *
 * @module
 */
import { BLOCK_SIZES, type BlockSize, type MatrixCodes } from "../contract/block_matrix.ts";
import { checkArray, checkChoice, checkWhole, notFinite } from "../contract/checks.ts";
import { PackedWeights, PackedWeights8 } from "../contract/packed_weights.ts";
import { quantizeSymmetric } from "./activations.ts";
import { checkColumns } from "../contract/p32.ts";

/**
 * Quantises weights `w`, `[rows][columns]`, to codes in [-7, 7] with one scale `max|w| / 7` per row
 * and block, and packs them. Methods that choose codes or scales otherwise (clipping, calibration)
 * hand theirs to `PackedWeights.fromCodes`.
 *
 * @throws {KernelError} when sizes do not fit or a weight is NaN or infinite.
 */
export function quantizeWeights(
  w: Float32Array,
  rows: number,
  columns: number,
  blockSize: BlockSize,
): PackedWeights {
  return PackedWeights.fromCodes(roundToNearest(w, rows, columns, blockSize, 7));
}

/**
 * The same with 8 bits: codes in [-127, 127], scales `max|w| / 127`.
 *
 * @throws {KernelError} when sizes do not fit or a weight is NaN or infinite.
 */
export function quantizeWeights8(
  w: Float32Array,
  rows: number,
  columns: number,
  blockSize: BlockSize,
): PackedWeights8 {
  return PackedWeights8.fromCodes(roundToNearest(w, rows, columns, blockSize, 127));
}

function roundToNearest(
  w: Float32Array,
  rows: number,
  columns: number,
  blockSize: BlockSize,
  limit: number,
): MatrixCodes {
  checkWhole("quantizeWeights: rows", rows, 1);
  checkColumns("quantizeWeights: columns", columns);
  checkChoice("quantizeWeights: blockSize", blockSize, BLOCK_SIZES);
  checkArray("quantizeWeights: w", w, Float32Array, { rows, columns });
  const bad = w.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw notFinite("quantizeWeights: w", w[bad]!, bad, columns);
  const blocks = Math.ceil(columns / blockSize);
  const codes = new Int8Array(rows * columns);
  const scales = new Float32Array(rows * blocks);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const start = row * columns + block * blockSize;
      const end = Math.min(start + blockSize, (row + 1) * columns);
      const values = w.subarray(start, end);
      scales[row * blocks + block] = quantizeSymmetric(values, limit, codes.subarray(start, end));
    }
  }
  return { rows, columns, blockSize, codes, scales };
}
