/**
 * One pair brought in step: edits made in Jupyter go back into the source, the notebook is rebuilt from the
 * source, and each output stays with its cell while that cell's text is the same.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { Cell, Notebook } from "../nbformat.ts";
import { buildNotebook, sourceMetadata, withSources } from "./build.ts";
import { type Pair, readPair, writePair } from "./pair_files.ts";
import { formatNotebook, formatSource } from "./format.ts";
import { parseNotebook, stringifyNotebook } from "./ipynb.ts";
import { type Conflict, extractSource, fromJupyter, mergePair } from "./merge.ts";
import { printPercent, scanPercent } from "./percent.ts";

/** What {@linkcode syncPair} did, or with `dry` would do. */
export interface SyncResult {
  id: string;
  /** What changed, in words; empty when the pair was in step. */
  changes: string[];
  /** Whether the source, the notebook, were written. */
  wroteSource: boolean;
  wroteIpynb: boolean;
}

/**
 * Brings one pair in step. Nothing is written when both sides changed the same cell.
 *
 * @param root The project's folder.
 * @param id `02-specdec-theory`.
 * @param options `dry`: only say what would be done. `generated`: the source file is generated from other files,
 * so nothing is carried into it.
 * @throws {UserError} for a half that cannot be read, and for both sides changed: it names the cells.
 */
export async function syncPair(
  root: string,
  id: string,
  options: { dry?: boolean; generated?: string } = {},
): Promise<SyncResult> {
  const pair = await readPair(root, id);
  const { text, notebook, changes } = await inStep(pair, options.generated);
  const ipynb = stringifyNotebook(notebook);
  const wroteSource = text !== pair.source;
  const wroteIpynb = ipynb !== pair.ipynb;
  if (changes.length === 0 && wroteIpynb) changes.push(`rebuilt ${pair.ipynbName}`);
  if (!options.dry) await writePair(root, pair, { source: text, ipynb });
  return { id, changes, wroteSource, wroteIpynb };
}

interface InStep {
  text: string;
  notebook: Notebook;
  changes: string[];
}

async function inStep(pair: Pair, generated: string | undefined): Promise<InStep> {
  const source = pair.source === undefined
    ? undefined
    : buildNotebook(pair.source, pair.sourceName);
  const ipynb = pair.ipynb === undefined ? undefined : parseNotebook(pair.ipynb, pair.ipynbName);
  if (source === undefined) {
    const extracted = await formatNotebook(extractSource(ipynb!));
    return {
      text: printSource(extracted),
      notebook: withSources(extracted),
      changes: [`extracted ${pair.sourceName} from ${pair.ipynbName}`],
    };
  }
  if (ipynb === undefined) {
    const { notebook, text, changes } = await separated(source, pair);
    return { text, notebook, changes: [...changes, `built ${pair.ipynbName}, without outputs`] };
  }
  const saved = fromJupyter(ipynb);
  const merged = mergePair(source, saved);
  if (merged.kind === "conflict") throw conflictError(merged, pair);
  const { carried, dropped, moved } = merged;
  const edited = carried.length + dropped.length > 0 || moved;
  // Edits of a generated notebook would be lost when it is generated again.
  if (edited && generated !== undefined) {
    throw new UserError({
      what: pair.ipynbName,
      got: new Described(`edits in ${named([...carried, ...dropped])}`),
      expected: `no edits: it is generated from ${generated}`,
      todo: `Edit ${generated} instead, and delete ${pair.ipynbName} to drop the edits.`,
    });
  }
  const rebuilt = rebuiltChanges(saved, merged.notebook, carried, pair);
  if (!edited) {
    const { text, notebook, changes } = await separated(merged.notebook, pair);
    return { text, notebook, changes: [...changes, ...rebuilt] };
  }
  const notebook = withSources(await formatNotebook(merged.notebook));
  const what = [
    carried.length > 0 ? named(carried) : "",
    dropped.length > 0 ? `the deletion of ${named(dropped)}` : "",
    moved ? "the order of cells" : "",
  ].filter((part) => part !== "").join(", ");
  return {
    text: printSource(notebook),
    notebook,
    changes: [`carried ${what} into ${pair.sourceName}`, ...rebuilt],
  };
}

