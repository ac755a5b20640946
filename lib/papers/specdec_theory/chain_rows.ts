/**
 * The rows of a pair of chains, with all that simulating them needs, in a few flat arrays.
 *
 * @module
 */
import type { ChainPair } from "offprint/lm/exact/mod.ts";
import { residual } from "offprint/decoding/verification/mod.ts";

/** Cells of a guide for each token. */
const CELLS = 4;

/**
 * Rows are made when they are first needed and numbered in that order. Each has `levels` = drafts + 1 levels: level
 * m holds q^{m+1}, what is left of the target after m rejections, and a table for drawing: from the draft at
 * level 0, from q^{m+1} at level m ≥ 1.
 *
 * A table is a distribution function with a guide (Chen and Asau): the cell of `[0, 1)` that a number falls in
 * says where the search begins, so that a draw takes one or two comparisons whatever the number of tokens.
 *
 * The arrays are open to the simulator's inner loop, which takes them to local names; {@linkcode make} may
 * replace them.
 */
export class ChainRows {
  /** V, tokens of a row. */
  readonly size: number;
  readonly levels: number;
  /** Cells of each guide. */
  readonly cells: number;
  /** `[steps, V]`: number of the row and one more; 0 where it is not made yet. */
  numbers = new Int32Array(0);
  /** `[rows]`: levels made. */
  made = new Int32Array(0);
  /** `[rows, V]` */
  draft = new Float64Array(0);
  /** `[rows, levels, V]` */
  mass = new Float64Array(0);
  /** `[rows, levels, V]`: distribution functions, Infinity from the last token of positive probability on. */
  cumulative = new Float64Array(0);
  /** `[rows, levels, cells]` */
  guide = new Int32Array(0);
  readonly #pair: ChainPair;
  readonly #stationaryFrom: number;
  #rows = 0;

  constructor(pair: ChainPair, drafts: number) {
    this.#pair = pair;
    this.size = pair.target.vocabSize;
    this.levels = drafts + 1;
    this.cells = CELLS * this.size;
    this.#stationaryFrom = Math.max(pair.draft.stationaryFrom, pair.target.stationaryFrom);
  }

  /** The step whose rows `step` shares. */
  kept(step: number): number {
    return step < this.#stationaryFrom ? step : this.#stationaryFrom;
  }

  /** Makes the row after `previous` at step `kept` and returns its number. */
  make(kept: number, previous: number): number {
    const { size, levels, cells } = this;
    const row = this.#rows++;
    if (row === this.made.length) {
      const rows = Math.max(16, 2 * row);
      this.made = longer(this.made, new Int32Array(rows));
      this.draft = longer(this.draft, new Float64Array(rows * size));
      this.mass = longer(this.mass, new Float64Array(rows * levels * size));
      this.cumulative = longer(this.cumulative, new Float64Array(rows * levels * size));
      this.guide = longer(this.guide, new Int32Array(rows * levels * cells));
    }
    const place = kept * size + previous;
    if (place >= this.numbers.length) {
      this.numbers = longer(this.numbers, new Int32Array(2 * (kept + 1) * size));
    }
    this.numbers[place] = row + 1;
    const draft = this.#pair.draft.row(kept, previous);
    this.draft.set(draft, row * size);
    this.mass.set(this.#pair.target.row(kept, previous), row * levels * size);
    this.#tabulate(row * levels, draft);
    this.made[row] = 1;
    return row;
  }

  /** Makes the levels of a row up to `level`. */
  reach(row: number, level: number): void {
    const { size, levels } = this;
    while (this.made[row]! <= level) {
      const table = row * levels + this.made[row]!++;
      const left = residual(
        this.mass.subarray((table - 1) * size, table * size),
        this.draft.subarray(row * size, (row + 1) * size),
      );
      this.mass.set(left, table * size);
      this.#tabulate(table, left);
    }
  }

  #tabulate(table: number, distribution: Float64Array): void {
    const { size, cells, cumulative, guide } = this;
    let sum = 0;
    let last = 0;
    for (let token = 0; token < size; token++) {
      sum += distribution[token]!;
      cumulative[table * size + token] = sum;
      if (distribution[token]! > 0) last = token;
    }
    // What rounding leaves over goes to the last token of positive probability.
    cumulative.fill(Infinity, table * size + last, (table + 1) * size);
    for (let cell = 0, token = 0; cell < cells; cell++) {
      while (cumulative[table * size + token]! <= cell / cells) token++;
      guide[table * cells + cell] = token;
    }
  }
}

/** `empty` with the numbers of a shorter array in front. */
function longer<Numbers extends Float64Array | Int32Array>(
  short: Numbers,
  empty: Numbers,
): Numbers {
  empty.set(short);
  return empty;
}
