/**
 * Are two modules the same function of their inputs? Decided by Yosys: both are put side by side, their
 * outputs compared, and a difference is proved impossible by temporal induction or found.
 *
 * @module
 */
import type { YosysPool } from "./yosys.ts";

/** What to compare. */
export interface EquivalenceProblem {
  gold: string;
  gate: string;
  /** Name of the module in `gold`, and of the one in `gate`. */
  goldTop: string;
  gateTop: string;
  /** A reset held at `active` for the first two steps; none for circuits without state. */
  reset?: { port: string; active: 0 | 1 };
  /** Longest induction. Default 40. */
  maxSteps?: number;
}

/**
 * `different` is a counterexample or ports that do not match; `unknown` when the longest induction did not
 * decide, `ran out` when there was not time or memory enough.
 */
export interface Equivalence {
  verdict: "equal" | "different" | "interface" | "error" | "unknown" | "ran out";
  log: string;
}

/** Compares two modules from their reset on (or from any state without one). */
export async function compareModules(
  yosys: YosysPool,
  { gold, gate, goldTop, gateTop, reset, maxSteps = 40 }: EquivalenceProblem,
): Promise<Equivalence> {
  const setUp = (file: string, top: string, name: string) =>
    `read_verilog ${file}; hierarchy -check -top ${top}; proc; flatten; opt_clean; memory_map; ` +
    `async2sync; dffunmap; opt_clean; rename -top ${name}; design -stash ${name}; design -reset; `;
  const held = reset === undefined
    ? ""
    : ` -seq 2 -set-at 1 in_${reset.port} ${reset.active} -set-at 2 in_${reset.port} ${reset.active}`;
  const script = setUp("gold.v", goldTop, "gold") + setUp("gate.v", gateTop, "gate") +
    "design -copy-from gold -as gold gold; design -copy-from gate -as gate gate; " +
    "miter -equiv -flatten -make_outputs gold gate miter; hierarchy -top miter; " +
    `sat -verify -prove trigger 0 -tempinduct -maxsteps ${maxSteps}${held} -set-def-inputs miter`;
  const result = await yosys.run({ script, files: { "gold.v": gold, "gate.v": gate } });
  return { verdict: verdictOf(result.status, result.log), log: result.log };
}

function verdictOf(status: string, log: string): Equivalence["verdict"] {
  if (status === "time" || status === "memory") return "ran out";
  if (status === "ok") return /proof finished|Q\.E\.D|SUCCESS/.test(log) ? "equal" : "unknown";
  if (
    /No matching port|doesn't have matching|Port .* (?:of different|mismatch)|different (?:width|size)|No matching/i
      .test(log)
  ) {
    return "interface";
  }
  if (/maximum number of time steps|Reached maximum/i.test(log)) return "unknown";
  return /proof did fail|model found|FAIL/i.test(log) ? "different" : "error";
}
