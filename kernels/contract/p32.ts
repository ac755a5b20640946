/**
 * P32: eight 4-bit codes in a 32-bit word, ordered so that one mask yields four of them as bytes.
 *
 * Widening codes one by one takes a shift, a mask and a sign extension each. P32 puts code `i` in the
 * low and code `4 + i` in the high nibble of byte `i`, so that a whole word widens in two steps:
 *
 * ```text
 * nibble     7    6    5    4    3    2    1    0
 * code      w7   w3   w6   w2   w5   w1   w4   w0
 *
 * (word << 4) & 0xF0F0F0F0   bytes 16·w0 16·w1 16·w2 16·w3
 *  word       & 0xF0F0F0F0   bytes 16·w4 16·w5 16·w6 16·w7
 * ```
 *
 * A code in the high half of its byte, zeros below, is a signed byte of value 16·w; the scale takes
 * the 1/16 (COMET, "fast INT4→INT8 conversion"). The kernels of this folder store the biased form
 * `u = w + 8` in `[0, 15]` ({@linkcode biased}), which widens to *unsigned* bytes of value u by
 * `& 0x0F0F0F0F`; the two forms differ by an exclusive or and must never be mixed in one kernel.
 *
 * @module
 */
import { checkArray, checkWhole } from "./checks.ts";
import { KernelError } from "./errors.ts";

/** Nibble `i` of a P32 word holds code `P32_ORDER[i]`. */
export const P32_ORDER: readonly number[] = [0, 4, 1, 5, 2, 6, 3, 7];

/** The paper's 16-bit form of the same idea: four codes, the middle two switched. */
export const SWITCHED_ORDER: readonly number[] = [0, 2, 1, 3];

/**
 * Packs one signed 4-bit code per nibble, lowest first: nibble `i` takes `codes[order[i]]`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { P32_ORDER, packNibbles, SWITCHED_ORDER } from "kernels/contract/p32.ts";
 *
 * assertEquals(packNibbles([6, -2, 2, -7], SWITCHED_ORDER), 0x9E26);
 * assertEquals(packNibbles([6, -2, 2, -7, 1, -8, 7, -1], P32_ORDER), 0xF9728E16);
 * ```
 */
export function packNibbles(codes: ArrayLike<number>, order: readonly number[]): number {
  let word = 0;
  order.forEach((code, nibble) => word |= (codes[code]! & 15) << (4 * nibble));
  return word >>> 0;
}

/** The codes of a signed word, in the order they were packed. */
export function unpackNibbles(word: number, order: readonly number[]): Int8Array {
  const codes = new Int8Array(order.length);
  order.forEach((code, nibble) => codes[code] = (word >>> (4 * nibble)) << 28 >> 28);
  return codes;
}

/** Codes 0–3 of a signed P32 word as four signed bytes of value 16·w, first code in the lowest byte. */
export function lowBytes(word: number): number {
  return ((word << 4) & 0xF0F0F0F0) >>> 0;
}

/** Codes 4–7 of a signed P32 word as four signed bytes of value 16·w. */
export function highBytes(word: number): number {
  return (word & 0xF0F0F0F0) >>> 0;
}

/** From signed codes to codes biased by 8, and back. */
export function biased(word: number): number {
  return (word ^ 0x88888888) >>> 0;
}

/** The four signed bytes of a word, lowest first. */
export function signedBytes(word: number): Int8Array {
  return Int8Array.of(word, word >> 8, word >> 16, word >> 24);
}

/** Output rows that share one run of words: 8 words of 4 bytes fill one 32-byte load. */
export const GROUP_ROWS = 8;

/**
 * Packs a matrix of signed codes, `[rows][columns]`, into P32 words `[rowGroups][columns / 8][8]`:
 * word index first, then row, so that 32 bytes hold the same eight columns of eight rows. Rows beyond
 * the last are filled with code 0.
 *
 * @throws {KernelError} when a size is not a multiple of 8 columns, or a code lies outside [-8, 7].
 */
export function packP32(codes: Int8Array, rows: number, columns: number): Uint32Array {
  checkWhole("packP32: rows", rows, 1);
  checkColumns("packP32: columns", columns);
  checkArray("packP32: codes", codes, Int8Array, { rows, columns });
  const groups = Math.ceil(rows / GROUP_ROWS);
  const run = columns / 8;
  const words = new Uint32Array(groups * run * GROUP_ROWS);
  const bad = codes.findIndex((code) => code < -8 || code > 7);
  if (bad >= 0) {
    throw new KernelError({
      what: `packP32: codes[${Math.floor(bad / columns)}][${bad % columns}]`,
      got: codes[bad],
      expected: "a signed 4-bit code from -8 to 7",
    });
  }
  for (let row = 0; row < rows; row++) {
    const group = Math.floor(row / GROUP_ROWS);
    for (let at = 0; at < run; at++) {
      const first = row * columns + at * 8;
      let word = 0; // packNibbles in P32_ORDER
      for (let i = 0; i < 4; i++) {
        const pair = codes[first + i]! & 15 | (codes[first + 4 + i]! & 15) << 4;
        word |= pair << (8 * i);
      }
      words[(group * run + at) * GROUP_ROWS + row % GROUP_ROWS] = word;
    }
  }
  return words;
}

/**
 * The codes that {@linkcode packP32} packed.
 *
 * @throws {KernelError} when the number of words does not fit the sizes.
 */
export function unpackP32(words: Uint32Array, rows: number, columns: number): Int8Array {
  checkWhole("unpackP32: rows", rows, 1);
  checkColumns("unpackP32: columns", columns);
  const groups = Math.ceil(rows / GROUP_ROWS);
  const run = columns / 8;
  checkArray("unpackP32: words", words, Uint32Array, { groups, run, rows: GROUP_ROWS });
  const codes = new Int8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const group = Math.floor(row / GROUP_ROWS);
    for (let at = 0; at < run; at++) {
      const word = words[(group * run + at) * GROUP_ROWS + row % GROUP_ROWS]!;
      codes.set(unpackNibbles(word, P32_ORDER), row * columns + at * 8);
    }
  }
  return codes;
}

/**
 * A whole number of words per row.
 *
 * @throws {KernelError} when `columns` is not a positive multiple of 8.
 */
export function checkColumns(what: string, columns: number): void {
  if (Number.isInteger(columns) && columns > 0 && columns % 8 === 0) return;
  throw new KernelError({
    what,
    got: columns,
    expected: "a positive multiple of 8",
    todo: "Pad with columns of zeros.",
  });
}
