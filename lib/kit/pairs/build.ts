/**
 * From source file to notebook: the `.ipynb` half of a pair before it is executed, and how outputs move
 * onto it.
 *
 * The notebook remembers what it was built from: `metadata.offprint.sources` lists `"ID DIGEST"` for each cell,
 * in order. It is what both halves had in common when they were last in step, so a later `sync` can tell
 * which half changed; Jupyter keeps notebook metadata when it saves.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { UserError } from "offprint/errors.ts";
import type { Cell, Json, Notebook, NotebookSettings } from "../nbformat.ts";
import { parsePercent, printCell } from "./percent.ts";

/** The header of a notebook that says nothing of its own: kernel, language, no paper. */
export function defaultMetadata(settings: Partial<NotebookSettings> = {}): Record<string, Json> {
  return {
    kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
    language_info: {
      codemirror_mode: "typescript",
      file_extension: ".ts",
      mimetype: "text/x.typescript",
      name: "typescript",
      nbconvert_exporter: "script",
      pygments_lexer: "typescript",
    },
    offprint: { paper: null, cellSeconds: 120, exclusive: false, ...settings },
  };
}

/**
 * The notebook of a source file, without outputs.
 *
 * @param text Contents of `NN-name.ts`.
 * @param name File name, for messages.
 * @throws {UserError} for a mistake in the percent format or in the header's settings.
 */
export function buildNotebook(text: string, name: string): Notebook {
  const notebook = parsePercent(text, name);
  notebookSettings(notebook, name);
  return withSources(notebook);
}

/** Digest of what the source file says of a cell: type, id, metadata, text. 16 hexadecimal digits. */
export function cellDigest(cell: Cell): string {
  return createHash("sha256").update(printCell(cell)).digest("hex").slice(0, 16);
}

/** The notebook with its list of sources made new. */
export function withSources(notebook: Notebook): Notebook {
  const sources = notebook.cells.map((cell) => `${cell.id} ${cellDigest(cell)}`);
  const offprint = objectAt(notebook.metadata, "offprint");
  return { ...notebook, metadata: { ...notebook.metadata, offprint: { ...offprint, sources } } };
}

/** The header as the source file has it: notebook metadata less the list of sources. */
export function sourceMetadata(notebook: Notebook): Record<string, Json> {
  const { sources: _, ...offprint } = objectAt(notebook.metadata, "offprint");
  return "offprint" in notebook.metadata
    ? { ...notebook.metadata, offprint }
    : { ...notebook.metadata };
}

/** One entry of a notebook's list of sources. */
export interface SourceEntry {
  id: string;
  digest: string;
}

/** What a notebook was built from, or undefined when it was not built by this project. */
export function recordedSources(notebook: Notebook): SourceEntry[] | undefined {
  const { sources } = objectAt(notebook.metadata, "offprint");
  if (!Array.isArray(sources)) return undefined;
  const entries = sources.map((entry) =>
    typeof entry === "string" ? /^(\S+) ([0-9a-f]{16})$/.exec(entry) : null
  );
  if (entries.some((entry) => entry === null)) return undefined;
  return entries.map((entry) => ({ id: entry![1]!, digest: entry![2]! }));
}

const settingsSchema = z.object({
  paper: z.string().nullable().default(null),
  cellSeconds: z.number().positive().max(86400).default(120),
  exclusive: z.boolean().default(false),
});

/**
 * What the header says to the kit, with defaults (no paper, 120 seconds a cell, not exclusive).
 *
 * @param name File name, for messages.
 * @throws {UserError} for a setting of the wrong type.
 */
export function notebookSettings(notebook: Notebook, name = "notebook"): NotebookSettings {
  const parsed = settingsSchema.safeParse(notebook.metadata["offprint"] ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = String(issue!.path[0] ?? "");
  throw new UserError({
    what: `${name}: offprint${key && `.${key}`} in the header`,
    got: key === "" ? notebook.metadata["offprint"] : objectAt(notebook.metadata, "offprint")[key],
    expected: {
      paper: "the name of a file in data/papers, or null",
      cellSeconds: "seconds, above 0 and at most 86400",
      exclusive: "true or false",
    }[key] ?? "an object",
    todo: "Correct the header of the notebook.",
  });
}

/**
 * Gives each code cell of `built` the outputs of the cell with the same id and the same text in
 * `committed`; the others stay without.
 */
export function mergeOutputs(built: Notebook, committed: Notebook): Notebook {
  const known = new Map(committed.cells.map((cell) => [cell.id, cell]));
  const cells = built.cells.map((cell): Cell => {
    const old = known.get(cell.id);
    if (cell.cell_type !== "code" || old?.cell_type !== "code" || old.source !== cell.source) {
      return cell;
    }
    return { ...cell, outputs: old.outputs, execution_count: old.execution_count };
  });
  return { ...built, cells };
}

/** The notebook without outputs and execution counts. */
export function withoutOutputs(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell): Cell =>
    cell.cell_type === "code" ? { ...cell, outputs: [], execution_count: null } : cell
  );
  return { ...notebook, cells };
}

function objectAt(metadata: Record<string, Json>, key: string): Record<string, Json> {
  const value = metadata[key];
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}
