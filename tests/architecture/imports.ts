/**
 * Who imports whom in a project: TypeScript through relative paths and the import map, C through `#include`.
 *
 * @module
 */
import { dirname, join, normalize, relative, sep } from "node:path";

/** One file that names another; both paths from the project's folder, with slashes. */
export interface Arrow {
  from: string;
  to: string;
}

/** The files of a project and the arrows between them. Packages and Deno's own modules are left out. */
export interface House {
  files: string[];
  arrows: Arrow[];
}

const SOURCE = /\.(?:ts|c|h)$/;

/** Imports and re-exports that begin a line, types included; comments and indented text in strings are none. */
const STATEMENT = /^(?:import|export)\s(?:[^;"'`]*?\sfrom\s)?"([^"]+)"/gm;
const DYNAMIC = /\bimport\("([^"]+)"\)/g;
/** A file that is started as a worker or a process of its own. */
const STARTED = /new URL\("([^"]+\.ts)", import\.meta\.url\)/g;
const INCLUDE = /^\s*#\s*include "([^"]+)"/gm;

/**
 * Reads all source files below `folders`.
 *
 * @param map the import map's entries that lead into the project, `{ "offprint/": "./lib/" }`.
 */
export async function readHouse(
  root: string,
  folders: readonly string[],
  map: Readonly<Record<string, string>>,
): Promise<House> {
  const files: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
      if (isDirectory) await visit(`${folder}/${name}`);
      else if (SOURCE.test(name)) files.push(`${folder}/${name}`);
    }
  };
  for (const folder of folders) await visit(folder);
  files.sort();
  const known = new Set(files);
  const arrows: Arrow[] = [];
  for (const from of files) {
    const targets = named(from, await Deno.readTextFile(join(root, from)), root, map);
    for (const to of new Set(targets)) {
      if (known.has(to) && to !== from) arrows.push({ from, to });
    }
  }
  return { files, arrows };
}

function named(
  from: string,
  text: string,
  root: string,
  map: Readonly<Record<string, string>>,
): string[] {
  const beside = (path: string): string =>
    relative(root, normalize(join(root, dirname(from), path))).replaceAll(sep, "/");
  const all = (pattern: RegExp, source = text): string[] =>
    [...source.matchAll(pattern)].map((match) => match[1]!);
  if (!from.endsWith(".ts")) return all(INCLUDE).map(beside);
  const code = text.replaceAll(/^\s*(?:\*|\/\/|\/\*).*$/gm, "");
  return [...all(STATEMENT), ...all(DYNAMIC, code), ...all(STARTED, code)].flatMap((specifier) => {
    if (specifier.startsWith(".")) return [beside(specifier)];
    for (const [name, place] of Object.entries(map)) {
      if (!place.startsWith("./")) continue;
      if (specifier === name) return [place.slice(2)];
      if (name.endsWith("/") && specifier.startsWith(name)) {
        return [place.slice(2) + specifier.slice(name.length)];
      }
    }
    return [];
  });
}

/**
 * The circles of a graph: sets of nodes that can all reach each other (Tarjan's strongly connected components
 * of two nodes and more), each with one way round.
 */
export function circles(arrows: readonly Arrow[]): Arrow[][] {
  const next = new Map<string, Arrow[]>();
  for (const arrow of arrows) next.set(arrow.from, [...(next.get(arrow.from) ?? []), arrow]);
  const found: Arrow[][] = [];
  const done = new Set<string>();
  for (const start of [...next.keys()].sort()) {
    if (done.has(start)) continue;
    const way = wayBack(start, next, done);
    if (way === undefined) continue;
    found.push(way);
    for (const { from } of way) done.add(from);
  }
  return found;
}

/** The shortest way from `start` to itself that passes no node of `without`. */
function wayBack(
  start: string,
  next: ReadonlyMap<string, readonly Arrow[]>,
  without: ReadonlySet<string>,
): Arrow[] | undefined {
  const reachedBy = new Map<string, Arrow>();
  let border = [start];
  while (border.length > 0) {
    const beyond: string[] = [];
    for (const node of border) {
      for (const arrow of next.get(node) ?? []) {
        if (without.has(arrow.to)) continue;
        if (arrow.to === start) {
          const way = [arrow];
          while (way[0]!.from !== start) way.unshift(reachedBy.get(way[0]!.from)!);
          return way;
        }
        if (reachedBy.has(arrow.to)) continue;
        reachedBy.set(arrow.to, arrow);
        beyond.push(arrow.to);
      }
    }
    border = beyond;
  }
  return undefined;
}