/** The pair's source as it stands, unless `deno fmt` would merge cells in it: then with every cell ended. */
async function separated(notebook: Notebook, pair: Pair): Promise<InStep> {
  const formatted = await formatSource(pair.source!);
  if (formatted === undefined || formatted.cells === scanPercent(pair.source!, "").cells.length) {
    return { text: pair.source!, notebook, changes: [] };
  }
  const repaired = withSources(await formatNotebook(notebook));
  return {
    text: printSource(repaired),
    notebook: repaired,
    changes: [`ended cells with ";" in ${pair.sourceName}, where deno fmt would have merged them`],
  };
}

function printSource(notebook: Notebook): string {
  return printPercent({ ...notebook, metadata: sourceMetadata(notebook) });
}

function rebuiltChanges(
  before: Notebook,
  after: Notebook,
  carried: string[],
  pair: Pair,
): string[] {
  const old = new Map(before.cells.map((cell) => [cell.id, cell]));
  const changed = after.cells.filter((cell) => !carried.includes(cell.id) && differs(cell, old));
  const removed = before.cells.filter(({ id }) =>
    !carried.includes(id) && !after.cells.some((cell) => cell.id === id)
  );
  const lost = changed.filter(({ id }) => hasOutputs(old.get(id))).length;
  const ids = [...changed, ...removed].map(({ id }) => id);
  if (ids.length === 0) return [];
  const without = lost === 0
    ? ""
    : `; ${lost} of them lost ${lost === 1 ? "its" : "their"} outputs`;
  return [`rebuilt ${named(ids)} in ${pair.ipynbName}${without}`];
}

function differs(cell: Cell, old: Map<string, Cell>): boolean {
  const before = old.get(cell.id);
  return before?.source !== cell.source || before.cell_type !== cell.cell_type;
}

function hasOutputs(cell: Cell | undefined): boolean {
  return cell?.cell_type === "code" && cell.outputs.length > 0;
}

/** `cell "a"`, or `cells "a", "b" and 3 more`. */
function named(ids: readonly string[]): string {
  const shown = ids.slice(0, 5).map((id) => `"${id}"`).join(", ");
  const more = ids.length > 5 ? ` and ${ids.length - 5} more` : "";
  return `${ids.length === 1 ? "cell" : "cells"} ${shown}${more}`;
}

function conflictError(conflict: Conflict, pair: Pair): UserError {
  const line = (id: string) => {
    const found = scanPercent(pair.source!, "").cells.find(({ cell }) => cell.id === id);
    return found === undefined
      ? `${pair.sourceName} (not there)`
      : `${pair.sourceName}:${found.line}`;
  };
  const ipynb = fromJupyter(parseNotebook(pair.ipynb!, pair.ipynbName));
  const place = (id: string) => {
    const index = ipynb.cells.findIndex((cell) => cell.id === id);
    return index < 0 ? `${pair.ipynbName} (not there)` : `${pair.ipynbName} cells[${index}]`;
  };
  const cells = conflict.cells.slice(0, 5).map((id) => `"${id}" at ${line(id)} and ${place(id)}`)
    .join("; ");
  const got = {
    "same cells": "both halves changed since they were last in step",
    "order": "cells added, deleted or moved in both halves",
    "origin unknown": "two halves that differ, and no record of what they had in common",
  }[conflict.reason];
  return new UserError({
    what: `${pair.id}: cell ${cells}`,
    got,
    expected: "a change on one side only",
    todo: `Nothing was written. Undo one of the two, or delete the half you do not want.`,
  });
}
