/**
 * Where the time of a run goes, cell by cell.
 *
 * @module
 */

/** What is needed of a run. */
export interface TimedRun {
  id: string;
  /** Wall time of the whole notebook, in seconds. */
  seconds: number;
  /** Time of each cell that was run, in seconds. */
  cellSeconds: ReadonlyMap<string, number>;
}

/**
 * The cells of all notebooks that took longest, one a line: seconds, the share of its notebook's time, the cell.
 *
 * @param most How many lines at most.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { slowestCells } from "offprint/kit/runner/slowest_cells.ts";
 *
 * const cellSeconds = new Map([["model", 6], ["plot", 1.5]]);
 * assertEquals(
 *   slowestCells([{ id: "02-specdec-theory", seconds: 8, cellSeconds }], 1),
 *   "    6.0 s   75 %  02-specdec-theory: model",
 * );
 * ```
 */
export function slowestCells(runs: readonly TimedRun[], most = 10): string {
  return runs
    .flatMap(({ id, seconds, cellSeconds }) =>
      [...cellSeconds].map(([cell, time]) => ({ id, cell, time, share: time / seconds }))
    )
    .sort((a, b) => b.time - a.time)
    .slice(0, most)
    .map(({ id, cell, time, share }) => {
      const percent = (100 * share).toFixed(0).padStart(3);
      return `${time.toFixed(1).padStart(7)} s  ${percent} %  ${id}: ${cell}`;
    })
    .join("\n");
}
