/**
 * Gates as one straight JavaScript function over bit masks: bit k of every word belongs to lane k, so 32
 * simulations run at once. A net is two words: `v` (is it 1) and `x` (is it unknown); `v` is 0 where `x`
 * is 1.
 *
 * @module
 */
import { CONSTANT_NETS, type Gate, type Net, type Netlist, type Refusal } from "./gates.ts";

/** Evaluates all gates once, in an order in which every input is ready. */
export type Evaluate = (v: Int32Array, x: Int32Array) => void;

/** Gates in topological order; refused when there is a loop. */
export function ordered(netlist: Netlist): Gate[] | Refusal {
  const driver = new Map<Net, Gate>();
  for (const gate of netlist.gates) driver.set(gate.output, gate);
  const order: Gate[] = [];
  const state = new Map<Gate, "open" | "done">();
  for (const root of netlist.gates) {
    const stack: { gate: Gate; next: number }[] = [{ gate: root, next: 0 }];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const known = state.get(top.gate);
      if (known === "done") {
        stack.pop();
        continue;
      }
      state.set(top.gate, "open");
      const input = top.gate.inputs[top.next++];
      if (input === undefined) {
        state.set(top.gate, "done");
        order.push(top.gate);
        stack.pop();
        continue;
      }
      const source = driver.get(input);
      if (source === undefined || state.get(source) === "done") continue;
      if (state.get(source) === "open") return { refused: "a combinational loop" };
      stack.push({ gate: source, next: 0 });
    }
  }
  return order;
}

/** Above this many gates values go through the arrays, since an engine compiles huge functions badly. */
const MOST_LOCALS = 2_000;

/** Compiles gates in the given order. `kept` are nets that others read. */
export function compileGates(order: readonly Gate[], kept: ReadonlySet<Net>): Evaluate {
  const local = order.length <= MOST_LOCALS;
  const pieces: Evaluate[] = [];
  for (let from = 0; from === 0 || from < order.length; from += MOST_LOCALS) {
    const part = order.slice(from, from + MOST_LOCALS);
    const made = new Set<Net>();
    const lines = part.map((gate) => {
      const line = gateCode(gate, (net) => operand(net, made));
      made.add(gate.output);
      const keep = !local || kept.has(gate.output);
      return line +
        (keep ? `v[${gate.output}]=v${gate.output};x[${gate.output}]=x${gate.output};` : "");
    });
    pieces.push(new Function("v", "x", `"use strict";${lines.join("\n")}`) as Evaluate);
  }
  if (pieces.length === 1) return pieces[0]!;
  return (v, x) => {
    for (const piece of pieces) piece(v, x);
  };
}

function operand(net: Net, made: ReadonlySet<Net>): [string, string] {
  if (net === CONSTANT_NETS.zero) return ["0", "0"];
  if (net === CONSTANT_NETS.one) return ["-1", "0"];
  if (net === CONSTANT_NETS.unknown) return ["0", "-1"];
  return made.has(net) ? [`v${net}`, `x${net}`] : [`v[${net}]`, `x[${net}]`];
}

function gateCode({ type, inputs, output }: Gate, read: (net: Net) => [string, string]): string {
  const [a, b, c] = inputs.map(read);
  const put = ([v, x]: [string, string]) => `const x${output}=${x},v${output}=${v};`;
  switch (type) {
    case "BUF":
      return put(a!);
    case "NOT":
      return put(not(a!));
    case "AND":
      return put(and(a!, b!));
    case "OR":
      return put(or(a!, b!));
    // A bit is two words, value and unknown; where it is unknown its value is 0.
    case "XOR":
      return put([`(${a![0]}^${b![0]})&~x${output}`, `${a![1]}|${b![1]}`]);
    case "XNOR":
      return put([`~(${a![0]}^${b![0]})&~x${output}`, `${a![1]}|${b![1]}`]);
    case "ANDNOT":
      return put(and(a!, not(b!)));
    case "ORNOT":
      return put(or(a!, not(b!)));
    case "NAND":
      return put(not(and(a!, b!)));
    case "NOR":
      return put(not(or(a!, b!)));
    case "AOI3":
      return put(not(or(and(a!, b!), c!)));
    case "OAI3":
      return put(not(and(or(a!, b!), c!)));
    case "MUX":
      return put(mux(a!, b!, c!));
    case "is_one":
      return put([a![0], "0"]);
    case "same":
      return put([`~((${a![0]}^${b![0]})|(${a![1]}^${b![1]}))`, "0"]);
    case "NMUX":
      return put(not(mux(a!, b!, c!)));
    default:
      throw new TypeError(`compileGates: got gate ${type}, expected one of the mapped gates`);
  }
}

type Pair = [string, string];

const not = ([v, x]: Pair): Pair => [`~(${v}|${x})`, x];
const and = ([av, ax]: Pair, [bv, bx]: Pair): Pair => [
  `(${av})&(${bv})`,
  `(${ax}|${bx})&(${av}|${ax})&(${bv}|${bx})`,
];
const or = ([av, ax]: Pair, [bv, bx]: Pair): Pair => [
  `(${av})|(${bv})`,
  `(${ax}|${bx})&~(${av})&~(${bv})`,
];
/** An unknown select gives what both inputs agree on. */
const mux = ([av, ax]: Pair, [bv, bx]: Pair, [sv, sx]: Pair): Pair => [
  `(${sv}&${bv})|(~(${sv}|${sx})&${av})|(${sx}&${av}&${bv})`,
  `(${sv}&${bx})|(~(${sv}|${sx})&${ax})|(${sx}&((${av}^${bv})|${ax}|${bx}))`,
];
