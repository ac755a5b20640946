/**
 * `deno task sync`: brings the two halves of each notebook in step.
 *
 * @module
 */
import { join } from "node:path";
import { UserError } from "offprint/errors.ts";
import { parse } from "offprint/command_line.ts";
import type { Command } from "../kit/command.ts";
import { chooseNotebooks, notebookIds, syncPair } from "../kit/pairs/mod.ts";
import { ROOT } from "../kit/project.ts";
import { writeReadme } from "../kit/readme/mod.ts";
import { START_HERE_ID, START_HERE_ORIGIN, writeStartHere } from "../kit/pairs/start_here.ts";

const USAGE = `deno task sync [NOTEBOOK…] [--dry]

Keeps the two files of each notebook in step: NN-name.ts, the source, and NN-name.ipynb.

  changed in the source   the .ipynb is rebuilt; a cell whose code changed loses its outputs
  changed in Jupyter      the edit is carried back into the source, cell by cell, and formatted
  changed in both         different cells are merged; the same cell is refused, and nothing is written
  one half missing        it is built, or extracted, from the other

It also makes notebooks/00-start-here.ts again from data/papers, and the tables of README.md from the claims in the committed notebooks.

Arguments:
  NOTEBOOK…   numbers or names (02, 02-specdec-theory); all when left out
  --dry       say what would be done, but write nothing
  --help      this text

To fill in outputs: deno task run NOTEBOOK --write. Exit code 1 when a notebook was refused.`;

export const command: Command = {
  name: "sync",
  summary: "carry edits between NN-name.ts and NN-name.ipynb",
  usage: USAGE,
  run: sync,
};

async function sync(args: string[]): Promise<number> {
  const { values, positionals } = parse("sync", args, { dry: { type: "boolean" } }, true);
  const dry = values["dry"] === true;
  return await syncProject(ROOT, positionals, dry);
}

/**
 * Syncs the named notebooks of a project, all when none is named, and prints one line each.
 *
 * @returns The exit code: 1 when one was refused.
 */
export async function syncProject(root: string, named: string[], dry: boolean): Promise<number> {
  const todo = dry ? "to do: " : "";
  const startsHere = named.length === 0 || named.some((name) => START_HERE_NAMES.includes(name));
  if (startsHere && await writeStartHere(root, { dry })) {
    console.log(`${START_HERE_ID}: ${todo}generated from ${START_HERE_ORIGIN}`);
  }
  let refused = 0;
  const ids = await notebookIds(join(root, "notebooks"));
  for (const id of chooseNotebooks(ids, named)) {
    try {
      const generated = id === START_HERE_ID ? { generated: START_HERE_ORIGIN } : {};
      const { changes } = await syncPair(root, id, { dry, ...generated });
      console.log(`${id}: ${changes.length === 0 ? "in step" : todo + changes.join("; ")}`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refused++;
      console.error(error.message);
    }
  }
  if (refused === 0 && await writeReadme(root, { dry })) {
    console.log(`README.md: ${todo}verdicts of the committed notebooks written`);
  }
  return refused === 0 ? 0 : 1;
}

const START_HERE_NAMES = ["00", START_HERE_ID];
