/**
 * Block diagrams and schematics: a graph drawn by netlistsvg, and read from the drawing again.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import {
  type Block,
  CONST_NODE,
  type Declared,
  declaredPins,
  type Direction,
  type Graph,
  graphOfBlocks,
  pinName,
  pinSlice,
  PORT_NODE,
} from "../diagrams/mod.ts";
import { BLOCK_CLASS, type BlockShape, blockSkin, hasSymbol } from "./block_skin.ts";
import { attribute, elements, moved, readMarkup, textOf, within } from "./markup.ts";
import { loadNetlistsvg, type Markup } from "./packages.ts";

interface Cell {
  hide_name: number;
  type: string;
  port_directions: Record<string, Direction>;
  connections: Record<string, number[]>;
}

/** Blocks in an order of one's own give another layout of the same graph. */
export interface BlockDiagramOptions {
  /** Which block is laid out first, second, …: `id`s of nodes. Default: as in the graph. */
  order?: readonly string[];
}

/** The skin and netlist that netlistsvg draws a graph from, and how the pins with certain bits are declared. */
function netlistOfGraph(
  graph: Graph,
  { order = [] }: BlockDiagramOptions = {},
): { skin: string; netlist: unknown; indices: Map<string, Declared> } {
  const pins = declaredPins(graph);
  const types = new Map(graph.nodes.map(({ id, type }) => [id, type]));
  const bits = bitsOfPins(graph, pins, types);
  const indices = new Map<string, Declared>();
  for (const [key, of] of bits) {
    const [node, pin] = [key.slice(0, key.lastIndexOf(".")), key.slice(key.lastIndexOf(".") + 1)];
    const declared = pins.get(node === PORT_NODE ? node : types.get(node) ?? "")?.get(pin);
    if (declared !== undefined) indices.set(of.join(","), declared);
  }
  const literals = [
    ...new Set(graph.edges.flatMap(({ from }) => from[0] === CONST_NODE ? [from[1]] : [])),
  ];
  const ports = Object.fromEntries(
    [...pins.get(PORT_NODE)!].map(([name, declared]) => [
      label(name, declared),
      { direction: declared.dir, bits: bits.get(`${PORT_NODE}.${name}`)! },
    ]),
  );
  const place = new Map(order.map((id, at) => [id, at]));
  const rank = (id: string) => place.get(id) ?? order.length;
  const cells: Record<string, Cell> = {};
  for (const { id, type } of [...graph.nodes].sort((a, b) => rank(a.id) - rank(b.id))) {
    const cell: Cell = { hide_name: 0, type, port_directions: {}, connections: {} };
    for (const [name, declared] of pins.get(type) ?? []) {
      const found = bits.get(`${id}.${name}`);
      if (found === undefined) continue;
      const key = hasSymbol(type) ? name : label(name, declared);
      cell.port_directions[key] = declared.dir;
      cell.connections[key] = found;
    }
    cells[id] = cell;
  }
  for (const literal of literals) {
    cells[`$literal ${literal}`] = {
      hide_name: 1,
      type: `$literal ${literal}`,
      port_directions: { Y: "output" },
      connections: { Y: bits.get(`${CONST_NODE}.${literal}`)! },
    };
  }
  const shapes = [...new Set(types.values())].map((type): BlockShape => {
    const of = [...pins.get(type) ?? []];
    const labels = (dir: "input" | "output") =>
      of.filter(([, declared]) => declared.dir === dir).map(([name, declared]) =>
        label(name, declared)
      );
    const names = graph.nodes.filter((node) => node.type === type).map(({ id }) => id.length);
    return {
      type,
      inputs: labels("input"),
      outputs: labels("output"),
      longestName: Math.max(...names),
    };
  });
  return {
    skin: blockSkin(shapes, Object.keys(ports), literals),
    netlist: { modules: { [graph.top]: { attributes: { top: "1" }, ports, cells } } },
    indices,
  };
}

/**
 * Draws a graph. The drawing holds everything that the graph says; {@linkcode readBlockDiagram} gets it back.
 *
 * @returns SVG.
 */
