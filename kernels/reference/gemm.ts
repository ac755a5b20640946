/**
 * W4Ax: the matrix product of mixed 4- and 8-bit activations with 4-bit weights; and W8Ax, the same with
 * 8-bit ones.
 *
 * @module
 */
import { checkArray, checkElements, checkWhole, notFinite, outputOf } from "../contract/checks.ts";
import { KernelError } from "../contract/errors.ts";
import { groupIndex } from "../contract/block_matrix.ts";
import type { Weights } from "../contract/packed_weights.ts";
import {
  type ActivationFormat,
  checkedFormat,
  type QuantizedActivations,
} from "../contract/quantized_activations.ts";
import { quantizeActivations } from "./activations.ts";

/**
 * `Y = X·Wᵀ`, `[tokens][rows]`, from codes (COMET §3.5):
 *
 * ```text
 * acc[m][n][b] = Σ over block b of a[m][j] · w[n][j]                        exact, in integers
 * Y[m][n]      = Σ over b ascending of (sA[m][b] · sW[n][b]) · acc[m][n][b]  in 32-bit floats
 * ```
 *
 * Every product and every sum of the second line is rounded to 32 bits, in that order, in every CPU
 * backend: so the result does not depend on threads, tiles or instruction set. With the min–max
 * scheme `acc` is replaced by `acc − zero · Σ w` (|acc| < 2²⁴, so both are exact before the product).
 *
 * @throws {KernelError} when columns or block sizes of the two sides differ, or `given` does not fit.
 */
export function gemm(
  activations: QuantizedActivations,
  weights: Weights,
  given?: Float32Array,
): Float32Array {
  const output = checkGemm(
    activations.columns,
    activations.format.blockSize,
    activations.tokens,
    weights,
    given,
  );
  const { tokens, codes, scales, zeros, blocks, paddedColumns } = activations;
  const { rows, blockSize } = weights;
  const sums = zeros === null ? null : weights.sums;
  const row = new Int8Array(paddedColumns);
  for (let n = 0; n < rows; n++) {
    weights.unpackRow(n, row);
    for (let m = 0; m < tokens; m++) {
      let y = 0;
      for (let b = 0; b < blocks; b++) {
        let acc = dot(codes, m * paddedColumns + b * blockSize, row, b * blockSize, blockSize);
        const scaleAt = groupIndex(n, b, blocks);
        if (zeros !== null) {
          const offset = Math.fround(zeros[m * blocks + b]! * sums![scaleAt]!);
          acc = Math.fround(acc - offset);
        }
        const scale = Math.fround(scales[m * blocks + b]! * weights.scales[scaleAt]!);
        y = Math.fround(y + Math.fround(scale * acc));
      }
      output[m * rows + n] = y;
    }
  }
  return output;
}

/** `Σ a[from + j] · w[at + j]` over a block: whole numbers, so four sums are as good as one, and faster. */
function dot(a: Int8Array, from: number, w: Int8Array, at: number, count: number): number {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (let j = 0; j < count; j += 4) {
    s0 += a[from + j]! * w[at + j]!;
    s1 += a[from + j + 1]! * w[at + j + 1]!;
    s2 += a[from + j + 2]! * w[at + j + 2]!;
    s3 += a[from + j + 3]! * w[at + j + 3]!;
  }
  return s0 + s1 + s2 + s3;
}

/**
 * Quantises activations `x`, `[tokens][weights.columns]`, and multiplies: what a layer of a model calls.
 *
 * @throws {KernelError} when sizes do not fit, or `x` holds NaN or an infinite number.
 */
export function linear(
  x: Float32Array,
  tokens: number,
  format: ActivationFormat,
  weights: Weights,
  given?: Float32Array,
): Float32Array {
  const { output } = checkLinear(x, tokens, format, weights, given);
  const bad = x.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw notFinite("linear: x", x[bad]!, bad, weights.columns);
  return gemm(quantizeActivations(x, tokens, weights.columns, format), weights, output);
}

/** Refuses what `linear` cannot take, numbers apart; returns the whole format and the output to fill. */
export function checkLinear(...[x, tokens, format, weights, given]: Parameters<typeof linear>) {
  const { columns } = weights;
  const checked = checkedFormat("linear", columns, format);
  checkWhole("linear: tokens", tokens, 1);
  checkElements("linear", { tokens, columns });
  checkArray("linear: x", x, Float32Array, { tokens, columns });
  return {
    format: checked,
    output: checkGemm(columns, checked.blockSize, tokens, weights, given),
  };
}

/** Refuses operands that do not belong together; returns the output to fill. */
export function checkGemm(
  columns: number,
  blockSize: number,
  tokens: number,
  weights: Weights,
  given: Float32Array | undefined,
): Float32Array {
  if (columns !== weights.columns) {
    throw new KernelError({
      what: "gemm: activations.columns",
      got: columns,
      expected: `${weights.columns}, the columns of the weights`,
    });
  }
  if (blockSize !== weights.blockSize) {
    throw new KernelError({
      what: "gemm: activations.format.blockSize",
      got: blockSize,
      expected: `${weights.blockSize}, the block size of the weights`,
    });
  }
  return outputOf("gemm: output", given, Float32Array, { tokens, rows: weights.rows });
}
