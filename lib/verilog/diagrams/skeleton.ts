/**
 * From a graph back to Verilog: a module with the wiring and nothing else, whose blocks are empty.
 *
 * @module
 */
import {
  CONST_NODE,
  type Direction,
  type Endpoint,
  type Graph,
  type GraphEdge,
  pinName,
  pinSlice,
  PORT_NODE,
} from "./graph.ts";

/** How a pin is declared: `[left:right]`. */
export interface Declared {
  dir: Direction;
  left: number;
  right: number;
}

/** What the connections of a graph show of a pin. */
interface Seen {
  dir: Direction;
  /** Bits, where a connection takes the whole pin. */
  width?: number;
  highest: number;
  /** Its indices rise from left to right. */
  rising: boolean;
}

/**
 * The graph as a Verilog text; its graph, extracted at the level of blocks, is the same graph again. Types of blocks
 * become empty modules with the pins that the graph shows; pins that it shows only in part are made one bit wider, so that
 * the part stays a part.
 */
export function skeletonOf(graph: Graph): string {
  const pins = declaredPins(graph);
  const ports = pins.get(PORT_NODE)!;
  const sinks = new Map<string, GraphEdge[]>();
  for (const edge of graph.edges) {
    const key = `${edge.to[0]}.${pinName(edge.to[1])}`;
    sinks.set(key, [...sinks.get(key) ?? [], edge]);
  }
  const wires: string[] = [];
  const body: string[] = [];
  for (const { id, type } of graph.nodes) {
    const connections = [...pins.get(type) ?? []].flatMap(([pin, declared]) => {
      const wire = `${id}.${pin}`;
      if (declared.dir === "input") {
        const edges = sinks.get(wire);
        return edges === undefined ? [] : [`.${escaped(pin)}(${sunk(edges, declared, wires)})`];
      }
      wires.push(`  wire ${range(declared)}${escaped(wire)};`);
      return [`.${escaped(pin)}(${escaped(wire)})`];
    });
    body.push(`  ${escaped(type)} ${escaped(id)}(${connections.join(", ")});`);
  }
  for (const [name, declared] of ports) {
    const edges = sinks.get(`${PORT_NODE}.${name}`);
    if (declared.dir === "input" || edges === undefined) continue;
    body.push(`  assign ${escaped(name)} = ${sunk(edges, declared, wires)};`);
  }
  const header = (name: string, of: ReadonlyMap<string, Declared> = new Map()) =>
    `module ${escaped(name)}(${
      [...of].map(([pin, declared]) => `${declared.dir} ${range(declared)}${escaped(pin)}`)
        .join(", ")
    });`;
  return [
    ...[...new Set(graph.nodes.map(({ type }) => type))].sort().flatMap(
      (type) => [header(type, pins.get(type)), "endmodule", ""],
    ),
    header(graph.top, ports),
    ...wires,
    ...body,
    "endmodule",
    "",
  ].join("\n");
}

/** The pins of each type, over all its blocks, and those of `$port`, as far as the connections show them. */
export function declaredPins(graph: Graph): Map<string, Map<string, Declared>> {
  const types = new Map(graph.nodes.map(({ id, type }) => [id, type]));
  const seen = new Map<string, Map<string, Seen>>();
  seen.set(
    PORT_NODE,
    new Map(graph.ports.map(({ name, dir, width }) => [
      name,
      { dir, width, highest: 0, rising: false },
    ])),
  );
  const note = ([node, pin]: Endpoint, dir: Direction, width: number) => {
    const type = node === PORT_NODE ? PORT_NODE : types.get(node);
    if (type === undefined) return;
    const of = seen.get(type) ?? new Map<string, Seen>();
    seen.set(type, of);
    const before = of.get(pinName(pin)) ?? { dir, highest: 0, rising: false };
    of.set(pinName(pin), before);
    const slice = pinSlice(pin);
    if (slice === undefined) before.width = width;
    else {
      before.highest = Math.max(before.highest, slice.left, slice.right);
      before.rising ||= slice.left < slice.right;
    }
  };
  for (const { from, to, width } of graph.edges) {
    note(from, "output", width);
    note(to, "input", width);
  }
  return new Map([...seen].map(([type, of]) => [
    type,
    new Map([...of].map(([pin, { dir, width, highest, rising }]): [string, Declared] => {
      const high = Math.max(highest, width === undefined ? highest + 1 : width - 1);
      const low = width === undefined ? 0 : high - width + 1;
      return [pin, rising ? { dir, left: low, right: high } : { dir, left: high, right: low }];
    })),
  ]));
}

/** What is connected to a pin: its parts from the highest bit down, with undriven bits in the gaps. */
function sunk(edges: readonly GraphEdge[], declared: Declared, wires: string[]): string {
  const place = (index: number) => Math.abs(index - declared.right);
  const parts: string[] = [];
  let next = place(declared.left);
  const gap = (down: number) => {
    if (next <= down) return;
    const wire = escaped(`open${wires.length}`);
    wires.push(`  wire ${range({ left: next - down - 1, right: 0 })}${wire};`);
    parts.push(wire);
  };
  const placed = edges.map(({ from, to }) => {
    const { left, right } = pinSlice(to[1]) ?? declared;
    return { from, high: place(left), low: place(right) };
  }).sort((a, b) => b.high - a.high);
  for (const { from: [node, pin], high, low } of placed) {
    gap(high);
    const name = pinName(pin);
    if (node === CONST_NODE) parts.push(name);
    else {parts.push(
        escaped(node === PORT_NODE ? name : `${node}.${name}`) + pin.slice(name.length),
      );}
    next = low - 1;
  }
  gap(-1);
  return parts.length === 1 ? parts[0]! : `{${parts.join(", ")}}`;
}

function range({ left, right }: { left: number; right: number }): string {
  return left === 0 && right === 0 ? "" : `[${left}:${right}] `;
}

/** A name as Verilog takes it: plain, or escaped with the blank that ends it. */
function escaped(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `\\${name} `;
}
