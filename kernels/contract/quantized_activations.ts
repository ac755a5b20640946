/**
 * Quantised activations: codes, scales and what the matrix product needs beside them.
 *
 * @module
 */
import { checkArray, checkChoice, checkElements, checkWhole, notFinite } from "./checks.ts";
import { KernelError } from "./errors.ts";
import { BLOCK_SIZES, type BlockSize } from "./block_matrix.ts";
import { checkColumns } from "./p32.ts";

/**
 * How a range of values becomes codes.
 *
 * * `"symmetric"`: `scale = max|x| / 7` or `/ 127`, `x ≈ scale · code`; what the kernels default to.
 * * `"minmax"`: `scale = (max − min) / 15` or `/ 255`, `x ≈ scale · (code − zero)` with a real-valued
 *   `zero`; what the numbers in figure 4 of the COMET paper come from.
 */
export type ActivationScheme = "symmetric" | "minmax";

/** All schemes. */
const ACTIVATION_SCHEMES: readonly ActivationScheme[] = ["symmetric", "minmax"];

/** How activations are quantised: the same for every token, decided by calibration. */
export interface ActivationFormat {
  /** Channels per block. */
  readonly blockSize: BlockSize;
  /** Bits of each block, 4 or 8; `ceil(columns / blockSize)` of them. */
  readonly bits: Uint8Array;
  /** Default `"symmetric"`. */
  readonly scheme?: ActivationScheme;
}

/**
 * Activations `X` of `tokens` rows by `columns` channels, one code a byte:
 *
 * ```text
 * codes   i8   [tokens][paddedColumns]    in [-8, 7] or [-128, 127] by the bits of the block
 * scales  f32  [tokens][blocks]
 * zeros   f32  [tokens][blocks]           scheme "minmax" only
 * sums    i32  [tokens][blocks]           Σ codes of the block
 * ```
 *
 * The sums undo the bias of the weights: `Σ a·w = Σ a·(w + 8) − 8 Σ a`.
 */
export class QuantizedActivations {
  /** Rows, M. */
  readonly tokens: number;
  /** Channels, K; a multiple of 8. */
  readonly columns: number;
  /** Block size, bits per block and scheme. */
  readonly format: Required<ActivationFormat>;
  /** Codes. Read, never write. */
  readonly codes: Int8Array;
  /** Scales. Read, never write. */
  readonly scales: Float32Array;
  /** Offsets in units of a code, or null. Read, never write. */
  readonly zeros: Float32Array | null;
  /** Sums of codes. Read, never write. */
  readonly sums: Int32Array;

  /** Empty arrays of the right sizes, for a backend to fill. */
  constructor(tokens: number, columns: number, format: ActivationFormat) {
    checkWhole("activations: tokens", tokens, 1);
    this.format = checkedFormat("activations", columns, format);
    checkElements("activations", { tokens, columns });
    this.tokens = tokens;
    this.columns = columns;
    const blocks = format.bits.length;
    this.codes = new Int8Array(tokens * blocks * format.blockSize);
    this.scales = new Float32Array(tokens * blocks);
    this.zeros = this.format.scheme === "minmax" ? new Float32Array(tokens * blocks) : null;
    this.sums = new Int32Array(tokens * blocks);
  }

  /**
   * Takes codes `[tokens][columns]` and scales `[tokens][blocks]` computed elsewhere.
   *
   * @throws {KernelError} when sizes do not fit, a code is outside the range of its block's bits or a
   * scale is not finite.
   */
  static fromCodes(parts: {
    tokens: number;
    columns: number;
    format: ActivationFormat;
    codes: Int8Array;
    scales: Float32Array;
    zeros?: Float32Array;
  }): QuantizedActivations {
    const { tokens, columns, codes, scales, zeros } = parts;
    const made = new QuantizedActivations(tokens, columns, parts.format);
    const { blockSize, bits } = made.format;
    const { blocks, paddedColumns } = made;
    checkArray("activations: codes", codes, Int8Array, { tokens, columns });
    checkArray("activations: scales", scales, Float32Array, { tokens, blocks });
    if (made.zeros !== null) {
      checkArray("activations: zeros", zeros, Float32Array, { tokens, blocks });
      made.zeros.set(zeros);
    }
    const bad = scales.findIndex((scale) => !Number.isFinite(scale));
    if (bad >= 0) throw notFinite("activations: scales", scales[bad]!, bad, blocks);
    made.scales.set(scales);
    for (let token = 0; token < tokens; token++) {
      for (let column = 0; column < columns; column++) {
        const block = Math.floor(column / blockSize);
        const code = codes[token * columns + column]!;
        // A code that its bits cannot hold would be cut to another number without a word.
        const half = bits[block] === 4 ? 8 : 128;
        if (code < -half || code >= half) {
          throw new KernelError({
            what: `activations: codes[${token}][${column}]`,
            got: code,
            expected: `a code from ${-half} to ${half - 1} in a block of ${bits[block]} bits`,
          });
        }
        made.codes[token * paddedColumns + column] = code;
        made.sums[token * blocks + block]! += code;
      }
    }
    return made;
  }

  /** Blocks per token, the last one padded. */
  get blocks(): number {
    return this.format.bits.length;
  }

  /** Columns after padding to whole blocks. */
  get paddedColumns(): number {
    return this.blocks * this.format.blockSize;
  }

  /** The share of blocks of 4 bits, f in the paper. */
  get shareOf4(): number {
    return this.format.bits.filter((bits) => bits === 4).length / this.blocks;
  }

  /** What the codes stand for, `[tokens][columns]`: for inspection and tests. */
  values(): Float64Array {
    const { tokens, columns, blocks, paddedColumns, codes, scales, zeros } = this;
    const { blockSize } = this.format;
    const values = new Float64Array(tokens * columns);
    for (let token = 0, i = 0; token < tokens; token++) {
      for (let column = 0; column < columns; column++, i++) {
        const at = token * blocks + Math.floor(column / blockSize);
        values[i] = (codes[token * paddedColumns + column]! - (zeros?.[at] ?? 0)) * scales[at]!;
      }
    }
    return values;
  }
}

/**
 * A format with its default filled in, refused when it does not fit `columns`.
 *
 * @throws {KernelError} for a block size, bits or scheme that do not exist, or too few or many bits.
 */
export function checkedFormat(
  core: string,
  columns: number,
  format: ActivationFormat,
): Required<ActivationFormat> {
  const { blockSize, bits, scheme = "symmetric" } = format;
  checkColumns(`${core}: columns`, columns);
  checkChoice(`${core}: blockSize`, blockSize, BLOCK_SIZES);
  checkChoice(`${core}: scheme`, scheme, ACTIVATION_SCHEMES);
  checkArray(`${core}: bits`, bits, Uint8Array, { blocks: Math.ceil(columns / blockSize) });
  bits.forEach((value, block) => checkChoice(`${core}: bits[${block}]`, value, [4, 8]));
  return { blockSize, bits, scheme };
}
