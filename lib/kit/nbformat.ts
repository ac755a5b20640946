/**
 * The notebook format of Jupyter, version 4.5, as far as this project writes it: the shape in memory.
 * On disk a multi-line text is a list of lines; `pairs/ipynb.ts` converts.
 *
 * @module
 */

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Media type → content: one string for text and base64, any JSON value for `application/…json`. */
export type MimeBundle = Record<string, Json>;

/** Printed text. */
export interface StreamOutput {
  output_type: "stream";
  name: "stdout" | "stderr";
  text: string;
}

/** Something displayed by a cell. */
export interface DisplayOutput {
  output_type: "display_data";
  data: MimeBundle;
  metadata: Record<string, Json>;
}

/** The value of a cell's last expression. */
export interface ResultOutput {
  output_type: "execute_result";
  execution_count: number | null;
  data: MimeBundle;
  metadata: Record<string, Json>;
}

/** What a cell threw. */
export interface ErrorOutput {
  output_type: "error";
  ename: string;
  evalue: string;
  traceback: string[];
}

/** One output of a code cell. */
export type Output = StreamOutput | DisplayOutput | ResultOutput | ErrorOutput;

/** Prose. */
export interface MarkdownCell {
  cell_type: "markdown";
  id: string;
  metadata: Record<string, Json>;
  source: string;
}

/** TypeScript with its outputs. */
export interface CodeCell {
  cell_type: "code";
  id: string;
  metadata: Record<string, Json>;
  source: string;
  execution_count: number | null;
  outputs: Output[];
}

/** A cell; `source` is one string in memory and a list of lines on disk. */
export type Cell = MarkdownCell | CodeCell;

/** A whole notebook. */
export interface Notebook {
  nbformat: 4;
  nbformat_minor: 5;
  metadata: Record<string, Json>;
  cells: Cell[];
}

/** What the header of a notebook says to the kit (`metadata.offprint`). */
export interface NotebookSettings {
  /** The paper it reruns (`data/papers/ID.json`), or null for a notebook about no single paper. */
  paper: string | null;
  /** Time limit of one cell, in seconds. */
  cellSeconds: number;
  /** Its cells tagged `timing` run while nothing else does. */
  exclusive: boolean;
}

/** The tags of a cell. */
export function tagsOf(cell: Cell): string[] {
  return tagsIn(cell.metadata);
}

/** The tags in a cell's metadata. */
export function tagsIn(metadata: Record<string, Json>): string[] {
  const tags = metadata["tags"];
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
}
