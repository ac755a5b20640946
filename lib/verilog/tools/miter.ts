/**
 * Two mapped modules in one: shared inputs, and the outputs and registers of both as wires to compare.
 * It is made from Yosys's JSON and read by Yosys again, under names of our own, so that no name of a
 * design can break a script.
 *
 * @module
 */

/** A bit of Yosys's JSON: the number of a net, or a constant `"0"`, `"1"`, `"x"`, `"z"`. */
export type Bit = number | string;

/** What is read of a cell. */
export interface YosysCell {
  type: string;
  parameters: Record<string, unknown>;
  attributes: Record<string, unknown>;
  port_directions?: Record<string, string>;
  connections: Record<string, Bit[]>;
}

/** What is read of a module. */
export interface YosysModule {
  attributes: Record<string, unknown>;
  ports: Record<string, { direction: string; bits: Bit[]; signed?: number }>;
  cells: Record<string, YosysCell>;
  netnames: Record<string, { bits: Bit[]; attributes: Record<string, unknown> }>;
}

/** The pair, ready for `sat`. */
export interface Miter {
  /** A file for `read_json`; the module is `miter`. */
  json: string;
  /** Inputs by the name they have in the designs: their wire in the miter. */
  inputs: Map<string, string>;
  /** Bits of registers that have no initial value and the same place in both designs. */
  free: number;
  /** Registers that have a twin. */
  registers: number;
  /** Every register of one design has its twin in the other, with or without an initial value alike. */
  paired: boolean;
}

/** Why there is no pair: the ports differ, or a design holds what cannot be proved over. */
export interface NoMiter {
  verdict: "interface" | "error" | "unknown";
  reason: string;
}

/** Cells that print or check; they drive nothing. */
export const OBSERVERS: ReadonlySet<string> = new Set(
  ["$print", "$check", "$assert", "$assume", "$cover", "$live", "$fair", "$scopeinfo"],
);

interface Register {
  bits: Bit[];
  /** Initial value of each bit, `x` without one. */
  initial: string;
}

/** Puts `gold` and `gate` side by side. */
export function miterOf(gold: YosysModule, gate: YosysModule): Miter | NoMiter {
  const inputs = portsOf(gold, "input");
  const outputs = portsOf(gold, "output");
  for (const [side, other] of [[inputs, "input"], [outputs, "output"]] as const) {
    if (shape(side) !== shape(portsOf(gate, other))) {
      return { verdict: "interface", reason: `${other}s of other names or widths` };
    }
  }
  for (const { ports } of [gold, gate]) {
    const inout = Object.entries(ports).find(([, { direction }]) => direction === "inout");
    if (inout !== undefined) return { verdict: "error", reason: `inout port ${inout[0]}` };
  }

  const builder = new Builder();
  const names = new Map<string, string>();
  const shared = new Map<string, number[]>();
  for (const [name, { bits }] of inputs) {
    const wire = `in${names.size}`;
    names.set(name, wire);
    shared.set(name, builder.input(wire, bits.length));
  }
  const sides = [gold, gate].map((module, at) => builder.add(module, shared, "gh"[at]!));
  if (outputs.size === 0) return { verdict: "unknown", reason: "no outputs to compare" };
  if (builder.impedance) return { verdict: "error", reason: "a high-impedance value" };
  const [a, b] = sides as [Side, Side];

  const states: [Bit[], Bit[]] = [[], []];
  const free: [Bit[], Bit[]] = [[], []];
  let paired = a.registers.size === b.registers.size;
  for (const [name, one] of a.registers) {
    const two = b.registers.get(name);
    if (two === undefined || !alike(one, two)) {
      paired = false;
      continue;
    }
    states[0].push(...one.bits);
    states[1].push(...two.bits);
    one.bits.forEach((bit, at) => {
      if (one.initial[at] !== "x") return;
      free[0].push(bit);
      free[1].push(two.bits[at]!);
    });
  }
  const ends = [...outputs.keys()].map((name) => [a.outputs.get(name)!, b.outputs.get(name)!]);
  for (const [at, letter] of ["g", "h"].entries()) {
    const outs = ends.flatMap((pair) => pair[at]!);
    builder.copy(`${letter}_outputs`, outs);
    builder.copy(`${letter}_everything`, [...outs, ...states[at]!]);
    // The solver knows a register's initial value only under the one name that no other wire shares.
    const bits = [...sides[at]!.registers.values()].flatMap(({ bits, initial }) =>
      bits.map((bit, order) => ({ bit, initial: initial[order]! }))
    );
    const started = bits.filter(({ initial }) => initial !== "x");
    builder.wire(`${letter}_free`, free[at]!);
    builder.wire(
      `${letter}_started`,
      started.map(({ bit }) => bit),
      started.map(({ initial }) => initial).join(""),
    );
  }
  builder.differ(
    ends.flatMap(([one]) => one!),
    ends.flatMap(([, two]) => two!),
  );
  const registers = states[0].length;
  return { json: builder.json(), inputs: names, free: free[0].length, registers, paired };
}

function portsOf(module: YosysModule, direction: string) {
  return new Map(
    Object.entries(module.ports).filter(([, port]) => port.direction === direction)
      .sort(([a], [b]) => a < b ? -1 : 1),
  );
}

function shape(ports: ReturnType<typeof portsOf>): string {
  return JSON.stringify([...ports].map(([name, { bits }]) => [name, bits.length]));
}