export async function drawBlockDiagram(
  graph: Graph,
  options: BlockDiagramOptions = {},
): Promise<string> {
  const { skin, netlist, indices } = netlistOfGraph(graph, options);
  const svg = await (await loadNetlistsvg()).render(skin, netlist);
  if (typeof svg !== "string") {
    throw new UserError({
      what: `block diagram of ${graph.top}`,
      got: new Described("no drawing from netlistsvg"),
      expected: "a graph that can be laid out",
    });
  }
  return framed(withDeclaredIndices(svg, indices), graph.top);
}

/**
 * netlistsvg labels the parts of a bus from the lowest bit up and counts from 0 (`1:2`); here they are as declared
 * (`2:1`).
 */
function withDeclaredIndices(svg: string, indices: ReadonlyMap<string, Declared>): string {
  return svg.replace(
    /<g [^>]*id="cell_\$(?:split|join)\$,([\d,]+),"[^>]*>[\s\S]*?<\/g>(?=\s*<(?:g [^>]*id="cell_|line|circle))/g,
    (cell, net: string) => {
      const { left, right } = indices.get(net) ?? { left: 1, right: 0 };
      const index = (place: string) => right + (left < right ? -1 : 1) * Number(place);
      return cell.replace(
        />(\d+)(?::(\d+))?<\/text>/g,
        (_, low: string, high?: string) =>
          `>${high === undefined ? "" : `${index(high)}:`}${index(low)}</text>`,
      );
    },
  );
}

/** White ground, a margin and the name of the module. */
function framed(svg: string, top: string): string {
  const [, width, height] = /<svg[^>]*?width="([\d.]+)"[^>]*?height="([\d.]+)"/.exec(svg)!;
  const [w, h] = [Math.ceil(Number(width)) + 16, Math.ceil(Number(height)) + 30];
  return svg.replace(/<svg[^>]*>/, (tag) => {
    const size = tag.replace(/ width="[\d.]+"/, ` width="${w}"`).replace(
      / height="[\d.]+"/,
      ` height="${h}" viewBox="-8 -22 ${w} ${h}" class="${BLOCK_CLASS}"`,
    );
    return `${size}<rect x="-8" y="-22" width="${w}" height="${h}" style="fill:#fff;stroke:none"/>` +
      `<text x="0" y="-8" id="top">${top}</text>`;
  });
}

/** `acc[15:0]`; one bit has no range. */
function label(name: string, { left, right }: Declared): string {
  return left === 0 && right === 0 ? name : `${name}[${left}:${right}]`;
}

/** Numbers for all bits: each driving pin has its own, each driven pin those of its drivers, open bits one each. */
function bitsOfPins(
  graph: Graph,
  pins: ReadonlyMap<string, ReadonlyMap<string, Declared>>,
  types: ReadonlyMap<string, string>,
): Map<string, number[]> {
  let next = 2;
  const bits = new Map<string, number[]>();
  const fresh = (width: number) => Array.from({ length: width }, () => next++);
  const declaredOf = (node: string, pin: string): Declared =>
    pins.get(node === PORT_NODE ? node : types.get(node)!)!.get(pinName(pin))!;
  const widthOf = ({ left, right }: Declared) => Math.abs(left - right) + 1;
  const keyOf = ([node, pin]: readonly [string, string]) =>
    node === CONST_NODE ? `${node}.${pin}` : `${node}.${pinName(pin)}`;
  for (const { name, dir, width } of graph.ports) {
    if (dir !== "output") bits.set(`${PORT_NODE}.${name}`, fresh(width));
  }
  for (const { from, to, width } of graph.edges) {
    const source = keyOf(from);
    if (!bits.has(source)) {
      bits.set(
        source,
        fresh(from[0] === CONST_NODE ? width : widthOf(declaredOf(...from))),
      );
    }
    const sink = keyOf(to);
    if (!bits.has(sink)) bits.set(sink, fresh(widthOf(declaredOf(...to))));
  }
  const at = ([node, pin]: readonly [string, string]) => {
    if (node === CONST_NODE) return 0;
    const slice = pinSlice(pin);
    return slice === undefined ? 0 : Math.abs(slice.right - declaredOf(node, pin).right);
  };
  for (const { from, to, width } of graph.edges) {
    const [source, sink] = [bits.get(keyOf(from))!, bits.get(keyOf(to))!];
    for (let bit = 0; bit < width; bit++) sink[at(to) + bit] = source[at(from) + bit]!;
  }
  for (const { name, dir, width } of graph.ports) {
    if (dir === "output" && !bits.has(`${PORT_NODE}.${name}`)) {
      bits.set(`${PORT_NODE}.${name}`, fresh(width));
    }
  }
  return bits;
}

/** How far the end of a line may lie from the pin that it belongs to, in drawing units. */
const NEAR = 1.6;

/**
 * Reads a graph from a block diagram: boxes with their labels, and lines from pin to pin.
 *
 * @throws {UserError} for a drawing of another kind.
 */
export async function readBlockDiagram(svg: string): Promise<Graph> {
  const root = await readMarkup(svg);
  const top = [...within(root, "text")].find((text) => attribute(text, "id") === "top");
  if (top === undefined) {
    throw new UserError({
      what: "block diagram",
      got: new Described("a drawing without the name of its module"),
      expected: "one that drawBlockDiagram made",
    });
  }
  const ends = [...within(root, "line")].flatMap((line) => {
    const net = (attribute(line, "class") ?? "").replace("net_", "").split(",").map(Number);
    return [1, 2].map((end) => ({
      x: Number(attribute(line, `x${end}`)),
      y: Number(attribute(line, `y${end}`)),
      net,
    }));
  });
  const netAt = (x: number, y: number) =>
    ends.find((end) => Math.abs(end.x - x) <= NEAR && Math.abs(end.y - y) <= NEAR)?.net;
  const ports: Block = { id: PORT_NODE, type: "", pins: [] };
  const blocks: Block[] = [];
  const literals = new Map<number, string>();
  for (const cell of elements(root, "g")) {
    const kind = attribute(cell, "s:type");
    const block = attribute(cell, "s:block");
    if (block === undefined) continue;
    const name = elements(cell, "text").find((text) => attribute(text, "s:attribute") === "ref");
    const pins = pinsOf(cell, netAt);
    if (kind === "literal") {
      const [width, digits] = block.split("'b") as [string, string];
      pins[0]?.net?.forEach((bit, at) => literals.set(bit, digits[Number(width) - 1 - at]!));
    } else if (kind === "inputExt" || kind === "outputExt") {
      const dir = kind === "inputExt" ? "output" : "input";
      ports.pins.push(pinOf(PORT_NODE, textOf(name!), dir, pins[0]!.net));
    } else {
      const id = textOf(name!);
      blocks.push({
        id,
        type: block,
        pins: pins.filter(({ net }) => net !== undefined).map(({ label, dir, net }) =>
          pinOf(id, label, dir, net)
        ),
      });
    }
  }
  for (const { pins } of [ports, ...blocks]) {
    for (const pin of pins) pin.bits = pin.bits.map((bit) => literals.get(Number(bit)) ?? bit);
  }
  return graphOfBlocks(textOf(top), [ports, ...blocks]);
}

/** Pins of a drawn cell: labels, sides, and the net whose line ends there. */
function pinsOf(cell: Markup, netAt: (x: number, y: number) => number[] | undefined) {
  const [x, y] = moved(cell);
  return elements(cell, "g").map((pin) => {
    const [dx, dy] = attribute(pin, "transform") === undefined
      ? [Number(attribute(pin, "s:x")), Number(attribute(pin, "s:y"))]
      : moved(pin);
    const text = elements(pin, "text")[0];
    const out = text === undefined
      ? attribute(pin, "s:position") === "bottom"
      : attribute(text, "class") === "out";
    return {
      label: text === undefined ? attribute(pin, "s:pid")! : textOf(text),
      dir: (out ? "output" : "input") as Direction,
      net: netAt(x + dx, y + dy),
    };
  });
}

let unreached = -1;

function pinOf(node: string, label: string, dir: Direction, net: number[] | undefined) {
  const slice = pinSlice(label);
  const width = slice === undefined ? net?.length ?? 1 : Math.abs(slice.left - slice.right) + 1;
  return {
    node,
    name: pinName(label),
    dir,
    // Bits that no line reaches: numbers that nothing else has.
    bits: net ?? Array.from({ length: width }, () => unreached--),
    first: slice?.right ?? 0,
    step: slice !== undefined && slice.left < slice.right ? -1 as const : 1 as const,
  };
}
