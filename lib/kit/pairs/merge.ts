/**
 * Both halves of a pair brought together. The `.ipynb` lists what it was built from, so there are three
 * versions of every cell: the common origin, the source and the notebook. A cell changed on one side is
 * taken from there; a cell changed differently on both is never guessed.
 *
 * @module
 */
import type { Cell, Json, Notebook } from "../nbformat.ts";
import {
  cellDigest,
  defaultMetadata,
  mergeOutputs,
  recordedSources,
  sourceMetadata,
  withSources,
} from "./build.ts";
import { CELL_ID } from "./cell_header.ts";

/** Both halves brought together. */
export interface Merged {
  kind: "merged";
  /** With the outputs that still belong to their cells, and its list of sources made new. */
  notebook: Notebook;
  /** Cells the source gets from the notebook, new and changed. */
  carried: string[];
  /** Cells the source loses because they were deleted in the notebook. */
  dropped: string[];
  /** Whether cells were put into another order in the notebook, and in the notebook only. */
  moved: boolean;
}

/** Both halves changed in a way that has no single answer. */
export interface Conflict {
  kind: "conflict";
  /** Ids of the cells that changed on both sides; where order is the conflict, those added, removed or moved. */
  cells: string[];
  reason: "same cells" | "order" | "origin unknown";
}

/**
 * Brings source and notebook together.
 *
 * @param source From `NN-name.ts`.
 * @param ipynb From `NN-name.ipynb`, as {@linkcode fromJupyter} leaves it.
 */
export function mergePair(source: Notebook, ipynb: Notebook): Merged | Conflict {
  const sides = { source: digests(source), ipynb: digests(ipynb) };
  const same = sequence(sides.source) === sequence(sides.ipynb);
  const recorded = recordedSources(ipynb);
  if (recorded === undefined && !same) {
    return {
      kind: "conflict",
      cells: differing(sides.source, sides.ipynb),
      reason: "origin unknown",
    };
  }
  const origin = new Map((recorded ?? []).map(({ id, digest }) => [id, digest]));

  const chosen = new Map<string, Cell>();
  const carried: string[] = [];
  const dropped: string[] = [];
  const clashes: string[] = [];
  for (const id of new Set([...sides.source.keys(), ...sides.ipynb.keys()])) {
    const inSource = sides.source.get(id);
    const inIpynb = sides.ipynb.get(id);
    const before = origin.get(id);
    // A cell that only one side changed is taken from that side.
    if (inSource === inIpynb || inIpynb === before) {
      if (inSource !== undefined) chosen.set(id, cellOf(source, id));
    } else if (inSource === before) {
      if (inIpynb === undefined) dropped.push(id);
      else {
        chosen.set(id, cellOf(ipynb, id));
        carried.push(id);
      }
    } else clashes.push(id);
  }
  if (clashes.length > 0) return { kind: "conflict", cells: clashes, reason: "same cells" };

  const order = mergeOrder([...origin.keys()], [...sides.source.keys()], [...sides.ipynb.keys()]);
  if (!Array.isArray(order)) return { kind: "conflict", cells: order.unclear, reason: "order" };
  const cells = order.flatMap((id) => chosen.get(id) ?? []);
  const kept = [...sides.source.keys()].filter((id) => chosen.has(id) && !carried.includes(id));
  const after = cells.map(({ id }) => id).filter((id) => kept.includes(id));
  const notebook = withSources({ ...source, metadata: sourceMetadata(source), cells });
  return {
    kind: "merged",
    notebook: mergeOutputs(notebook, ipynb),
    carried,
    dropped,
    moved: after.join(" ") !== kept.join(" "),
  };
}

/** Metadata that Jupyter and other editors keep about a cell and that says nothing about its content. */
const EDITOR_METADATA = new Set([
  "ExecuteTime",
  "collapsed",
  "deletable",
  "editable",
  "execution",
  "jupyter",
  "scrolled",
  "trusted",
  "vscode",
]);

/**
 * A notebook as saved by Jupyter, with the editor's own metadata taken out and every id of the form
 * this project uses: Jupyter's random ids of that form stay, the others get a word in front.
 */
export function fromJupyter(ipynb: Notebook): Notebook {
  const taken = new Set(ipynb.cells.map(({ id }) => id).filter((id) => CELL_ID.test(id)));
  const cells = ipynb.cells.map((cell): Cell => {
    const metadata: Record<string, Json> = {};
    for (const [key, value] of Object.entries(cell.metadata)) {
      const empty = key === "tags" && Array.isArray(value) && value.length === 0;
      if (!EDITOR_METADATA.has(key) && !empty) metadata[key] = value;
    }
    return { ...cell, metadata, id: CELL_ID.test(cell.id) ? cell.id : newId(cell.id, taken) };
  });
  return { ...ipynb, cells };
}

/** The source half made from an `.ipynb` that has none. */
export function extractSource(ipynb: Notebook): Notebook {
  const clean = fromJupyter(ipynb);
  const { offprint, kernelspec } = sourceMetadata(clean);
  const metadata = defaultMetadata();
  return withSources({
    ...clean,
    metadata: {
      ...metadata,
      ...(kernelspec === undefined ? {} : { kernelspec }),
      ...(offprint === undefined ? {} : { offprint }),
    },
  });
}

/** Ids of cells of `ipynb` that were edited, added or deleted in Jupyter and are not in the source yet. */
export function uncarriedEdits(source: Notebook, ipynb: Notebook): string[] {
  const merged = mergePair(source, fromJupyter(ipynb));
  return merged.kind === "conflict" ? merged.cells : [...merged.carried, ...merged.dropped];
}

function newId(jupyterId: string, taken: Set<string>): string {
  const stem = `cell-${jupyterId.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`.slice(0, 56);
  let id = stem;
  for (let n = 2; taken.has(id); n++) id = `${stem}-${n}`;
  taken.add(id);
  return id;
}

function digests(notebook: Notebook): Map<string, string> {
  return new Map(notebook.cells.map((cell) => [cell.id, cellDigest(cell)]));
}

function sequence(side: Map<string, string>): string {
  return [...side].join("\n");
}

function differing(a: Map<string, string>, b: Map<string, string>): string[] {
  const ids = [...new Set([...a.keys(), ...b.keys()])];
  const changed = ids.filter((id) => a.get(id) !== b.get(id));
  return changed.length > 0 ? changed : ids;
}

function cellOf(notebook: Notebook, id: string): Cell {
  return notebook.cells.find((cell) => cell.id === id)!;
}

/** The order of the side that changed it; when both did, and differently, the ids that make it unclear. */
function mergeOrder(
  origin: string[],
  source: string[],
  ipynb: string[],
): string[] | { unclear: string[] } {
  const same = (a: string[], b: string[]) => a.join(" ") === b.join(" ");
  if (same(ipynb, origin) || same(source, ipynb)) return source;
  if (same(source, origin)) return ipynb;
  const moved = (side: string[]) => {
    const all = new Set([...origin, ...side]);
    const set = [...all].filter((id) => !origin.includes(id) || !side.includes(id));
    return set.length > 0 ? set : side.filter((id, index) => origin[index] !== id);
  };
  return { unclear: [...new Set([...moved(source), ...moved(ipynb)])] };
}
