/**
 * A dense simplex for small linear programs that need no first phase.
 *
 * @module
 */

/** Entries no larger than this count as zero when a pivot is chosen. */
export const PIVOT_TOLERANCE = 1e-11;

/** How {@linkcode Tableau.maximize} ended. */
export type SimplexStatus = "optimal" | "unbounded";

/**
 * Maximises `profit·y` subject to `A y ≤ b`, `y ≥ 0`, for `b ≥ 0`: the origin is feasible, so there is
 * nothing to find before the pivots start.
 *
 * The tableau is condensed: only the columns of the variables that are now zero are kept, so a pivot
 * costs (rows + 1)·(columns + 1) multiplications. Bland's rule (the smallest index enters, among
 * the tied rows the smallest index leaves) makes cycling impossible, also where `b` has zeros.
 * One object serves many programs of at most the given size without allocating.
 */
export class Tableau {
  #cells: Float64Array;
  #basic: Int32Array;
  #nonbasic: Int32Array;
  #rows = 0;
  #columns = 0;
  #width = 0;
  /** Pivots of the last program. */
  pivots = 0;

  constructor(maxRows: number, maxColumns: number) {
    this.#cells = new Float64Array((maxRows + 1) * (maxColumns + 1));
    this.#basic = new Int32Array(maxRows);
    this.#nonbasic = new Int32Array(maxColumns);
  }

  /**
   * Starts a program of this size with all coefficients zero. Fill it with {@linkcode set},
   * {@linkcode setBound} and {@linkcode setProfit}.
   */
  reset(rows: number, columns: number): void {
    this.#rows = rows;
    this.#columns = columns;
    this.#width = columns + 1;
    const size = (rows + 1) * this.#width;
    if (this.#cells.length < size) this.#cells = new Float64Array(size);
    else this.#cells.fill(0, 0, size);
    if (this.#basic.length < rows) this.#basic = new Int32Array(rows);
    if (this.#nonbasic.length < columns) this.#nonbasic = new Int32Array(columns);
    for (let j = 0; j < columns; j++) this.#nonbasic[j] = j;
    for (let i = 0; i < rows; i++) this.#basic[i] = columns + i;
    this.pivots = 0;
  }

  /** Sets `A[row, column]`. */
  set(row: number, column: number, value: number): void {
    this.#cells[row * this.#width + column] = value;
  }

  /** Sets `b[row]`, which must be ≥ 0. */
  setBound(row: number, value: number): void {
    this.#cells[row * this.#width + this.#columns] = value;
  }

  /** Sets the profit of a variable. */
  setProfit(column: number, value: number): void {
    this.#cells[this.#rows * this.#width + column] = value;
  }

  /**
   * Pivots to the end.
   *
   * @throws {Error} when `50·(rows + columns)` pivots did not suffice (rounding, not cycling).
   */
  maximize(): SimplexStatus {
    const cells = this.#cells, width = this.#width;
    const rows = this.#rows, columns = this.#columns;
    const limit = 50 * (rows + columns);
    const profits = rows * width;
    while (true) {
      let enter = -1;
      for (let j = 0; j < columns; j++) {
        if (
          cells[profits + j]! > PIVOT_TOLERANCE &&
          // Bland's rule: the lowest name enters and, among equals, leaves. It never cycles.
          (enter < 0 || this.#nonbasic[j]! < this.#nonbasic[enter]!)
        ) enter = j;
      }
      if (enter < 0) return "optimal";
      let leave = -1;
      let least = Infinity;
      for (let i = 0; i < rows; i++) {
        const entry = cells[i * width + enter]!;
        if (entry <= PIVOT_TOLERANCE) continue;
        const ratio = cells[i * width + columns]! / entry;
        if (ratio < least || (ratio === least && this.#basic[i]! < this.#basic[leave]!)) {
          least = ratio;
          leave = i;
        }
      }
      if (leave < 0) {
        this.#entering = enter;
        return "unbounded";
      }
      this.#pivot(leave, enter);
      if (++this.pivots > limit) {
        throw new Error(
          `simplex: ${this.pivots} pivots for ${rows} rows and ${columns} columns, expected at most ${limit}`,
        );
      }
    }
  }

  /** Objective of the last optimal program. */
  get value(): number {
    return -this.#cells[this.#rows * this.#width + this.#columns]!;
  }

  /** Writes the optimal `y` to `into` (length ≥ columns). */
  solution(into: Float64Array): void {
    into.fill(0, 0, this.#columns);
    for (let i = 0; i < this.#rows; i++) {
      const variable = this.#basic[i]!;
      if (variable < this.#columns) into[variable] = this.#cells[i * this.#width + this.#columns]!;
    }
  }

  /** Writes the prices of the rows (the optimal solution of the dual program, ≥ 0) to `into`. */
  prices(into: Float64Array): void {
    into.fill(0, 0, this.#rows);
    const profits = this.#rows * this.#width;
    for (let j = 0; j < this.#columns; j++) {
      const slack = this.#nonbasic[j]! - this.#columns;
      if (slack >= 0) into[slack] = Math.max(0, -this.#cells[profits + j]!);
    }
  }

  /** After "unbounded": writes a direction `y ≥ 0` with `A y ≤ 0` and positive profit to `into`. */
  ray(into: Float64Array): void {
    into.fill(0, 0, this.#columns);
    const entering = this.#nonbasic[this.#entering]!;
    if (entering < this.#columns) into[entering] = 1;
    for (let i = 0; i < this.#rows; i++) {
      const variable = this.#basic[i]!;
      if (variable < this.#columns) {
        into[variable] = Math.max(0, -this.#cells[i * this.#width + this.#entering]!);
      }
    }
  }

  #entering = -1;

  #pivot(row: number, column: number): void {
    const cells = this.#cells, width = this.#width, columns = this.#columns;
    const from = row * width;
    const inverse = 1 / cells[from + column]!;
    for (let i = 0; i <= this.#rows; i++) {
      if (i === row) continue;
      const at = i * width;
      const factor = cells[at + column]! * inverse;
      if (factor === 0) continue;
      for (let j = 0; j <= columns; j++) cells[at + j] = cells[at + j]! - factor * cells[from + j]!;
      cells[at + column] = -factor;
      // A bound that rounding pushed below zero would break the ratio test of a degenerate vertex.
      if (i < this.#rows && cells[at + columns]! < 0) cells[at + columns] = 0;
    }
    for (let j = 0; j <= columns; j++) cells[from + j] = cells[from + j]! * inverse;
    cells[from + column] = inverse;
    const leaving = this.#basic[row]!;
    this.#basic[row] = this.#nonbasic[column]!;
    this.#nonbasic[column] = leaving;
  }
}
