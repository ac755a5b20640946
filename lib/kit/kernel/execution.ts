/**
 * What a client learns about the execution of a cell.
 *
 * @module
 */
import type { JsonObject } from "./messages.ts";
import type { ProcessEnd } from "./process.ts";

/** Something that a cell put out, as the kernel sent it. */
export interface OutputMessage {
  type:
    | "stream"
    | "display_data"
    | "update_display_data"
    | "execute_result"
    | "error"
    | "clear_output";
  content: JsonObject;
}

/** An error as the kernel describes it. */
export interface Thrown {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** How the execution of a cell ended. */
export type Execution =
  | { status: "ok" }
  /** It threw. */
  | { status: "error"; error: Thrown }
  /** It left a rejected promise, or a timer's callback threw. `cell` = whose promise it was. */
  | { status: "lost"; what: "rejection" | "error"; cell: string; error: Thrown }
  /** The process ended during the cell. */
  | { status: "died"; end: ProcessEnd; terminalText: string }
  /** The connection broke, or a message with a wrong signature came. */
  | { status: "broken"; message: string }
  /** It did not end within its limit; the kernel was killed. */
  | { status: "timeout"; limitMs: number };

/** A cell used something whose last digits hang on the processor. */
export interface ProcessorUse {
  cell: string;
  /** "ONNX Runtime", "native kernels", … */
  name: string;
}

/** What {@linkcode KernelClient.execute} needs to know besides the code. */
export interface ExecuteOptions {
  /** Names the cell, so that late output can be told apart from the running cell's. */
  cell: string;
  /** Limit of its run time, without waiting for a processor; the kernel is killed when it is exceeded. */
  timeLimitMs?: number;
  /** Wait this long for timers that cells left behind (for the last cell). */
  settleMs?: number;
  /** Called once for each cell and each thing that computed numbers for it which hang on the processor. */
  onProcessor?: (use: ProcessorUse) => void;
  /** Called for each output, in order. A late one comes from a cell that has already ended. */
  onOutput?: (output: OutputMessage, origin: { cell: string; late: boolean }) => void;
}

/** The messages that are outputs. */
export const OUTPUT_TYPES: ReadonlySet<string> = new Set<OutputMessage["type"]>([
  "stream",
  "display_data",
  "update_display_data",
  "execute_result",
  "error",
  "clear_output",
]);

/** The error that a reply or a broadcast describes. */
export function thrownOf(content: JsonObject): Thrown {
  const traceback = content["traceback"];
  return {
    ename: String(content["ename"] ?? "Error"),
    evalue: String(content["evalue"] ?? ""),
    traceback: Array.isArray(traceback) ? traceback.map(String) : [],
  };
}
