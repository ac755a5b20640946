/**
 * From a design to its wiring.
 *
 * @module
 */
import type { YosysPool } from "../tools/yosys.ts";
import { cellNames } from "./cell_names.ts";
import {
  elaborate,
  type Elaborated,
  type ElaboratedModule,
  type Level,
  type NetBit,
} from "./elaborated.ts";
import {
  canonicalGraph,
  CONST_NODE,
  type Direction,
  type Graph,
  type GraphEdge,
  PORT_NODE,
} from "./graph.ts";

/** A pin with its bits and how they are declared. */
export interface Pin {
  node: string;
  name: string;
  dir: Direction;
  /** Lowest bit first. */
  bits: NetBit[];
  /** The declared index of bit 0, and the step to the next one. */
  first: number;
  step: 1 | -1;
}

/** A block with its pins, the top module's own ports among them (as `$port`, directions seen from inside). */
export interface Block {
  id: string;
  type: string;
  /** Its key among Yosys's cells; nothing for the ports. */
  cell?: string;
  pins: Pin[];
}

/**
 * The wiring of `top`: which pin of which block drives which pin of which other, at `blocks` (the instances of
 * modules) or at `cells` (every cell of Yosys too). Formatting and the order of instances do not matter.
 *
 * @throws {UserError} when Yosys refuses the design.
 */
export async function extractGraph(
  text: string,
  top: string,
  yosys: YosysPool,
  level: Level = "blocks",
): Promise<Graph> {
  return graphOf(await elaborate(text, top, yosys, level));
}

/** The wiring of an elaborated design. */
export function graphOf(design: Elaborated): Graph {
  return graphOfBlocks(design.top, blocksOf(design));
}

/** The wiring of blocks whose pins carry numbered bits; the first is the top module's own ports. */
export function graphOfBlocks(top: string, blocks: readonly Block[]): Graph {
  const [{ pins: ports }, ...inner] = blocks as readonly [Block, ...Block[]];
  const drivers = driversOf(blocks);
  return canonicalGraph({
    top,
    ports: ports.map(({ name, dir, bits }) => ({
      name,
      // Seen from outside again.
      dir: dir === "input" ? "output" : dir === "output" ? "input" : "inout",
      width: bits.length,
    })),
    nodes: inner.map(({ id, type }) => ({ id, type })),
    edges: blocks.flatMap(({ pins }) =>
      pins.filter(({ dir }) => dir !== "output").flatMap((sink) => edgesInto(sink, drivers))
    ),
  });
}

/** The ports of the top module and its blocks, each with its pins. */
export function blocksOf({ top, modules }: Elaborated): Block[] {
  const module = modules[top]!;
  const names = cellNames(module);
  const pinsOf = (
    node: string,
    declared: Record<string, { direction: Direction; offset?: number; upto?: number }>,
    connections: Record<string, NetBit[]>,
  ): Pin[] =>
    Object.entries(connections).filter(([, bits]) => bits.length > 0).map(([name, bits]) => {
      const { direction, offset = 0, upto = 0 } = declared[name] ?? { direction: "inout" as const };
      const first = upto === 1 ? offset + bits.length - 1 : offset;
      return { node, name, dir: direction, bits, first, step: upto === 1 ? -1 : 1 };
    });
  const inside = { input: "output", output: "input", inout: "inout" } as const;
  const ports = Object.fromEntries(
    Object.entries(module.ports).map(([name, port]) => [
      name,
      { ...port, direction: inside[port.direction] },
    ]),
  );
  const bits = Object.fromEntries(
    Object.entries(module.ports).map(([name, port]) => [name, port.bits]),
  );
  return [
    { id: PORT_NODE, type: "", pins: pinsOf(PORT_NODE, ports, bits) },
    ...Object.entries(module.cells).filter(([, { type }]) => type !== "$scopeinfo").map(
      ([cell, { type, parameters, port_directions = {}, connections }]) => {
        const known = modules[type]?.ports;
        const directions = known ??
          Object.fromEntries(
            Object.entries(port_directions).map(([name, direction]) => [name, { direction }]),
          );
        const id = names.get(cell)!;
        return {
          id,
          type: typeText(type, parameters, modules[type]),
          cell,
          pins: pinsOf(id, directions, connections),
        };
      },
    ),
  ];
}

/** `mac#(W=4)` for a module with parameters, all of them with their values; cells keep their type. */
function typeText(
  type: string,
  given: Record<string, string>,
  module: ElaboratedModule | undefined,
): string {
  // A module that is called like a cell has a backslash before its name.
  if (module === undefined) return type.replace(/^\\\$/, "$");
  const values = { ...module.parameter_default_values, ...given };
  const name = (module.attributes.hdlname ?? type).replace(/^\\\$/, "$");
  if (Object.keys(values).length === 0) return name;
  const shown = Object.entries(values).map(([key, value]) =>
    `${key}=${/^[01]+$/.test(value) ? BigInt(`0b${value}`) : value}`
  );
  return `${name}#(${shown.sort().join(",")})`;
}

/** Who drives each net. */
function driversOf(blocks: readonly Block[]): Map<NetBit, { pin: Pin; at: number }> {
  const drivers = new Map<NetBit, { pin: Pin; at: number }>();
  for (const { pins } of blocks) {
    for (const pin of pins) {
      if (pin.dir === "input") continue;
      pin.bits.forEach((bit, at) => {
        if (typeof bit === "number" && !drivers.has(bit)) drivers.set(bit, { pin, at });
      });
    }
  }
  return drivers;
}

/** The connections into a pin: one for each longest run of bits that come from one driver in order. */
function edgesInto(sink: Pin, drivers: ReadonlyMap<NetBit, { pin: Pin; at: number }>): GraphEdge[] {
  const edges: GraphEdge[] = [];
  for (let at = 0; at < sink.bits.length;) {
    const bit = sink.bits[at]!;
    const from = drivers.get(bit);
    let width = 1;
    if (typeof bit === "string") {
      while (typeof sink.bits[at + width] === "string") width++;
      const digits = sink.bits.slice(at, at + width).reverse().join("");
      edges.push({ from: [CONST_NODE, `${width}'b${digits}`], to: end(sink, at, width), width });
    } else if (from !== undefined && from.pin !== sink) {
      const follows = (by: number) => {
        const next = drivers.get(sink.bits[at + by] ?? "");
        return next?.pin === from.pin && next.at === from.at + by;
      };
      while (follows(width)) width++;
      edges.push({ from: end(from.pin, from.at, width), to: end(sink, at, width), width });
    }
    at += width;
  }
  return edges;
}

function end({ node, name, bits, first, step }: Pin, at: number, width: number): [string, string] {
  if (width === bits.length) return [node, name];
  const [one, other] = [first + step * at, first + step * (at + width - 1)];
  return [node, `${name}[${other}:${one}]`];
}
