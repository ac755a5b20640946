/**
 * A module as gates and flip-flops: Yosys maps it, its JSON is read here.
 *
 * @module
 */
import { bareName, lex, namedBy } from "../tokens/lex.ts";
import { incompleteSensitivity } from "../language/sensitivity.ts";
import { childOf, childrenOf, parseVerilog, textOf, walk } from "../language/syntax_tree.ts";
import { asSimulated } from "../tools/guard.ts";
import { OBSERVERS, type YosysModule } from "../tools/miter.ts";
import { BRANCHES, KNOWING_CELLS, UNKNOWN_VALUES } from "../tools/unknown_values.ts";
import type { YosysPool } from "../tools/yosys.ts";

/** Number of a net; 0, 1 and 2 are the constants 0, 1 and x. */
export type Net = number;

/** Nets of the constants. */
export const CONSTANT_NETS = { zero: 0, one: 1, unknown: 2 } as const;

/** A gate without memory. */
export interface Gate {
  /** Yosys's name without the frame: `AND`, `MUX`, …; `is_one` and `same` see unknown values as such. */
  type: string;
  /** Input nets in the order A, B, C, D or A, B, S. */
  inputs: Net[];
  output: Net;
}

/** A flip-flop or latch, all pins active high. Absent pins are not there. */
export interface Register {
  kind: "flipflop" | "latch";
  data: Net;
  /** Rising clock, or the level at which a latch is open. Absent: set and reset alone. */
  clock?: Net;
  enable?: Net;
  set?: Net;
  reset?: Net;
  /** Loads `loadData` while high. */
  load?: Net;
  loadData?: Net;
  output: Net;
  /** 0, 1 or x before anything happens. */
  initial: 0 | 1 | "x";
}

/** The whole circuit. */
export interface Netlist {
  nets: number;
  gates: Gate[];
  registers: Register[];
  /** Nets of each input and output, least significant bit first. */
  inputs: Map<string, Net[]>;
  outputs: Map<string, Net[]>;
  /** Outputs that are signed: a wire wider than such a port is filled with its sign. */
  signed: Set<string>;
}

/** Why a design cannot be simulated here. */
export interface Refusal {
  refused: string;
  /** It was too much for the time or memory there is. */
  ranOut?: true;
}

/** Registers of the largest circuit that is taken (64 kbit of memory). */
const MOST_REGISTERS = 65_536;

const FLIPFLOPS = [
  "$_DFF_P_",
  "$_DFFE_PP_",
  "$_DFF_PP0_",
  "$_DFF_PP1_",
  "$_DFFSR_PPP_",
  "$_ALDFF_PP_",
];
const LATCHES = ["$_DLATCH_P_", "$_DLATCH_PP0_", "$_DLATCH_PP1_", "$_DLATCHSR_PPP_", "$_SR_PP_"];
const script = (top: string) =>
  // Before `proc` every multiplexer is a `?:`, which merges what an unknown condition chooses from.
  `read_verilog -lib cells.v; read_verilog d.v; hierarchy -check -top ${top}; ` +
  // `proc` without the step that takes a `default` for dead where a `case` names every known value.
  `chtype -set offprint_choice t:$mux; proc_clean; proc_prune; proc_init; proc_arst; proc_mux; ` +
  `proc_dlatch; proc_dff; proc_memwr; proc_clean; techmap -max_iter 1 -map branches.v; ` +
  // Only now, since it exchanges the branches of a multiplexer whose condition is negated.
  "opt_expr -keepdc; " +
  "flatten -noscopeinfo; check -assert; " +
  // Not `memory`, which keeps a bit that is alike in all words even for a word past the end.
  "memory_memx; opt_clean; memory_collect; memory_map; techmap -max_iter 1 -map branches.v t:$nex; " +
  `techmap -max_iter 1 -map unknown.v; techmap; simplemap; ` +
  `dfflegalize ${[...FLIPFLOPS, ...LATCHES].map((cell) => `-cell ${cell} 01`).join(" ")}; ` +
  `techmap; simplemap; opt_clean; write_json d.json`;

/** System functions that say nothing at run time, and tasks that only print. */
const HARMLESS = new Set(
  "$signed $unsigned $clog2 $bits $display $write $strobe $monitor $time $realtime $stime".split(
    " ",
  ),
);

/**
 * Words whose simulation is not the one that synthesis has: `casex` takes an unknown bit of its subject for any value.
 */
const OTHERWISE: ReadonlySet<string> = new Set(["real", "`include", "casex", "full_case"]);

/**
 * Maps `top` of a Verilog text to gates, or says what is in the way: an error, conflicting drivers,
 * a loop, delays, system tasks, tri-states, or a circuit that is too large.
 */
