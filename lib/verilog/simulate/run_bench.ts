/**
 * Runs benches in the embedded simulator.
 *
 * @module
 */
import type { SyntaxTree } from "../language/syntax_tree.ts";
import type { YosysPool } from "../tools/yosys.ts";
import { type Bench, benchTotal, bitsOf } from "./bench.ts";
import type { Refusal } from "./gates.ts";
import { netlistOf } from "./netlist.ts";
import { Simulation } from "./simulation.ts";

/** How many comparisons held. */
export interface BenchOutcome {
  passed: number;
  total: number;
  /** Whether each comparison held, in order; absent when the simulator did not say. */
  held?: boolean[];
  /** Why the design could not be run; then nothing passed. */
  refused?: string;
}

/** Maps the design, then runs the bench once. */
export async function runBench(
  text: string,
  bench: Bench,
  yosys: YosysPool,
): Promise<BenchOutcome> {
  const simulation = await simulationOf(text, bench.top, yosys);
  if ("refused" in simulation) {
    return { passed: 0, total: benchTotal(bench), refused: simulation.refused };
  }
  return runSteps(simulation, bench);
}

/** A design, which may be parsed already, ready to run; or why not. */
export async function simulationOf(
  source: string | SyntaxTree,
  top: string,
  yosys: YosysPool,
): Promise<Simulation | Refusal> {
  const netlist = await netlistOf(source, top, yosys);
  return "refused" in netlist ? netlist : Simulation.of(netlist);
}

/** Runs the steps of a bench from the simulation's beginning. */
export function runSteps(simulation: Simulation, bench: Bench): BenchOutcome {
  const total = benchTotal(bench);
  const ports = [...Object.keys(bench.inputs)].every((name) => simulation.inputs.has(name)) &&
    [...Object.keys(bench.outputs)].every((name) => simulation.outputs.has(name));
  if (!ports) return { passed: 0, total, refused: "ports of other names or directions" };
  simulation.reset();
  for (const [name, nets] of simulation.inputs) {
    // A port wider than the bench's wire is filled with zeros.
    nets.slice(bench.inputs[name] ?? nets.length).forEach((net) => simulation.setBit(net, 0));
  }
  const held: boolean[] = [];
  for (const { set, expect } of bench.steps) {
    let settled = true;
    for (const [name, value] of Object.entries(set)) {
      const nets = simulation.inputs.get(name);
      const width = bench.inputs[name];
      if (nets === undefined || width === undefined) continue;
      const timing = simulation.timing.has(name);
      // What was set before must be in place when something that acts at once changes.
      if (timing) settled = simulation.settle() && settled;
      const bits = bitsOf(value, width);
      nets.forEach((net, at) => {
        const bit = bits[at] ?? "0";
        const unknown = bit === "x" || bit === "z";
        simulation.setBit(net, bit === "1" ? -1 : 0, unknown ? -1 : 0);
      });
      if (timing) settled = simulation.settle() && settled;
    }
    settled = simulation.settle() && settled;
    if (!settled) return { passed: passed(held), total, refused: "the circuit oscillates" };
    if (expect !== undefined) held.push(holds(simulation, bench, expect));
  }
  return { passed: passed(held), total, held };
}

function passed(held: readonly boolean[]): number {
  return held.filter(Boolean).length;
}

function holds(
  simulation: Simulation,
  bench: Bench,
  expect: Record<string, number | string>,
): boolean {
  return Object.entries(expect).every(([name, value]) => {
    const nets = simulation.outputs.get(name) ?? [];
    return bitsOf(value, bench.outputs[name] ?? 1).every((bit, at) => {
      // A wire wider than its port is filled with zeros, or with the sign of a signed port.
      const net = nets[at] ?? (simulation.signed.has(name) ? nets.at(-1) : undefined);
      if (net === undefined) return bit === "0";
      if (bit === "z") return false;
      const unknown = (simulation.unknown(net) & 1) !== 0;
      if (bit === "x") return unknown;
      return !unknown && ((simulation.value(net) & 1) !== 0) === (bit === "1");
    });
  });
}
