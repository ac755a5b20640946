/**
 * The weights of one linear layer, in the layouts that every backend reads: 4 bits a weight, or 8 for
 * layers that need them.
 *
 * @module
 */
import { BlockMatrix, type MatrixCodes, type MatrixSizes, padded } from "./block_matrix.ts";
import { checkArray } from "./checks.ts";
import { KernelError } from "./errors.ts";
import { biased, GROUP_ROWS, packP32 } from "./p32.ts";

/**
 * 4-bit weights, codes in [-8, 7]:
 *
 * ```text
 * words   u32  [rowGroups][paddedColumns / 8][8 rows]    biased P32: nibble = code + 8
 * ```
 *
 * One 32-byte load holds eight columns of eight rows. At a block size of 128 this and the scales are
 * 0.53 byte per weight.
 */
export class PackedWeights extends BlockMatrix {
  /** Bits of a code. */
  readonly bits = 4;
  /** Biased P32 words. Read, never write. */
  readonly words: Uint32Array;

  /**
   * Takes words and scales as they are stored, for instance in a file.
   *
   * @throws {KernelError} when a size is not allowed or an array has another type or length.
   */
  constructor(parts: MatrixSizes & { words: Uint32Array; scales: Float32Array }) {
    super(parts, parts.scales);
    const shape = { groups: this.rowGroups, run: this.paddedColumns / 8, rows: GROUP_ROWS };
    checkArray("weights: words", parts.words, Uint32Array, shape);
    this.words = parts.words;
  }

  /**
   * Packs codes.
   *
   * @throws {KernelError} when a size is not allowed, a code lies outside [-8, 7] or a scale is not
   * finite.
   */
  static fromCodes(parts: MatrixCodes): PackedWeights {
    const { codes, scales } = padded(parts);
    const words = packP32(codes, parts.rows, codes.length / parts.rows);
    for (let i = 0; i < words.length; i++) words[i] = biased(words[i]!);
    return new PackedWeights({ ...parts, words, scales });
  }

  /** Bytes of words and scales. */
  override get bytes(): number {
    return this.words.byteLength + this.scales.byteLength;
  }

  /** Writes the codes of a row to `into`, `[paddedColumns]`. */
  override unpackRow(row: number, into: Int8Array): void {
    const run = this.paddedColumns / 8;
    const first = Math.floor(row / GROUP_ROWS) * run * GROUP_ROWS + row % GROUP_ROWS;
    for (let at = 0; at < run; at++) {
      const word = this.words[first + at * GROUP_ROWS]!;
      for (let i = 0; i < 4; i++) {
        into[at * 8 + i] = ((word >>> (8 * i)) & 15) - 8;
        into[at * 8 + 4 + i] = ((word >>> (8 * i + 4)) & 15) - 8;
      }
    }
  }
}

/**
 * 8-bit weights, codes in [-127, 127]:
 *
 * ```text
 * values  i8  [rowGroups][paddedColumns / 4][8 rows][4]
 * ```
 *
 * One 32-byte load holds four columns of eight rows. -128 is left out: the AVX2 kernel negates codes.
 */
export class PackedWeights8 extends BlockMatrix {
  /** Bits of a code. */
  readonly bits = 8;
  /** Codes. Read, never write. */
  readonly values: Int8Array;

  /**
   * Takes codes and scales as they are stored, for instance in a file.
   *
   * @throws {KernelError} when a size is not allowed, an array has another type or length, or a code is
   * -128.
   */
  constructor(parts: MatrixSizes & { values: Int8Array; scales: Float32Array }) {
    super(parts, parts.scales);
    const { rowGroups: groups, paddedColumns } = this;
    const shape = { groups, run: paddedColumns / 4, rows: GROUP_ROWS, columns: 4 };
    checkArray("weights: values", parts.values, Int8Array, shape);
    const bad = parts.values.indexOf(-128);
    if (bad >= 0) {
      throw new KernelError({
        what: `weights: values[${bad}]`,
        got: -128,
        expected: "a code from -127 to 127",
      });
    }
    this.values = parts.values;
  }

  /**
   * Packs codes.
   *
   * @throws {KernelError} when a size is not allowed, a code is -128 or a scale is not finite.
   */
  static fromCodes(parts: MatrixCodes): PackedWeights8 {
    const { codes, scales } = padded(parts);
    const columns = codes.length / parts.rows;
    const values = new Int8Array(Math.ceil(parts.rows / GROUP_ROWS) * GROUP_ROWS * columns);
    for (let row = 0; row < parts.rows; row++) {
      for (let j = 0, at = at8(row, columns); j < columns; j += 4, at += 4 * GROUP_ROWS) {
        for (let i = 0; i < 4; i++) values[at + i] = codes[row * columns + j + i]!;
      }
    }
    return new PackedWeights8({ ...parts, values, scales });
  }

  /** Bytes of codes and scales. */
  override get bytes(): number {
    return this.values.byteLength + this.scales.byteLength;
  }

  /** Writes the codes of a row to `into`, `[paddedColumns]`. */
  override unpackRow(row: number, into: Int8Array): void {
    const { values, paddedColumns } = this, first = at8(row, paddedColumns);
    for (let j = 0, at = first; j < paddedColumns; j += 4, at += 4 * GROUP_ROWS) {
      for (let i = 0; i < 4; i++) into[j + i] = values[at + i]!;
    }
  }
}

/** Weights of either width. */
export type Weights = PackedWeights | PackedWeights8;

/** Where the first four codes of a row are in 8-bit weights; the next four are 32 bytes on. */
function at8(row: number, columns: number): number {
  return Math.floor(row / GROUP_ROWS) * GROUP_ROWS * columns + row % GROUP_ROWS * 4;
}
