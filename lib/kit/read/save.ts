/**
 * Writing edits to the files of a notebook, when the reader asked for that.
 *
 * @module
 */
import { join } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import { writeWhole } from "offprint/files.ts";
import {
  buildNotebook,
  formatNotebook,
  printPercent,
  readPair,
  sourceMetadata,
  syncPair,
} from "../pairs/mod.ts";
import type { Session } from "./session.ts";
import { withCell } from "./texts.ts";

/**
 * Puts the session's edited cells into the notebook's source and brings its pair in step. Cells that were not edited keep what
 * the file has by now.
 *
 * @param root The project's folder.
 * @returns One line: what was done.
 * @throws {UserError} for a notebook that is not the project's, a cell that is no longer there, and a pair that cannot be brought in
 * step.
 */
export async function saveEdits(root: string, session: Session): Promise<string> {
  const { id, edited, inserted } = session;
  if (session.foreign) {
    throw new UserError({
      what: id,
      got: new Described("a notebook opened by its path"),
      expected: "one of the project's own",
      todo: "Download it instead, as .ipynb or .ts.",
    });
  }
  if (edited.size === 0) return "nothing was edited";
  const pair = await readPair(root, id);
  if (pair.source === undefined) {
    throw new UserError({
      what: pair.sourceName,
      got: new Described("no such file"),
      expected: "the source of the notebook",
      todo: "Run deno task sync first.",
    });
  }
  const notebook = buildNotebook(pair.source, pair.sourceName);
  // A cell that was added and left empty is not worth a line in the file.
  const added = inserted.filter((cell) => (edited.get(cell.id) ?? "").trim() !== "");
  const whole = added.reduce(
    (cells, cell) => withCell(cells, cell, edited.get(cell.id)!),
    notebook.cells,
  );
  const known = new Set(whole.map((cell) => cell.id));
  const lost = [...edited.keys()].filter((cell) => !known.has(cell));
  if (lost.length > 0) {
    throw new UserError({
      what: pair.sourceName,
      got: new Described(`no cell ${lost.join(", ")}`),
      expected: "the cells that were edited",
      todo: "Copy the edits, and open the page again.",
    });
  }
  const cells = whole.map((cell) => ({
    ...cell,
    source: edited.get(cell.id) ?? cell.source,
  }));
  const saved = await formatNotebook({ ...notebook, cells });
  const text = printPercent({ ...saved, metadata: sourceMetadata(saved) });
  await writeWhole(join(root, pair.sourceName), text);
  const { changes } = await syncPair(root, id);
  const names = [...edited.keys()].join(", ");
  session.saved(saved);
  return `wrote ${names} to ${pair.sourceName}; ${changes.join("; ")}`;
}
