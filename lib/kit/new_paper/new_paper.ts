/**
 * Writing the files of a new paper, and bringing what lists all papers in step.
 *
 * @module
 */
import { join } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import { exists, ifThere, readText, writeWhole } from "offprint/files.ts";
import { parsePaper } from "offprint/notebook/claims/ledger.ts";
import {
  defaultMetadata,
  formatNotebook,
  notebookIds,
  parsePercent,
  printPercent,
  sourceMetadata,
  syncPair,
} from "../pairs/mod.ts";
import { START_HERE_ID, writeStartHere } from "../pairs/start_here.ts";
import { writeReadme } from "../readme/mod.ts";
import { namesOf, type NewPaper } from "./names.ts";
import { EXAMPLE, EXPERIMENTS, ledger, MOD, NOTEBOOK, TEST, written } from "./templates.ts";

/**
 * Begins a paper. Nothing is written where its number is taken or one of its files is there already.
 *
 * @param root The project's folder.
 * @returns The files that were made or changed, from the project's folder.
 * @throws {UserError} then, and for what {@linkcode namesOf} refuses.
 */
export async function newPaper(root: string, paper: NewPaper): Promise<string[]> {
  const names = namesOf(paper);
  const { id, room } = names;
  const taken = (await notebookIds(join(root, "notebooks"))).find((other) =>
    other.startsWith(`${paper.number}-`)
  );
  if (taken !== undefined) {
    throw new UserError({
      what: "the paper's number",
      got: new Described(`${paper.number}, which ${taken} has`),
      expected: "a number that no notebook has",
    });
  }
  const entry = ledger(paper, names);
  parsePaper(entry, `data/papers/${id}.json`);
  const fill = (template: string) => written(template, paper, names);
  const notebook = {
    ...parsePercent(fill(NOTEBOOK), `${id}.ts`),
    metadata: defaultMetadata({ paper: id }),
  };
  const source = await formatNotebook(notebook);
  const files: Record<string, string> = {
    [`lib/papers/${room}/mod.ts`]: fill(MOD),
    [`lib/papers/${room}/example.ts`]: fill(EXAMPLE),
    [`lib/papers/${room}/experiments.ts`]: fill(EXPERIMENTS),
    [`tests/papers/${room}/example_test.ts`]: fill(TEST),
    [`data/papers/${id}.json`]: `${JSON.stringify(entry, null, 2)}\n`,
    [`notebooks/${id}.ts`]: printPercent({ ...source, metadata: sourceMetadata(source) }),
  };
  const places = [...Object.keys(files), `lib/papers/${room}`, `tests/papers/${room}`];
  for (const place of places) {
    if (!await exists(join(root, place))) continue;
    throw new UserError({
      what: "deno task new",
      got: new Described(`${place}, which is there already`),
      expected: "names that are free",
      todo: "Give other words with --name.",
    });
  }
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(join(root, name, ".."), { recursive: true });
    await writeWhole(join(root, name), text);
  }
  await syncPair(root, id);
  const others = [`notebooks/${id}.ipynb`];
  if (await addRoom(root, room, `Paper ${paper.number}, ${paper.title}`)) {
    others.push("lib/README.md");
  }
  if (await writeStartHere(root)) {
    await syncPair(root, START_HERE_ID);
    others.push(`notebooks/${START_HERE_ID}.ts and .ipynb`);
  }
  if (await writeReadme(root)) others.push("README.md");
  return [...Object.keys(files), ...others];
}

/** Puts the room into the table of rooms, where it belongs by its name. */
async function addRoom(root: string, room: string, what: string): Promise<boolean> {
  const file = join(root, "lib", "README.md");
  const text = await ifThere(readText(file));
  const [, start, table, end] =
    /^([^]*<!-- rooms -->\n\|.*\n\|.*\n)([^]*)(<!-- end of rooms -->[^]*)$/.exec(text ?? "") ?? [];
  if (start === undefined || table === undefined || end === undefined) return false;
  const nameOf = (row: string) => /`([^`]*)`/.exec(row)?.[1] ?? "";
  const rows = table.trimEnd().split("\n");
  // As in the module's first sentence, which ends at a full stop or colon.
  rows.push(`| \`papers/${room}\` | ${what.split(/[.:](?= |$)/)[0]} |`);
  rows.sort((a, b) => nameOf(a) < nameOf(b) ? -1 : 1);
  await writeWhole(file, `${start}${rows.join("\n")}\n${end}`);
  return true;
}
