/**
 * How a cell's run ended, as a reader is told.
 *
 * @module
 */
import type { Execution, Thrown } from "../kernel/mod.ts";
import { failureOf } from "../runner/failure.ts";
import type { CellOutputs } from "./cell_outputs.ts";
import { type EndedRun, lostIn } from "./cell_runner.ts";
import type { RanCell } from "./dependents.ts";
import type { CellState } from "./messages.ts";

/** The status of a cell that ended, and the line that failed. An error that it does not show yet is put among its outputs. */
export function settleRun(
  { cell: id, source, execution, stopped }: EndedRun,
  ran: ReadonlyMap<string, RanCell>,
  outputs: CellOutputs,
): Pick<CellState, "status" | "line"> {
  const shown = outputs.of(id).find((output) => output.output_type === "error");
  const failed: Execution = execution.status === "ok" && shown !== undefined
    ? { status: "error", error: shown }
    : execution;
  if (failed.status === "ok") return { status: "ok" };
  if (stopped) {
    if (shown === undefined) outputs.addError(id, stoppedError(lostIn(failed)));
    return { status: "stopped" };
  }
  const cells = [...ran].filter(([other]) => other !== id)
    .map(([other, { source }]) => ({ id: other, source }));
  const failure = failureOf(failed, [...cells, { id, source }], outputs.of(id));
  if (shown === undefined) outputs.addError(id, failure.error);
  const line = failure.places.find(({ cell }) => cell === id)?.line;
  return { status: "error", ...(line !== undefined && { line }) };
}

function stoppedError(replaced: boolean): Thrown {
  const evalue = replaced
    ? "it was stopped, and its kernel was replaced: run the cells again that others need"
    : "it was stopped";
  return { ename: "Stopped", evalue, traceback: [] };
}
