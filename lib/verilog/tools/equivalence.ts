/**
 * Are two modules the same function of their inputs? Decided by Yosys: both are put side by side, their
 * outputs compared, and a difference is proved impossible by temporal induction or found.
 *
 * @module
 */
import { bareName } from "../tokens/lex.ts";
import { asSimulated } from "./guard.ts";
import { miterOf, type YosysModule } from "./miter.ts";
import { DIVISION_BY_ZERO } from "./unknown_values.ts";
import type { YosysPool, YosysResult } from "./yosys.ts";

/** A module as a proof reads it, or why it cannot be read. */
export interface Provable {
  module?: YosysModule;
  failed?: "error" | "ran out";
  log: string;
}

/** What to compare. */
export interface EquivalenceProblem {
  /** A file, or what {@linkcode provable} made of it: worth keeping for many comparisons. */
  gold: string | Provable;
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
 * `different` is a counterexample, `interface` ports that do not match; `unknown` when the longest
 * induction did not decide, `ran out` when there was not time or memory enough, `error` when a tool could
 * not read a design or has no model of a part of it. An error says nothing about the designs.
 */
export interface Equivalence {
  verdict: "equal" | "different" | "interface" | "error" | "unknown" | "ran out";
  log: string;
}

/** Steps of the proof that all registers stay pairwise equal: it needs one where that is so. */
const PAIRED_STEPS = 2;

/**
 * Compares two modules from their reset on (or from any state without one). Registers of one name start
 * alike in both, with any value when they have no initial one; when a register has no twin, all registers
 * without an initial value start unknown. Outputs that are unknown in `gold` do not count.
 */
export async function compareModules(
  yosys: YosysPool,
  { gold, gate, goldTop, gateTop, reset, maxSteps = 40 }: EquivalenceProblem,
): Promise<Equivalence> {
  const one = typeof gold === "string" ? await provable(yosys, gold, goldTop) : gold;
  if (one.module === undefined) return { verdict: one.failed ?? "error", log: one.log };
  const two = await provable(yosys, gate, gateTop);
  if (two.module === undefined) return { verdict: two.failed ?? "error", log: one.log + two.log };
  const miter = miterOf(one.module, two.module);
  if ("verdict" in miter) return { verdict: miter.verdict, log: miter.reason };

  const held = reset && miter.inputs.get(bareName(reset.port));
  const start = [
    "-set-def-inputs",
    miter.paired ? "-set-init-def" : "-set-init-undef",
    ...(miter.paired && miter.free > 0 ? ["-set-init g_free h_free"] : []),
    ...(reset === undefined || held === undefined
      ? []
      : ["-seq 2", ...[1, 2].map((step) => `-set-at ${step} ${held} ${reset.active}`)]),
  ].join(" ");
  let log = one.log + two.log;
  const prove = async (options: string): Promise<Equivalence["verdict"]> => {
    const { status, log: said } = await yosys.run({
      script: `read_json miter.json; ${options} ${start} miter`,
      files: { "miter.json": miter.json },
    });
    log += said;
    return verdictOf(status, said);
  };
  const done = (verdict: Equivalence["verdict"]): Equivalence => ({ verdict, log });

  if (miter.paired && miter.registers > 0) {
    // Hidden registers (a memory) decide nothing about outputs for longer than any induction.
    const verdict = await prove(
      `sat -prove-x g_everything h_everything -tempinduct -maxsteps ${PAIRED_STEPS}`,
    );
    if (verdict === "equal" || verdict === "ran out" || verdict === "error") return done(verdict);
  }
  const verdict = await prove(
    `sat -prove-x g_outputs h_outputs -tempinduct -maxsteps ${maxSteps}`,
  );
  if (verdict !== "different" || miter.paired) return done(verdict);
  // From unknown registers on, an unknown output of `gate` may be a matter of how unknowns are modelled.
  const firm = await prove(
    `sat -prove differ 0 -tempinduct-baseonly -maxsteps ${Math.min(maxSteps, 10)}`,
  );
  return done(firm === "different" ? "different" : firm === "equal" ? "unknown" : firm);
}

/** Reads the module `top` of a file for proofs. */
export async function provable(yosys: YosysPool, text: string, top: string): Promise<Provable> {
  const simulated = asSimulated(text);
  // Mapping takes as long as all else, and most designs divide nothing.
  const divides = /[/%]|\*\*/.test(simulated);
  const { status, log, files } = await yosys.run({
    script:
      `read_verilog m.v; hierarchy -check -top ${top}; proc; flatten -noscopeinfo; opt_clean; ` +
      // Registers are named after their wires, so that each can find its twin.
      "memory_memx; opt_clean; memory_collect; memory_map; rename -wire; check; async2sync; dffunmap; " +
      (divides ? "techmap -max_iter 1 -map unknown.v; opt_clean; " : "") +
      "rename -top provable; write_json m.json",
    files: { "m.v": simulated, ...(divides ? { "unknown.v": DIVISION_BY_ZERO } : {}) },
    outputs: ["m.json"],
  });
  if (status === "time" || status === "memory") return { failed: "ran out", log };
  if (status === "error" || /Warning: found logic loop/.test(log)) return { failed: "error", log };
  const { modules } = JSON.parse(files["m.json"]!) as { modules: Record<string, YosysModule> };
  return { module: modules.provable!, log };
}

function verdictOf(status: YosysResult["status"], log: string): Equivalence["verdict"] {
  if (status === "time" || status === "memory") return "ran out";
  if (status === "error") return "error";
  if (/model found for base case: FAIL/.test(log)) return "different";
  if (/Induction step proven: SUCCESS|Q\.E\.D/.test(log)) return "equal";
  return "unknown";
}
