/**
 * What an answer is worth: compiled, counted by a bench, and where ports match compared by proof.
 *
 * @module
 */
import type { Verdict } from "offprint/problems/mod.ts";
import { benchTotal, grade } from "offprint/verilog/simulate/mod.ts";
import {
  compareModules,
  type Equivalence,
  guarded,
  type Icarus,
  type YosysPool,
} from "offprint/verilog/tools/mod.ts";
import type { AskedUnit } from "./unit.ts";

/** What judges. */
export interface GradingTools {
  yosys: YosysPool;
  /** Where it is installed, it says what compiles and benches run in it too; the worse of two counts stands. */
  icarus?: Icarus | undefined;
  /** Prove equivalence as well. Default false: a proof takes longer than a bench. */
  prove?: boolean;
}

/** A graded answer. */
export interface Graded extends Verdict {
  passed: number;
  total: number;
  /** Which simulators ran the bench to its end. */
  judges: ("embedded" | "Icarus")[];
  /** Both did and disagree on a comparison. */
  disagree: boolean;
  /** By proof, where it was asked for and the answer compiles. */
  equivalence?: Equivalence["verdict"];
}

/**
 * Grades one candidate. One that uses a task that touches files is refused; one that prints cannot speak for the bench,
 * whose line no design knows.
 */
export async function gradeCandidate(
  unit: AskedUnit,
  candidate: string,
  { yosys, icarus, prove = false }: GradingTools,
): Promise<Graded> {
  const total = benchTotal(unit.bench);
  const none = (reason: string): Graded => ({
    compiles: false,
    passes: false,
    reason,
    passed: 0,
    total,
    judges: [],
    disagree: false,
  });
  if (candidate.trim() === "") return none("no code");
  const safe = guarded(candidate);
  if ("refused" in safe) return none(`line ${safe.line}: ${safe.refused}`);
  const { embedded, icarus: event, disagree } = await grade(candidate, unit.bench, {
    yosys,
    icarus,
  });
  const ran = [
    ...(embedded.refused === undefined ? [{ judge: "embedded" as const, ...embedded }] : []),
    ...(event !== undefined && event.refused === undefined
      ? [{ judge: "Icarus" as const, ...event }]
      : []),
  ];
  // What does not compile is decided by Icarus where it is there: Yosys lacks parts of the language.
  const refused = event === undefined ? embedded.refused : event.refused;
  if (refused !== undefined || ran.length === 0) {
    return { ...none(refused ?? "no simulator ran it"), compiles: began(event?.refused) };
  }
  const passed = Math.min(...ran.map((outcome) => outcome.passed));
  const passes = passed === total && total > 0;
  const equivalence = prove ? await proved(unit, candidate, yosys) : undefined;
  return {
    compiles: true,
    passes,
    ...(passes ? {} : { reason: `${passed} of ${total} comparisons` }),
    passed,
    total,
    judges: ran.map(({ judge }) => judge),
    disagree,
    ...(equivalence === undefined ? {} : { equivalence }),
  };
}

/** Whether a run that Icarus refused had begun: it compiled, and did not end by itself or printed no result. */
function began(refused: string | undefined): boolean {
  return refused === "time" || refused === "output" || refused === "no result line";
}

async function proved(
  unit: AskedUnit,
  text: string,
  yosys: YosysPool,
): Promise<Equivalence["verdict"]> {
  const { verdict } = await compareModules(yosys, {
    gold: unit.reference,
    gate: text,
    goldTop: unit.bench.top,
    gateTop: unit.bench.top,
    ...(unit.reset === undefined ? {} : { reset: unit.reset }),
  });
  return verdict;
}
