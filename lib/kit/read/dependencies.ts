/**
 * Which cells of a notebook depend on which, by the names that they declare, change and use.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { runToEnd } from "offprint/process/mod.ts";
import { temporaryFolder } from "offprint/temporary.ts";
import { cellAt, cellPositions } from "../check/cell_positions.ts";
import type { Notebook } from "../nbformat.ts";
import { printPercent } from "../pairs/mod.ts";

/** A name that a cell needs, and the cells above it that give it a value. */
export interface Need {
  name: string;
  from: string[];
}

/** What each cell needs, by its id, in the order of the cells. */
export type Dependencies = ReadonlyMap<string, readonly Need[]>;

/** Cells or single names of them that changed. */
export interface Change {
  cell: string;
  /** All that it gives when left out. */
  names?: readonly string[];
}

const place = z.object({ name: z.string(), range: z.tuple([z.number(), z.number()]) });
const namesSchema = z.object({
  declared: z.array(place),
  used: z.array(place.extend({ written: z.boolean() })),
});

const CONFIG = fileURLToPath(new URL("../check/names_lint.json", import.meta.url));

/** What claims write and tables of claims read, although no cell declares it. */
const CLAIMS = "(claims)";

/**
 * Reads the dependencies of a notebook's cells: `deno lint` has the parser.
 *
 * @returns Nothing where a cell cannot be parsed.
 */
export async function readDependencies(notebook: Notebook): Promise<Dependencies | undefined> {
  const text = printPercent(notebook);
  const folder = await temporaryFolder("names");
  try {
    const file = join(folder, "cells.ts");
    await Deno.writeTextFile(file, text);
    const said = await runToEnd(
      Deno.execPath(),
      ["lint", "--json", "--config", CONFIG, file],
      { cwd: folder, env: { NO_COLOR: "1" } },
    );
    const message = JSON.parse(said.stdout).diagnostics?.[0]?.message;
    if (message === undefined) return undefined;
    const { declared, used } = namesSchema.parse(JSON.parse(message));
    return dependenciesOf(notebook, text, declared, used);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

type Place = z.infer<typeof place>;

function dependenciesOf(
  { cells }: Notebook,
  text: string,
  declared: readonly Place[],
  used: readonly (Place & { written: boolean })[],
): Dependencies {
  const positions = cellPositions(text);
  const indexAt = (offset: number) => cellAt(positions, offset)?.index ?? -1;
  /** Cells that give a name its value, or another one. */
  const givers = new Map<string, Set<number>>();
  const give = (name: string, index: number) => {
    const known = givers.get(name) ?? new Set();
    givers.set(name, known.add(index));
  };
  for (const { name, range } of declared) give(name, indexAt(range[0]));
  const uses = used.flatMap(({ name, range, written }) => {
    const index = indexAt(range[0]);
    if (name === "claim") give(CLAIMS, index);
    if (written) give(name, index);
    return name === "claimsTable" ? [{ name, index }, { name: CLAIMS, index }] : [{ name, index }];
  });
  const needs = new Map<string, Map<string, string[]>>(cells.map(({ id }) => [id, new Map()]));
  for (const { name, index } of uses) {
    const from = [...givers.get(name) ?? []].filter((giver) => giver >= 0 && giver < index);
    if (from.length === 0) continue;
    needs.get(cells[index]!.id)!.set(name, from.sort((a, b) => a - b).map((i) => cells[i]!.id));
  }
  return new Map(
    [...needs].map(([id, own]) => [id, [...own].map(([name, from]) => ({ name, from }))]),
  );
}

/**
 * The cells that show something old once others changed, in their order; without those that changed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { dependents } from "offprint/kit/read/mod.ts";
 *
 * const dependencies = new Map([
 *   ["parameters", []],
 *   ["sample", [{ name: "runs", from: ["parameters"] }]],
 *   ["seeded", [{ name: "seed", from: ["parameters"] }]],
 *   ["figure", [{ name: "texts", from: ["sample"] }]],
 * ]);
 * assertEquals(dependents(dependencies, [{ cell: "parameters", names: ["runs"] }]), ["sample", "figure"]);
 * ```
 */
export function dependents(dependencies: Dependencies, changes: readonly Change[]): string[] {
  const changed = new Map(changes.map(({ cell, names }) => [cell, names]));
  const found: string[] = [];
  for (const [id, needs] of dependencies) {
    if (changed.has(id)) continue;
    const depends = needs.some(({ name, from }) =>
      from.some((cell) => changed.has(cell) && (changed.get(cell)?.includes(name) ?? true))
    );
    if (!depends) continue;
    found.push(id);
    changed.set(id, undefined);
  }
  return found;
}

/** What must have run before some cells can: they themselves and all that they need, in the order of the notebook. */
export function withNeeded(dependencies: Dependencies, wanted: readonly string[]): string[] {
  const needed = new Set(wanted);
  for (const [id, needs] of [...dependencies].reverse()) {
    if (needed.has(id)) { for (const { from } of needs) from.forEach((cell) => needed.add(cell)); }
  }
  return [...dependencies.keys()].filter((id) => needed.has(id));
}