/** As wide, and with an initial value in the same places; the value itself may be another. */
function alike(one: Register, two: Register): boolean {
  const places = ({ initial }: Register) => initial.replace(/[01]/g, "v");
  return one.bits.length === two.bits.length && places(one) === places(two);
}

interface Side {
  outputs: Map<string, Bit[]>;
  registers: Map<string, Register>;
}

class Builder {
  /** Whether a design drives `z` anywhere. */
  impedance = false;
  #next = 2;
  readonly #ports: YosysModule["ports"] = {};
  readonly #cells: Record<string, YosysCell> = {};
  readonly #wires: YosysModule["netnames"] = {};

  input(name: string, width: number): number[] {
    const bits = Array.from({ length: width }, () => this.#next++);
    this.#ports[name] = { direction: "input", bits };
    this.#wires[name] = { bits, attributes: {} };
    return bits;
  }

  wire(name: string, bits: Bit[], init?: string): void {
    if (bits.length === 0) return;
    // The last character of an initial value is the least significant bit.
    const attributes = init === undefined ? {} : { init: [...init].reverse().join("") };
    this.#wires[name] = { bits, attributes };
  }

  /** A wire of its own with the same value. */
  copy(name: string, bits: Bit[]): void {
    if (bits.length === 0) return;
    const copy = bits.map(() => this.#next++);
    const sizes = { A_SIGNED: 0, A_WIDTH: bits.length, Y_WIDTH: bits.length };
    this.#cell(name, "$pos", sizes, { A: bits, Y: copy });
    this.wire(name, copy);
  }

  #cell(
    name: string,
    type: string,
    parameters: Record<string, number>,
    connections: YosysCell["connections"],
  ): void {
    const ports = Object.keys(connections).map((port) => [port, port === "Y" ? "output" : "input"]);
    const directions = Object.fromEntries(ports);
    // Cells and wires share one space of names.
    this.#cells[`${name}_cell`] = {
      type,
      parameters,
      attributes: {},
      port_directions: directions,
      connections,
    };
  }

  add(module: YosysModule, inputs: ReadonlyMap<string, number[]>, prefix: string): Side {
    const cells = Object.entries(module.cells).filter(([, { type }]) => !OBSERVERS.has(type));
    const numbers = new Map<number, Bit>();
    for (const [name, { direction, bits }] of Object.entries(module.ports)) {
      if (direction !== "input") continue;
      bits.forEach((bit, at) => {
        if (typeof bit === "number") numbers.set(bit, inputs.get(name)![at]!);
      });
    }
    for (const [, cell] of cells) {
      for (const [port, bits] of Object.entries(cell.connections)) {
        if (cell.port_directions?.[port] !== "output") continue;
        for (const bit of bits) {
          if (typeof bit === "number" && !numbers.has(bit)) numbers.set(bit, this.#next++);
        }
      }
    }
    const mapped = (bits: readonly Bit[]): Bit[] =>
      bits.map((bit) => {
        if (bit === "z") this.impedance = true;
        // What nothing drives is unknown; the solver would take any value.
        return typeof bit === "number" ? numbers.get(bit) ?? "x" : bit;
      });
    const initials = new Map<Bit, string>();
    for (const { bits, attributes } of Object.values(module.netnames)) {
      const init = attributes.init;
      if (typeof init !== "string") continue;
      bits.forEach((bit, at) => {
        const value = init[init.length - 1 - at];
        if (value === "0" || value === "1") initials.set(bit, value);
      });
    }
    const registers = new Map<string, Register>();
    for (const [at, [name, cell]] of cells.entries()) {
      const connections = Object.fromEntries(
        Object.entries(cell.connections).map(([port, bits]) => [port, mapped(bits)]),
      );
      this.#cells[`${prefix}${at}`] = { ...cell, attributes: {}, connections };
      if (cell.type !== "$dff" && cell.type !== "$ff") continue;
      const own = cell.connections.Q!;
      // A name that Yosys counted up to, each design for itself, is no name to find a twin by.
      registers.set(/^\$.*\$\d+(?:_\w+)?$/.test(name) ? `${prefix} ${name}` : name, {
        bits: connections.Q!,
        initial: own.map((bit) => initials.get(bit) ?? "x").join(""),
      });
    }
    return {
      outputs: new Map(
        [...portsOf(module, "output")].map(([name, { bits }]) => [name, mapped(bits)]),
      ),
      registers,
    };
  }

  /** Drives the wire `differ`: somewhere both are known, and not the same. */
  differ(a: Bit[], b: Bit[]): void {
    const width = a.length;
    const bits = () => Array.from({ length: width }, () => this.#next++);
    const [unequal, known, result] = [bits(), bits(), [this.#next++]];
    const one = { A_SIGNED: 0, A_WIDTH: width };
    const two = { ...one, B_SIGNED: 0, B_WIDTH: width, Y_WIDTH: width };
    this.#cell("unequal", "$xor", two, { A: a, B: b, Y: unequal });
    const ones = unequal.map(() => "1");
    this.#cell("known", "$bweqx", { WIDTH: width }, { A: unequal, B: ones, Y: known });
    this.#cell("differ", "$reduce_or", { ...one, Y_WIDTH: 1 }, { A: known, Y: result });
    this.wire("differ", result);
  }

  json(): string {
    const module = {
      attributes: { top: 1 },
      ports: this.#ports,
      cells: this.#cells,
      netnames: this.#wires,
    };
    return JSON.stringify({ modules: { miter: module } });
  }
}
