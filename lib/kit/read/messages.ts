/**
 * What a page and the reader's server say to each other over their socket, as JSON.
 *
 * @module
 */
import { z } from "zod";
import type { ParameterLimits } from "../pairs/mod.ts";

const cell = z.string().max(200);
const source = z.string().max(1_000_000);

/** What a page may ask for. */
export const requestSchema = z.discriminatedUnion("type", [
  /** Cells to run, in this order, after those that wait already; with `needed`, first what they need and has not run. */
  z.strictObject({
    type: z.literal("run"),
    cells: z.array(cell).max(2000),
    needed: z.boolean().default(false),
  }),
  /** A cell is about to be run: the kernel may start. */
  z.strictObject({ type: z.literal("ready") }),
  z.strictObject({ type: z.literal("edit"), cell, source }),
  /** An empty cell below `after`. The page names it, so that it can ask again after the server was away. */
  z.strictObject({
    type: z.literal("insert"),
    cell: z.string().regex(/^new-[0-9a-f]{8}$/),
    after: cell,
  }),
  /** Back to the notebook's own text; a cell that was inserted goes. */
  z.strictObject({ type: z.literal("reset"), cell }),
  /** Other values of parameters, as text; with `run`, what depends on them is run. */
  z.strictObject({
    type: z.literal("parameters"),
    values: z.record(z.string().max(200), z.string().max(10_000)),
    run: z.boolean(),
  }),
  z.strictObject({ type: z.literal("stop") }),
  z.strictObject({ type: z.literal("restart") }),
  /** What could stand at an offset of a text; `id` comes back with the answer. */
  z.strictObject({ type: z.literal("complete"), id: z.number(), source, at: z.number() }),
  z.strictObject({ type: z.literal("inspect"), id: z.number(), source, at: z.number() }),
  z.strictObject({ type: z.literal("save") }),
  z.strictObject({ type: z.literal("trust") }),
]);

/** A request of a page. */
export type PageRequest = z.infer<typeof requestSchema>;

/** How a cell is. */
export interface CellState {
  id: string;
  /** "idle": not run in this kernel. */
  status: "idle" | "queued" | "running" | "ok" | "error" | "stopped";
  /** How long it has been running, or ran, in seconds. */
  seconds?: number;
  /** What it shows is older than what it depends on, or than its own text. */
  stale: boolean;
  /** It has not run since the notebook was opened: what it shows is the notebook's own. */
  own?: true;
  /** Its text is not the notebook's. */
  edited: boolean;
  /** The values that parameters had when it ran; nothing where it has not run here, or without them. */
  values?: Record<string, string>;
  /** The line that failed, from 1. */
  line?: number;
}

/** One output: finished HTML, or printed text, which grows. */
export type OutputItem = { html: string } | { text: string; name: "stdout" | "stderr" };

/** A parameter and its present value. */
export interface ParameterState {
  name: string;
  type: "number" | "string" | "boolean" | "choice";
  options?: string[];
  value: string;
  /** The value in the notebook as it is committed. */
  initial: string;
  doc: string;
  limits?: ParameterLimits;
}

/** What the panel of parameters shows. */
export interface ParameterPanel {
  /** Those of the cell as it is now, or as it is in the notebook where it was edited into something else. */
  parameters: ParameterState[];
  /** Why the cell cannot be read. */
  problem?: string;
}

/** What the server says to all pages that show a notebook, or to one of them. */
export type ReaderEvent =
  /** The first one on a socket. */
  | {
    type: "state";
    foreign: boolean;
    trusted: boolean;
    edit: boolean;
    sources: Record<string, string>;
  } & ParameterPanel
  | { type: "kernel"; kernel: "none" | "starting" | "idle" | "busy"; note?: string }
  | { type: "cells"; cells: CellState[] }
  | { type: "source"; cell: string; source: string }
  | { type: "inserted"; cell: string; after: string }
  | { type: "removed"; cell: string }
  | { type: "parameters" } & ParameterPanel
  /**
   * Parameters have other values: so many cells run now, and these depend on the parameters too, but have not run since the
   * notebook was opened.
   */
  | { type: "changed"; names: string[]; runs: number; others: string[] }
  /** From `from` on the outputs of a cell are these. */
  | { type: "outputs"; cell: string; from: number; items: OutputItem[] }
  /** The printed text of output `at` goes on. */
  | { type: "text"; cell: string; at: number; text: string }
  /** Verdicts: counted, and one by one as a list. Both are empty where there are none. */
  | { type: "claims"; tally: string; list: string }
  | { type: "completions"; id: number; from: number; to: number; options: string[] }
  | { type: "inspected"; id: number; text: string }
  | { type: "saved"; note: string }
  | { type: "problem"; message: string };
