/**
 * Executing notebooks in the Deno Jupyter kernel.
 *
 * @module
 */
export { earlierSeconds } from "./earlier_seconds.ts";
export { claimsOf, claimsOfCell } from "./claims.ts";
export { compareNotebooks, type Difference, withoutTimings } from "./compare.ts";
export {
  type CellProgress,
  type Executed,
  executeNotebook,
  type ExecuteNotebookOptions,
} from "./execute.ts";
export { type Failure, failureText } from "./failure.ts";
export {
  listNotebooks,
  type LoadedNotebook,
  loadNotebook,
  type NotebookFile,
  selectNotebooks,
} from "./notebook_files.ts";
export { notebookParameters, type Profile, withParameters } from "./parameters.ts";
export { type ProgressTarget, RunProgress, sizedStandardError } from "./progress.ts";
export { type NotebookRun, type RunEvent, runNotebooks, type RunOptions } from "./run_notebooks.ts";
export { slowestCells, type TimedRun } from "./slowest_cells.ts";
