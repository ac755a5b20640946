/**
 * The notebooks of a project on disk.
 *
 * @module
 */
import { join } from "node:path";
import { UserError } from "offprint/errors.ts";

/** A notebook's two files; `undefined` where one is missing. */
export interface Pair {
  /** `02-specdec-theory` */
  id: string;
  /** Paths from the project's root, for messages: `notebooks/02-specdec-theory.ts`. */
  sourceName: string;
  ipynbName: string;
  /** Contents, line ends as `\n`. */
  source: string | undefined;
  ipynb: string | undefined;
}

const PAIR_FILE = /^(\d\d-[a-z0-9-]+)\.(?:ts|ipynb)$/;

/** The notebooks of a project, by number: ids of all `notebooks/NN-name.ts` and `.ipynb`. */
export async function notebookIds(root: string): Promise<string[]> {
  const ids = new Set<string>();
  for await (const entry of Deno.readDir(join(root, "notebooks"))) {
    const id = entry.isFile ? PAIR_FILE.exec(entry.name)?.[1] : undefined;
    if (id !== undefined) ids.add(id);
  }
  return [...ids].sort();
}

/** Reads both halves of a notebook. */
export async function readPair(root: string, id: string): Promise<Pair> {
  const read = async (extension: string) => {
    try {
      const text = await Deno.readTextFile(join(root, "notebooks", `${id}.${extension}`));
      return text.replaceAll("\r\n", "\n");
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  };
  return {
    id,
    sourceName: `notebooks/${id}.ts`,
    ipynbName: `notebooks/${id}.ipynb`,
    source: await read("ts"),
    ipynb: await read("ipynb"),
  };
}

/**
 * The notebooks a user named, by full id or by number; all when none is named.
 *
 * @throws {UserError} for a name that is none of them.
 */
export async function chooseNotebooks(root: string, named: readonly string[]): Promise<string[]> {
  const ids = await notebookIds(root);
  const unknown = named.find((name) => !ids.some((id) => id === name || id.startsWith(`${name}-`)));
  if (unknown !== undefined) {
    throw new UserError({
      what: "notebook",
      got: unknown,
      expected: ids.length === 0 ? "a notebook in notebooks/" : `one of ${ids.join(", ")}`,
      todo: "Its number is enough.",
    });
  }
  if (named.length === 0) return ids;
  return ids.filter((id) => named.some((name) => id === name || id.startsWith(`${name}-`)));
}
