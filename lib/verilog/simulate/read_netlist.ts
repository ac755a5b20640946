/**
 * Reads the circuit that Yosys wrote: cells over words, single gates, or both.
 *
 * @module
 */
import { namedBy } from "../tokens/lex.ts";
import { OBSERVERS, type YosysModule } from "../tools/miter.ts";
import { GateBuilder } from "./gate_builder.ts";
import { CONSTANT_NETS, type Net, type Netlist, type Refusal, type Register } from "./gates.ts";
import { mapWordCell } from "./word_gates.ts";
import { wordRegisters } from "./word_registers.ts";

/** A netlist, or why there is none, or the type of a cell for which there is no rule. */
export type Reading = { netlist: Netlist } | Refusal | { unmapped: string };

/** Registers of the largest circuit that is taken (64 kbit of memory). */
const MOST_REGISTERS = 65_536;

/** Reads the module `top` of a file that `write_json` wrote. */
export function readNetlist(json: { modules: Record<string, YosysModule> }, top: string): Reading {
  const module = json.modules[top];
  if (module === undefined) return { refused: `no module ${top}` };
  const gates = new GateBuilder();
  const numbers = new Map<number, Net>();
  const net = (bit: number | string | undefined): Net => {
    if (bit === "0") return CONSTANT_NETS.zero;
    if (bit === "1") return CONSTANT_NETS.one;
    if (typeof bit !== "number") return CONSTANT_NETS.unknown;
    let number = numbers.get(bit);
    if (number === undefined) numbers.set(bit, number = gates.net());
    return number;
  };
  const initials = new Map<Net, 0 | 1>();
  for (const { bits, attributes } of Object.values(module.netnames)) {
    const init = attributes.init;
    if (typeof init !== "string") continue;
    bits.forEach((bit, at) => {
      // Yosys writes the highest bit first; `bits` begins with the lowest.
      const value = init[init.length - 1 - at];
      if (value === "0" || value === "1") initials.set(net(bit), value === "1" ? 1 : 0);
    });
  }
  const registers: Register[] = [];
  const keep = (found: Omit<Register, "initial">) =>
    registers.push({ ...found, initial: initials.get(found.output) ?? "x" });
  let unmapped: string | undefined;
  for (const cell of Object.values(module.cells)) {
    const { type, connections } = cell;
    if (OBSERVERS.has(type)) continue;
    if (Object.values(connections).some((bits) => bits.includes("z"))) return { refused: FLOATING };
    const pin = (name: string): Net => net(connections[name]?.[0]);
    const found = register(type, pin);
    if (found !== undefined) {
      keep(found);
      continue;
    }
    const name = /^(?:\$_(\w+?)_|offprint_(\w+))$/.exec(type)?.slice(1).find(Boolean);
    if (name !== undefined && GATE_TYPES.has(name)) {
      const inputs = ["A", "B", "C", "D", "S"].filter((port) => port in connections).map(pin);
      gates.gates.push({ type: name, inputs, output: pin("Y") });
      continue;
    }
    const words = wordRegisters(gates, cell, net);
    if (words !== undefined) words.forEach(keep);
    else if (!mapWordCell(gates, cell, net)) unmapped ??= type;
  }
  const inputs = new Map<string, Net[]>();
  const outputs = new Map<string, Net[]>();
  const signed = new Set<string>();
  for (const [name, { direction, bits, signed: sign }] of Object.entries(module.ports)) {
    if (sign === 1) signed.add(namedBy(name));
    if (direction === "inout") return { refused: `inout port ${name}` };
    if (bits.includes("z")) return { refused: FLOATING };
    (direction === "input" ? inputs : outputs).set(namedBy(name), bits.map(net));
  }
  if (unmapped !== undefined) return { unmapped };
  if (registers.length > MOST_REGISTERS) return { refused: `${registers.length} bits of memory` };
  return { netlist: { nets: gates.nets, gates: gates.gates, registers, inputs, outputs, signed } };
}

const FLOATING = "a high-impedance value";

const GATE_TYPES = new Set(
  [
    "BUF",
    "NOT",
    "AND",
    "NAND",
    "OR",
    "NOR",
    "XOR",
    "XNOR",
    "ANDNOT",
    "ORNOT",
    "MUX",
    "NMUX",
    "AOI3",
    "OAI3",
    "is_one",
    "same",
  ],
);

/** A flip-flop or latch of one bit, as Yosys's `dfflegalize` leaves it. */
function register(type: string, pin: (name: string) => Net): Omit<Register, "initial"> | undefined {
  const flipflop = { kind: "flipflop", data: pin("D"), clock: pin("C"), output: pin("Q") } as const;
  const latch = { kind: "latch", data: pin("D"), clock: pin("E"), output: pin("Q") } as const;
  const { zero, one } = CONSTANT_NETS;
  switch (type) {
    case "$_DFF_P_":
      return flipflop;
    case "$_DFFE_PP_":
      return { ...flipflop, enable: pin("E") };
    case "$_DFF_PP0_":
      return { ...flipflop, reset: pin("R") };
    case "$_DFF_PP1_":
      return { ...flipflop, set: pin("R") };
    case "$_DFFSR_PPP_":
      return { ...flipflop, set: pin("S"), reset: pin("R") };
    case "$_ALDFF_PP_":
      return { ...flipflop, load: pin("L"), loadData: pin("AD") };
    case "$_DLATCH_P_":
      return latch;
    case "$_DLATCH_PP0_":
      return { ...latch, reset: pin("R") };
    case "$_DLATCH_PP1_":
      return { ...latch, set: pin("R") };
    case "$_DLATCHSR_PPP_":
      return { ...latch, set: pin("S"), reset: pin("R") };
    case "$_SR_PP_":
      return { kind: "latch", data: zero, output: pin("Q"), set: pin("S"), reset: pin("R") };
    default:
      return type === "$_FF_" ? { ...flipflop, clock: one } : undefined;
  }
}
