/**
 * What is reported about a cell that failed: which, why, its source with the failing line, its output so far.
 *
 * @module
 */
import type { Execution, Thrown } from "../kernel/mod.ts";
import type { Output } from "../nbformat.ts";
import { type Place, placesOf, type RunCell, syntaxErrorOf } from "./failing_line.ts";
import { lastLines } from "./outputs.ts";

/** Why a notebook did not pass. */
export interface Failure {
  /** Id of the cell, or null when the notebook failed outside its cells. */
  cell: string | null;
  /** One line: what happened. */
  reason: string;
  /** Error as stored in the executed notebook. */
  error: Thrown;
  /** The cell's text, empty when `cell` is null. */
  source: string;
  /** Where in cells the error came from, innermost first; may be empty. */
  places: Place[];
  /** The last lines of the cell's output. */
  output: string[];
}

/** How the kernel's process says that V8 reached its heap limit. */
const OUT_OF_MEMORY = /heap out of memory|Reached heap limit|JavaScript heap/i;

/** The project's folder as stack frames name it; files in it are named by their path from there. */
const PROJECT = new URL("../../../", import.meta.url).href;

/** So many lines of output are repeated. */
const OUTPUT_LINES = 20;
/** Lines of source shown on either side of the failing one, when the cell is long. */
const CONTEXT_LINES = 12;

/**
 * Describes a failed execution.
 *
 * @param cells The cells run so far, the failing one last.
 * @param outputs What it had put out.
 */
export function failureOf(
  execution: Exclude<Execution, { status: "ok" }>,
  cells: readonly RunCell[],
  outputs: readonly Output[],
): Failure {
  const cell = cells.at(-1)!;
  const { reason, error } = describe(execution, cell);
  const places = execution.status === "error" || execution.status === "lost"
    ? placesOf(execution.error, cells)
    : [];
  return {
    cell: cell.id,
    reason,
    error,
    source: cell.source,
    places,
    output: lastLines(outputs, OUTPUT_LINES),
  };
}

/** A cell whose output went on after it had ended. */
export function lateOutputFailure(cell: RunCell, outputs: readonly Output[]): Failure {
  const evalue = "it put something out after it had ended; await what prints (timers, promises)";
  return {
    cell: cell.id,
    reason: evalue,
    error: { ename: "LateOutput", evalue, traceback: [] },
    source: cell.source,
    places: [],
    output: lastLines(outputs, OUTPUT_LINES),
  };
}

/** A notebook that failed before or outside its cells. */
export function notebookFailure(reason: string): Failure {
  const error = { ename: "NotebookError", evalue: reason, traceback: [] };
  return { cell: null, reason, error, source: "", places: [], output: [] };
}

function describe(
  execution: Exclude<Execution, { status: "ok" }>,
  cell: RunCell,
): { reason: string; error: Thrown } {
  switch (execution.status) {
    case "error":
      return describeThrown(execution.error, cell);
    case "lost": {
      const { error } = execution;
      const how = execution.what === "rejection"
        ? "a promise was rejected and nobody awaited it"
        : "a callback threw";
      return { reason: `${how}: ${line(error)}`, error };
    }
    case "died": {
      const reason = deathReason(execution);
      return { reason, error: { ename: "KernelDied", evalue: reason, traceback: [] } };
    }
    case "broken": {
      const reason = `the connection to the kernel broke: ${execution.message}`;
      return { reason, error: { ename: "KernelLost", evalue: reason, traceback: [] } };
    }
    case "timeout": {
      const reason = `it did not end within ${execution.limitMs / 1000} s (cellSeconds in the ` +
        "notebook's header); the kernel was killed";
      return { reason, error: { ename: "CellTimeout", evalue: reason, traceback: [] } };
    }
  }
}

function describeThrown(error: Thrown, cell: RunCell): { reason: string; error: Thrown } {
  if (error.traceback.length > 0 || error.evalue !== "Execution failed") {
    return { reason: `it threw ${line(error)}`, error };
  }
  // The kernel gives no reason for a cell that it cannot evaluate at all.
  const syntax = syntaxErrorOf(cell);
  const evalue = syntax?.message ??
    "the kernel refused the cell and gave no reason; an npm: import of a package that is not in " +
      "deno.lock or cannot be downloaded does this";
  const ename = syntax === undefined ? "ExecutionFailed" : "SyntaxError";
  return { reason: evalue, error: { ename, evalue, traceback: [] } };
}

function deathReason({ end, terminalText }: Extract<Execution, { status: "died" }>): string {
  if (OUT_OF_MEMORY.test(terminalText)) {
    return "the kernel died: out of memory (its heap limit can be raised, for example with " +
      "DENO_V8_FLAGS=--max-old-space-size=8192)";
  }
  const how = end.signal === null ? `exit code ${end.code}` : `${end.signal}, code ${end.code}`;
  const hint = end.signal === null ? "; a cell must not call Deno.exit" : "";
  return `the kernel died (${how}${hint})`;
}

function line({ ename, evalue }: Thrown): string {
  return [ename, evalue].filter((part) => part !== "").join(": ");
}

/**
 * The report of a failure, for a terminal.
 *
 * @param notebook Name of the notebook.
 */
export function failureText(notebook: string, failure: Failure): string {
  if (failure.cell === null) return `✗ ${notebook}: ${failure.reason}`;
  const own = failure.places.find((place) => place.cell === failure.cell);
  const lines = [
    `✗ ${notebook}, cell "${failure.cell}"${own ? `, line ${own.line}` : ""}: ${failure.reason}`,
    "",
    ...markedSource(failure.source, own),
  ];
  const [innermost] = failure.places;
  if (innermost !== undefined && innermost.cell !== failure.cell) {
    lines.push("", `  thrown in cell "${innermost.cell}", line ${innermost.line}`);
  }
  const frames = failure.error.traceback.filter((text) =>
    /^\s+at /.test(text) && !text.includes("<anonymous>") && !/\((ext|node):/.test(text)
  );
  lines.push(...frames.map((frame) => `  ${frame.trim().replace(PROJECT, "")}`));
  if (failure.output.length > 0) {
    lines.push("", "  output so far:", ...failure.output.map((text) => `  │ ${text}`));
  } else lines.push("", "  no output so far");
  return lines.join("\n");
}

/** Numbered lines of a cell; the failing one is marked, and long cells are cut around it. */
function markedSource(source: string, place: Place | undefined): string[] {
  const lines = source.split("\n");
  const shownAround = place === undefined
    ? { from: 1, to: 2 * CONTEXT_LINES }
    : { from: place.line - CONTEXT_LINES, to: place.line + CONTEXT_LINES };
  const width = String(lines.length).length;
  const text: string[] = [];
  if (shownAround.from > 1) text.push("  …");
  for (const [index, content] of lines.entries()) {
    const number = index + 1;
    if (number < shownAround.from || number > shownAround.to) continue;
    const failing = number === place?.line;
    text.push(`${failing ? ">" : " "} ${String(number).padStart(width)} │ ${content}`);
    if (failing) text.push(`  ${" ".repeat(width)} │ ${" ".repeat(place!.column - 1)}^`);
  }
  if (shownAround.to < lines.length) text.push("  …");
  return text;
}
