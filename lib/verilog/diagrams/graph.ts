/**
 * The wiring of a design as data, and its canonical text: what a block diagram shows, without where things lie.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";

/** Which way a port goes, seen from the module that has it. */
export type Direction = "input" | "output" | "inout";

/** A port of the top module; `width` in bits. */
export interface GraphPort {
  name: string;
  dir: Direction;
  width: number;
}

/** A block: an instance of a module, or a cell such as `$add` when the design is drawn cell by cell. */
export interface GraphNode {
  id: string;
  /** The module's name, with the parameters that the instance sets: `mac#(W=4)`. */
  type: string;
}

/**
 * One end of a connection: a block and its pin. The block is `$port` for a port of the top module and `$const` for a
 * number, whose pin is the literal. A part of a pin has its declared bits behind the name: `sum[3:0]`.
 */
export type Endpoint = [node: string, pin: string];

/** A connection of `width` bits. */
export interface GraphEdge {
  from: Endpoint;
  to: Endpoint;
  width: number;
}

/** Wiring of one module (paper 06). */
export interface Graph {
  top: string;
  /** In the order of the module's header. */
  ports: GraphPort[];
  /** Sorted by `id`. */
  nodes: GraphNode[];
  /** Sorted by their text. */
  edges: GraphEdge[];
}

/** The block that stands for the module's own ports, and the one that stands for numbers. */
export const PORT_NODE = "$port";
export const CONST_NODE = "$const";

/** A pin without its slice: `sum[3:0]` is `sum`. */
export function pinName(pin: string): string {
  return pin.replace(/\[\d+:\d+\]$/, "");
}

/** The indices of the bits that an endpoint takes, as declared; nothing when it takes the whole pin. */
export function pinSlice(pin: string): { left: number; right: number } | undefined {
  const match = /\[(\d+):(\d+)\]$/.exec(pin);
  return match === null ? undefined : { left: Number(match[1]), right: Number(match[2]) };
}

/** The line of one connection: `pe0.acc -> $port.c0 [16]`. */
export function printEdge({ from, to, width }: GraphEdge): string {
  return `${from.join(".")} -> ${to.join(".")} [${width}]`;
}

/** Compares texts by their UTF-16 units, the same on every machine. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The same graph with blocks and connections in canonical order; ports keep theirs. */
export function canonicalGraph({ top, ports, nodes, edges }: Graph): Graph {
  return {
    top,
    ports: ports.map(({ name, dir, width }) => ({ name, dir, width })),
    nodes: nodes.map(({ id, type }) => ({ id, type })).sort((a, b) => byText(a.id, b.id)),
    edges: edges.map(({ from, to, width }): GraphEdge => ({ from: [...from], to: [...to], width }))
      .sort((a, b) => byText(printEdge(a), printEdge(b))),
  };
}

/**
 * The canonical text: `top`, then a line for every port, block and connection. Equal graphs give equal bytes, in
 * whatever order their blocks and connections stand.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseGraph, printGraph } from "offprint/verilog/diagrams/mod.ts";
 *
 * const text = "top pair\nport input a [8]\nport output q [8]\nnode u0 delay\n$port.a -> u0.d [8]\nu0.q -> $port.q [8]\n";
 * assertEquals(printGraph(parseGraph(text)), text);
 * ```
 */
export function printGraph(graph: Graph): string {
  const { top, ports, nodes, edges } = canonicalGraph(graph);
  return [
    `top ${top}`,
    ...ports.map(({ name, dir, width }) => `port ${dir} ${name} [${width}]`),
    ...nodes.map(({ id, type }) => `node ${id} ${type}`),
    ...edges.map(printEdge),
    "",
  ].join("\n");
}

/**
 * Reads canonical text. Lines may stand in any order; the graph is canonical.
 *
 * @throws {UserError} for a line that is none of the four kinds, and where `top` is missing.
 */
export function parseGraph(text: string): Graph {
  const graph: Graph = { top: "", ports: [], nodes: [], edges: [] };
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const top = /^top (\S+)$/.exec(line);
    const port = /^port (input|output|inout) (\S+) \[(\d+)\]$/.exec(line);
    const node = /^node (\S+) (\S+)$/.exec(line);
    const edge = /^(\S+)\.([^\s.]+) -> (\S+)\.([^\s.]+) \[(\d+)\]$/.exec(line);
    if (top !== null) graph.top = top[1]!;
    else if (port !== null) {
      graph.ports.push({ name: port[2]!, dir: port[1] as Direction, width: Number(port[3]) });
    } else if (node !== null) graph.nodes.push({ id: node[1]!, type: node[2]! });
    else if (edge !== null) {
      const [, fromNode, fromPin, toNode, toPin, bits] = edge;
      graph.edges.push({
        from: [fromNode!, fromPin!],
        to: [toNode!, toPin!],
        width: Number(bits),
      });
    } else {
      throw new UserError({
        what: `graph text, line ${at + 1}`,
        got: line,
        expected: "top, port, node or a connection such as u0.q -> $port.q [8]",
      });
    }
  }
  if (graph.top === "") {
    throw new UserError({
      what: "graph text",
      got: undefined,
      expected: "a line such as top adder",
    });
  }
  return canonicalGraph(graph);
}
