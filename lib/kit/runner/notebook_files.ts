/**
 * The notebooks there are, which of them are meant, and their two files.
 *
 * @module
 */
import { join } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import type { Notebook } from "../nbformat.ts";
import { buildNotebook, chooseNotebooks, notebookIds, parseNotebook } from "../pairs/mod.ts";

/** A notebook by its files. At least one of the two exists. */
export interface NotebookFile {
  /** File name without extension: `"02-specdec-theory"`. */
  id: string;
  /** Path of the source, `ID.ts`, whether it exists or not. */
  source: string;
  /** Path of the committed notebook, `ID.ipynb`, whether it exists or not. */
  ipynb: string;
}

/** A notebook ready to be run. */
export interface LoadedNotebook {
  id: string;
  ipynb: string;
  /** Built from the source file, without outputs. */
  notebook: Notebook;
  /** Text of the committed `.ipynb`, or null when there is none. */
  committedText: string | null;
  /** The same, parsed. */
  committed: Notebook | null;
}

/** The notebooks of a folder, in order. */
export async function listNotebooks(folder: string): Promise<NotebookFile[]> {
  return (await notebookIds(folder)).map((id) => ({
    id,
    source: join(folder, `${id}.ts`),
    ipynb: join(folder, `${id}.ipynb`),
  }));
}

/**
 * Those of `all` that a user named; nothing means all.
 *
 * @throws {UserError} for a name that none of them has; lists the known ones.
 */
export function selectNotebooks(
  all: readonly NotebookFile[],
  named: readonly string[],
): NotebookFile[] {
  const ids = chooseNotebooks(all.map(({ id }) => id), named);
  return all.filter(({ id }) => ids.includes(id));
}

/**
 * Reads a notebook: the source is what runs, the committed file is what is compared.
 *
 * @throws {UserError} for a `.ipynb` without its source, and for a mistake in either file.
 */
export async function loadNotebook({ id, source, ipynb }: NotebookFile): Promise<LoadedNotebook> {
  const [text, committedText] = await Promise.all([readIfThere(source), readIfThere(ipynb)]);
  if (text === null) {
    throw new UserError({
      what: `${id}.ts`,
      got: new Described(`${id}.ipynb alone`),
      expected: "the source that the notebook is built from",
      todo: "Restore the file; deno task sync writes it from a notebook that has none.",
    });
  }
  const notebook = buildNotebook(text, `${id}.ts`);
  const committed = committedText === null ? null : parseNotebook(committedText, `${id}.ipynb`);
  return { id, ipynb, notebook, committedText, committed };
}

/** The text of a file, or null when there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readText(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
