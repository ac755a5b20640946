/**
 * What packed weight matrices of all widths share: sizes, padding, scales.
 *
 * @module
 */
import { checkArray, checkChoice, checkElements, checkWhole, notFinite } from "./checks.ts";
import { checkColumns, GROUP_ROWS } from "./p32.ts";

/** Input columns that share one scale: 128 in the paper, less for models whose layers are narrow. */
export type BlockSize = 32 | 64 | 128;

/** All block sizes. */
export const BLOCK_SIZES: readonly BlockSize[] = [32, 64, 128];

/** The sizes of a weight matrix. */
export interface MatrixSizes {
  /** Output features, N. */
  readonly rows: number;
  /** Input features, K; a multiple of 8. */
  readonly columns: number;
  /** Columns per scale, k. */
  readonly blockSize: BlockSize;
}

/** Codes `[rows][columns]` and their scales `[rows][blocks]`, before packing. */
export interface MatrixCodes extends MatrixSizes {
  /** Codes, `[rows][columns]`. */
  readonly codes: Int8Array;
  /** Scales, `[rows][blocks]`. */
  readonly scales: Float32Array;
}

/**
 * A weight matrix `W` as integer codes with one scale per row and block of columns:
 * `W[n][j] ≈ scale[n][j / blockSize] · code[n][j]`. Rows are kept in groups of eight, so that a SIMD
 * lane ends as an output row and no sum across lanes is needed:
 *
 * ```text
 * scales  f32  [rowGroups][blocks][8 rows]
 * ```
 *
 * Missing rows and columns of the last group and block have code 0; missing rows have scale 0.
 */
export abstract class BlockMatrix implements MatrixSizes {
  /** Bits of a code. */
  abstract readonly bits: 4 | 8;
  readonly rows: number;
  readonly columns: number;
  readonly blockSize: BlockSize;
  /** Scales. Read, never write. */
  readonly scales: Float32Array;
  #sums: Int16Array | undefined;

  /** @throws {KernelError} when a size is not allowed or the scales have another type or length. */
  /** Takes scales by groups of rows, `[rowGroups][blocks][8]`. */
  constructor(sizes: MatrixSizes, scales: Float32Array) {
    checkSizes(sizes);
    this.rows = sizes.rows;
    this.columns = sizes.columns;
    this.blockSize = sizes.blockSize;
    const { rowGroups: groups, blocks } = this;
    checkArray("weights: scales", scales, Float32Array, { groups, blocks, rows: GROUP_ROWS });
    this.scales = scales;
  }

  /** Groups of eight rows, the last one padded. */
  get rowGroups(): number {
    return Math.ceil(this.rows / GROUP_ROWS);
  }

  /** Blocks per row, the last one padded. */
  get blocks(): number {
    return Math.ceil(this.columns / this.blockSize);
  }

  /** Columns after padding to whole blocks. */
  get paddedColumns(): number {
    return this.blocks * this.blockSize;
  }

  /** Bytes that codes and scales take. */
  abstract get bytes(): number;

  /** Writes the signed codes of one row to `into`, `[paddedColumns]`. */
  abstract unpackRow(row: number, into: Int8Array): void;

  /**
   * Sums of the codes of each block, `[rowGroups][blocks][8]`: what activations with an offset need
   * (COMET, zero points). Computed at first use.
   */
  get sums(): Int16Array {
    if (this.#sums === undefined) {
      const { blocks, blockSize } = this;
      this.#sums = new Int16Array(this.scales.length);
      const codes = new Int8Array(this.paddedColumns);
      for (let row = 0; row < this.rows; row++) {
        this.unpackRow(row, codes);
        codes.forEach((code, j) => {
          this.#sums![groupIndex(row, Math.floor(j / blockSize), blocks)]! += code;
        });
      }
    }
    return this.#sums;
  }

  /** The signed codes, `[rows][columns]`: unpacked, for inspection and tests. */
  codes(): Int8Array {
    const codes = new Int8Array(this.rows * this.columns);
    const whole = new Int8Array(this.paddedColumns);
    for (let row = 0; row < this.rows; row++) {
      this.unpackRow(row, whole);
      codes.set(whole.subarray(0, this.columns), row * this.columns);
    }
    return codes;
  }

  /** The scale of one row and block. */
  scale(row: number, block: number): number {
    return this.scales[groupIndex(row, block, this.blocks)]!;
  }
}

/** Where a row's value for a block is in an array `[rowGroups][blocks][8]`. */
export function groupIndex(row: number, block: number, blocks: number): number {
  return (Math.floor(row / GROUP_ROWS) * blocks + block) * GROUP_ROWS + row % GROUP_ROWS;
}

/**
 * Codes with columns padded to whole blocks, `[rows][paddedColumns]`, and scales by groups of rows.
 *
 * @throws {KernelError} when a size is not allowed, an array does not fit, or a scale is not finite.
 */
export function padded(parts: MatrixCodes): { codes: Int8Array; scales: Float32Array } {
  checkSizes(parts);
  const { rows, columns, blockSize } = parts;
  const blocks = Math.ceil(columns / blockSize);
  checkArray("weights: codes", parts.codes, Int8Array, { rows, columns });
  checkArray("weights: scales", parts.scales, Float32Array, { rows, blocks });
  const bad = parts.scales.findIndex((scale) => !Number.isFinite(scale));
  if (bad >= 0) throw notFinite("weights: scales", parts.scales[bad]!, bad, blocks);

  const whole = blocks * blockSize;
  const codes = new Int8Array(rows * whole);
  const scales = new Float32Array(Math.ceil(rows / GROUP_ROWS) * blocks * GROUP_ROWS);
  for (let row = 0; row < rows; row++) {
    codes.set(parts.codes.subarray(row * columns, (row + 1) * columns), row * whole);
    for (let block = 0; block < blocks; block++) {
      scales[groupIndex(row, block, blocks)] = parts.scales[row * blocks + block]!;
    }
  }
  return { codes, scales };
}

function checkSizes({ rows, columns, blockSize }: MatrixSizes): void {
  checkWhole("weights: rows", rows, 1);
  checkColumns("weights: columns", columns);
  checkChoice("weights: blockSize", blockSize, BLOCK_SIZES);
  checkElements("weights", { rows, columns });
}
