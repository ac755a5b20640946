/**
 * Two designs side by side under the same random inputs, 32 runs at once.
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import type { Reset } from "../language/reset.ts";
import type { SyntaxTree } from "../language/syntax_tree.ts";
import type { YosysPool } from "../tools/yosys.ts";
import { simulationOf } from "./run_bench.ts";
import type { Simulation } from "./simulation.ts";

/** What to compare. Both files hold a module `top`. */
export interface StimulusProblem {
  /** A file, or what {@linkcode simulationOf} made of it: worth keeping for many comparisons. */
  gold: string | Simulation;
  /** A file, which may be parsed already. */
  gate: string | SyntaxTree;
  top: string;
  reset?: Reset | undefined;
  yosys: YosysPool;
  /** Clock cycles, or input vectors of a circuit without clock. Default 64. */
  cycles?: number;
  seed?: number;
}

/**
 * Holds reset, then applies random inputs and both edges of every clock. `different` when an output that
 * is known in `gold` is another or unknown in `gate`, or when `gate` has other ports; `same` when nothing
 * was seen; `unknown` when one of them cannot be simulated, `ran out` when it could be with more time or memory.
 */
export async function compareByStimulus(
  { gold, gate, top, reset, yosys, cycles = 64, seed = 1 }: StimulusProblem,
): Promise<"different" | "same" | "unknown" | "ran out"> {
  const [a, b] = await Promise.all([
    typeof gold === "string" ? simulationOf(gold, top, yosys) : gold,
    simulationOf(gate, top, yosys),
  ]);
  if ("refused" in a || "refused" in b) {
    const late = [a, b].some((one) => "refused" in one && one.ranOut === true);
    return late ? "ran out" : "unknown";
  }
  a.reset();
  const ports = (simulation: Simulation) =>
    JSON.stringify(
      [simulation.inputs, simulation.outputs].map((side) =>
        [...side].map(([name, nets]) => [name, nets.length])
      ),
    );
  if (ports(a) !== ports(b)) return "different";

  const random = stream(seed, "stimulus", top);
  const clocks = [...a.inputs.keys()].filter((name) => a.timing.has(name) && name !== reset?.port);
  const data = [...a.inputs.keys()].filter((name) =>
    !clocks.includes(name) && name !== reset?.port
  );
  let differs = false;
  const both = (name: string, word: (bit: number) => number) => {
    a.inputs.get(name)!.forEach((net, bit) => {
      const value = word(bit);
      a.setBit(net, value);
      b.setBit(b.inputs.get(name)![bit]!, value);
    });
  };
  const rest = (): boolean => {
    const settled = a.settle() && b.settle();
    if (settled) differs ||= outputsDiffer(a, b);
    return settled;
  };
  const pulse = (): boolean =>
    clocks.every((name) => {
      both(name, () => -1);
      if (!rest()) return false;
      both(name, () => 0);
      return rest();
    });

  for (const name of clocks) both(name, () => 0);
  for (const name of data) both(name, () => random.uint32() | 0);
  if (reset !== undefined) {
    both(reset.port, () => -reset.active);
    a.settle();
    b.settle();
    for (let at = 0; at < 2; at++) {
      for (const name of clocks) {
        for (const level of [-1, 0]) {
          both(name, () => level);
          if (!a.settle() || !b.settle()) return "unknown";
        }
      }
    }
    differs = outputsDiffer(a, b);
    both(reset.port, () => reset.active - 1);
    if (!rest()) return "unknown";
  }
  for (let at = 0; at < cycles && !differs; at++) {
    // Each lane keeps its inputs or draws new ones, so that long runs of one input occur too.
    const fresh = random.uint32() | random.uint32();
    for (const name of data) {
      a.inputs.get(name)!.forEach((net, bit) => {
        const value = (a.value(net) & ~fresh) | (random.uint32() & fresh);
        a.setBit(net, value);
        b.setBit(b.inputs.get(name)![bit]!, value);
      });
    }
    if (!rest() || !pulse()) return "unknown";
  }
  return differs ? "different" : "same";
}

/** Whether an output known in `a` has another value, or none, in `b`. */
function outputsDiffer(a: Simulation, b: Simulation): boolean {
  for (const [name, nets] of a.outputs) {
    const others = b.outputs.get(name)!;
    for (let bit = 0; bit < nets.length; bit++) {
      const known = ~a.unknown(nets[bit]!);
      const wrong = (a.value(nets[bit]!) ^ b.value(others[bit]!)) | b.unknown(others[bit]!);
      if ((known & wrong) !== 0) return true;
    }
  }
  return false;
}
