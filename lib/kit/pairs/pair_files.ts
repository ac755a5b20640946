/**
 * The notebooks of a project on disk.
 *
 * @module
 */
import { join } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import { ifThere, placeOf, readText, writeWhole } from "offprint/files.ts";

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

/** The notebooks of a folder, by number: ids of all `NN-name.ts` and `NN-name.ipynb`. */
export async function notebookIds(folder: string): Promise<string[]> {
  const ids = new Set<string>();
  for await (const entry of Deno.readDir(folder)) {
    const id = entry.isFile ? PAIR_FILE.exec(entry.name)?.[1] : undefined;
    if (id !== undefined) ids.add(id);
  }
  return [...ids].sort();
}

/** Reads both halves of a notebook. */
export async function readPair(root: string, id: string): Promise<Pair> {
  const read = async (extension: string) => {
    const text = await ifThere(readText(join(root, "notebooks", `${id}.${extension}`)));
    return text?.replaceAll("\r\n", "\n");
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
 * Writes the halves that differ from what was read. Nothing is written where one of them was saved since then, or
 * where something stands in the place of either that is no file.
 *
 * @param read What {@linkcode readPair} gave.
 * @throws {UserError} then.
 */
export async function writePair(
  root: string,
  read: Pair,
  wanted: { source: string; ipynb: string },
): Promise<void> {
  const now = await readPair(root, read.id);
  const halves = [
    { name: read.sourceName, before: read.source, now: now.source, text: wanted.source },
    { name: read.ipynbName, before: read.ipynb, now: now.ipynb, text: wanted.ipynb },
  ];
  for (const { name, before, now } of halves) {
    await placeOf(join(root, name));
    if (now === before) continue;
    throw new UserError({
      what: name,
      got: new Described("a change that was saved in this moment"),
      expected: "the file as it was a moment ago",
      todo: "Nothing was written. Run deno task sync again.",
    });
  }
  for (const { name, before, text } of halves) {
    if (text !== before) await writeWhole(join(root, name), text);
  }
}

/**
 * Chooses notebooks as a user names them: `02`, `02-specdec-theory` or a path of either file.
 *
 * @param ids The known ones.
 * @param named Nothing means all.
 * @throws {UserError} for a name that none of them has; lists the known ones.
 */
export function chooseNotebooks(ids: readonly string[], named: readonly string[]): string[] {
  if (named.length === 0) return [...ids];
  const chosen = named.map((given) => {
    const name = given.replace(/^.*[\\/]/, "").replace(/\.(ts|ipynb)$/, "");
    const id = ids.find((id) => id === name || (/^\d\d$/.test(name) && id.startsWith(`${name}-`)));
    if (id !== undefined) return id;
    // A name that is almost right, or the number of a paper: 2 for 02.
    const digits = /^(\d\d(?=-)|\d(?=-|$))/.exec(name)?.[0].padStart(2, "0");
    const alike = ids.find((id) => digits !== undefined && id.startsWith(`${digits}-`));
    throw new UserError({
      what: "notebook",
      got: given,
      expected: ids.length === 0 ? "a notebook in notebooks/" : `one of ${ids.join(", ")}`,
      todo: `${alike === undefined ? "" : `Did you mean ${alike}? `}Its two digits are enough.`,
    });
  });
  return ids.filter((id) => chosen.includes(id));
}