export async function netlistOf(
  given: string,
  top: string,
  yosys: YosysPool,
): Promise<Netlist | Refusal> {
  const text = asSimulated(given);
  const outside = unsuited(text);
  if (outside !== undefined) return { refused: outside };
  if (/[\s;"#]/.test(top)) return { refused: `top module ${top}` };
  const missing = await incompleteSensitivity(text) ?? await unknownInCase(text);
  if (missing !== undefined) return { refused: missing };
  const { status, log, files } = await yosys.run({
    script: script(top),
    files: {
      "d.v": text,
      "cells.v": KNOWING_CELLS,
      "branches.v": BRANCHES,
      "unknown.v": UNKNOWN_VALUES,
    },
    outputs: ["d.json"],
  });
  if (status === "time" || status === "memory") {
    return { refused: `mapping ran out of ${status}`, ranOut: true };
  }
  const json = files["d.json"];
  if (status === "error" || json === undefined) return { refused: reason(log) };
  return read(JSON.parse(json), bareName(top));
}

function unsuited(text: string): string | undefined {
  const tokens = lex(text);
  for (const [at, token] of tokens.entries()) {
    if (token.text.startsWith("$") && !HARMLESS.has(token.text)) return token.text;
    if (token.text === "#" && tokens[at + 1]?.kind === "number") return "a delay";
    if (OTHERWISE.has(token.text)) return token.text;
  }
  return undefined;
}

/** A value of a `case` with unknown bits, which match nothing but themselves; synthesis takes them for any value. */
async function unknownInCase(text: string): Promise<string | undefined> {
  const tree = await parseVerilog(text);
  if (tree.hasError) return undefined;
  for (const node of walk(tree.root)) {
    if (node.kind !== "case_statement") continue;
    const keyword = childOf(node, "case_keyword");
    const pattern = keyword !== undefined && textOf(tree, keyword) === "casez"
      ? /'.*x/i
      : /'.*[xz?]/i;
    for (const item of childrenOf(node, "case_item")) {
      const values = childrenOf(item, "case_item_expression").map((value) => textOf(tree, value));
      const found = values.find((value) => pattern.test(value));
      if (found !== undefined) return `the value ${found} of a case`;
    }
  }
  return undefined;
}

function reason(log: string): string {
  const warning = /Warning: (multiple conflicting drivers|found logic loop)/.exec(log)?.[1];
  if (warning !== undefined) return warning;
  return /ERROR: (.*)/.exec(log)?.[1]?.slice(0, 200) ?? "an error without a message";
}

function read(json: { modules: Record<string, YosysModule> }, top: string): Netlist | Refusal {
  const module = json.modules[top];
  if (module === undefined) return { refused: `no module ${top}` };
  const numbers = new Map<number, Net>();
  const net = (bit: number | string | undefined): Net => {
    if (bit === "0") return CONSTANT_NETS.zero;
    if (bit === "1") return CONSTANT_NETS.one;
    if (typeof bit !== "number") return CONSTANT_NETS.unknown;
    let number = numbers.get(bit);
    if (number === undefined) {
      number = numbers.size + 3;
      numbers.set(bit, number);
    }
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
  const gates: Gate[] = [];
  const registers: Register[] = [];
  for (const { type, connections } of Object.values(module.cells)) {
    if (OBSERVERS.has(type)) continue;
    if (Object.values(connections).some((bits) => bits.includes("z"))) return { refused: FLOATING };
    const pin = (name: string): Net => net(connections[name]?.[0]);
    const found = register(type, pin);
    if (found !== undefined) {
      registers.push({ ...found, initial: initials.get(found.output) ?? "x" });
      continue;
    }
    const name = /^(?:\$_(\w+?)_|offprint_(\w+))$/.exec(type)?.slice(1).find(Boolean);
    if (name === undefined || !GATE_TYPES.has(name)) return { refused: `cell ${type}` };
    const inputs = ["A", "B", "C", "D", "S"].filter((port) => port in connections).map(pin);
    gates.push({ type: name, inputs, output: pin("Y") });
  }
  if (registers.length > MOST_REGISTERS) return { refused: `${registers.length} bits of memory` };
  const inputs = new Map<string, Net[]>();
  const outputs = new Map<string, Net[]>();
  const signed = new Set<string>();
  for (const [name, { direction, bits, signed: sign }] of Object.entries(module.ports)) {
    if (sign === 1) signed.add(namedBy(name));
    if (direction === "inout") return { refused: `inout port ${name}` };
    if (bits.includes("z")) return { refused: FLOATING };
    (direction === "input" ? inputs : outputs).set(namedBy(name), bits.map(net));
  }
  return { nets: numbers.size + 3, gates, registers, inputs, outputs, signed };
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
