/**
 * FRAG: the same bytes as P32 in the order in which a tensor core reads its B operand, so that each
 * lane of a warp loads its share of an 8×128 tile in one 16-byte access (COMET, "weight
 * interleaving"). No backend of this folder runs on it; it is here to show that P32 and FRAG are the
 * same weights, and for whoever ports the kernels to CUDA.
 *
 * ```text
 * tile: 8 rows × 128 columns · lane 4g + t of 32 owns words j = 0..3 of row g
 * nibble 2i   of word j = W[g][32j      + 4t + i]      i = 0..3
 * nibble 2i+1 of word j = W[g][32j + 16 + 4t + i]
 * ```
 *
 * The two steps of `lowBytes`/`highBytes` on word `j` are then exactly the two B registers of
 * `mma.m16n8k32.s8` at step `j`, and words `2q`, `2q + 1` unchanged are those of `mma.m16n8k64.s4`
 * when the activations are packed in the same column order 0, 16, 1, 17, 2, 18, …
 *
 * @module
 */
import { checkArray, checkWhole } from "../contract/checks.ts";
import { KernelError } from "../contract/errors.ts";
import { P32_ORDER, packNibbles, unpackNibbles } from "../contract/p32.ts";

/** Rows of a tile. */
const TILE_ROWS = 8;
/** Columns of a tile. */
const TILE_COLUMNS = 128;

/** Calls `visit` for every word of every tile with the positions of its eight codes in `[rows][columns]`. */
function eachWord(
  rows: number,
  columns: number,
  visit: (word: number, positions: number[]) => void,
): void {
  let word = 0;
  for (let top = 0; top < rows; top += TILE_ROWS) {
    for (let left = 0; left < columns; left += TILE_COLUMNS) {
      for (let lane = 0; lane < 32; lane++) {
        const row = top + (lane >> 2);
        for (let j = 0; j < 4; j++) {
          const first = row * columns + left + 32 * j + 4 * (lane & 3);
          visit(word++, [0, 1, 2, 3, 16, 17, 18, 19].map((offset) => first + offset));
        }
      }
    }
  }
}

/**
 * Signed codes `[rows][columns]` as FRAG words `[rows / 8][columns / 128][32 lanes][4]`.
 *
 * @throws {KernelError} when `rows` is not a multiple of 8 or `columns` not one of 128.
 */
export function packFrag(codes: Int8Array, rows: number, columns: number): Uint32Array {
  checkTiles("packFrag", rows, columns);
  checkArray("packFrag: codes", codes, Int8Array, { rows, columns });
  const words = new Uint32Array(rows * columns / 8);
  eachWord(rows, columns, (word, positions) => {
    words[word] = packNibbles(positions.map((position) => codes[position]!), P32_ORDER);
  });
  return words;
}

/**
 * The signed codes `[rows][columns]` of FRAG words.
 *
 * @throws {KernelError} when the sizes are not whole tiles or do not fit the words.
 */
export function unpackFrag(words: Uint32Array, rows: number, columns: number): Int8Array {
  checkTiles("unpackFrag", rows, columns);
  checkArray("unpackFrag: words", words, Uint32Array, { rows, "columns / 8": columns / 8 });
  const codes = new Int8Array(rows * columns);
  eachWord(rows, columns, (word, positions) => {
    const eight = unpackNibbles(words[word]!, P32_ORDER);
    positions.forEach((position, i) => codes[position] = eight[i]!);
  });
  return codes;
}

function checkTiles(what: string, rows: number, columns: number): void {
  checkWhole(`${what}: rows`, rows, 1);
  checkWhole(`${what}: columns`, columns, 1);
  if (rows % TILE_ROWS === 0 && columns % TILE_COLUMNS === 0) return;
  throw new KernelError({
    what: `${what}: rows x columns`,
    got: `${rows} x ${columns}`,
    expected: `multiples of ${TILE_ROWS} x ${TILE_COLUMNS}`,
  });
}
