/**
 * The words of a query's diagrams: which blocks they show, which blocks touch, and which ports a block has.
 *
 * @module
 */
import {
  type Direction,
  type Fsm,
  type Graph,
  pinName,
  pinSlice,
  PORT_NODE,
} from "offprint/verilog/diagrams/mod.ts";
import type { Query } from "./query.ts";

/** Whether it is the wiring of a block diagram. */
export function isGraph(shown: Graph | Fsm): shown is Graph {
  return "edges" in shown;
}

/** What the query's diagrams show, as data. */
export function shownGraphs({ images }: Query): (Graph | Fsm)[] {
  return images.flatMap(({ graph }) => graph === undefined ? [] : [graph]);
}

/** The module behind a block's type, without the parameters that an instance sets. */
function typeName(type: string): string {
  return type.replace(/#.*$/, "");
}

/** Names by which a block can be meant: its own and its module's. */
function namesOf({ id, type }: Graph["nodes"][number]): string[] {
  return [id, typeName(type)];
}

/** Every name that a description may use: the top module, blocks and their modules, states. */
export function shownModules(query: Query): Set<string> {
  return new Set(
    shownGraphs(query).flatMap((shown) =>
      isGraph(shown) ? [shown.top, ...shown.nodes.flatMap(namesOf)] : shown.states
    ),
  );
}

/** The names of blocks that a wire or an arrow connects with a block of this name, its own names included. */
export function neighbours(query: Query, module: string): Set<string> {
  const found = new Set<string>([module]);
  for (const shown of shownGraphs(query)) {
    if (!isGraph(shown)) {
      for (const { from, to } of shown.next) {
        if (from === module) found.add(to);
        if (to === module) found.add(from);
      }
      continue;
    }
    const names = new Map(shown.nodes.map((node) => [node.id, namesOf(node)]));
    names.set(PORT_NODE, [shown.top]);
    for (const { from, to } of shown.edges) {
      const ends = [names.get(from[0]) ?? [], names.get(to[0]) ?? []];
      // The top module is no neighbour: nearly every block touches its ports.
      const touches = ends.some((end) => end.includes(module));
      if (touches) { for (const name of ends.flat()) if (name !== shown.top) found.add(name); }
    }
  }
  return found;
}

/** A port as a graph shows it; the width is unknown where only parts of it are wired. */
export interface ShownPort {
  dir: Direction;
  width?: number;
  /** Bits that its parts reach. */
  least: number;
}

/**
 * The port of a module in the diagrams; undefined where none shows it. A block's pin that nothing is wired to is in no
 * graph, so of blocks only what is shown can be contradicted.
 */
export function shownPort(query: Query, module: string, port: string): ShownPort | undefined {
  for (const shown of shownGraphs(query)) {
    if (!isGraph(shown)) continue;
    const top = shown.top === module ? shown.ports.find(({ name }) => name === port) : undefined;
    if (top !== undefined) return { dir: top.dir, width: top.width, least: top.width };
    const blocks = new Set(
      shown.nodes.filter((node) => namesOf(node).includes(module)).map(({ id }) => id),
    );
    let found: ShownPort | undefined;
    for (const { from, to, width } of shown.edges) {
      for (const [[node, pin], dir] of [[from, "output"], [to, "input"]] as const) {
        if (!blocks.has(node) || pinName(pin) !== port) continue;
        const slice = pinSlice(pin);
        const reach = slice === undefined ? width : Math.abs(slice.left - slice.right) + 1;
        found = {
          dir,
          least: Math.max(reach, found?.least ?? 0),
          ...(slice === undefined ? { width } : found?.width === undefined ? {} : {
            width: found.width,
          }),
        };
      }
    }
    if (found !== undefined) return found;
  }
  return undefined;
}
