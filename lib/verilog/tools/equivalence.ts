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
  const setUp = (file: string, top: string, name: string) =>
    `read_verilog ${file}; hierarchy -check -top ${top}; proc; flatten -noscopeinfo; opt_clean; ` +
    // Registers are named after their wires, so that each can find its twin.
    "memory_memx; opt_clean; memory_collect; memory_map; rename -wire; check; async2sync; dffunmap; techmap -max_iter 1 -map unknown.v; opt_clean; " +
    `rename -top ${name}; write_json ${name}.json; design -reset; `;
  const mapped = await yosys.run({
    script: setUp("gold.v", goldTop, "gold") + setUp("gate.v", gateTop, "gate"),
    files: {
      "gold.v": asSimulated(gold),
      "gate.v": asSimulated(gate),
      "unknown.v": DIVISION_BY_ZERO,
    },
    outputs: ["gold.json", "gate.json"],
  });
  if (mapped.status === "time" || mapped.status === "memory") {
    return { verdict: "ran out", log: mapped.log };
  }
  if (mapped.status === "error") return { verdict: "error", log: mapped.log };
  if (/Warning: found logic loop/.test(mapped.log)) return { verdict: "error", log: mapped.log };
  const [one, two] = ["gold", "gate"].map((name) =>
    (JSON.parse(mapped.files[`${name}.json`]!) as { modules: Record<string, YosysModule> })
      .modules[name]!
  );
  const miter = miterOf(one!, two!);
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
  let log = mapped.log;
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

function verdictOf(status: YosysResult["status"], log: string): Equivalence["verdict"] {
  if (status === "time" || status === "memory") return "ran out";
  if (status === "error") return "error";
  if (/model found for base case: FAIL/.test(log)) return "different";
  if (/Induction step proven: SUCCESS|Q\.E\.D/.test(log)) return "equal";
  return "unknown";
}
