/**
 * Grades a design with a bench in every simulator available. Where two simulators differ, both results are
 * kept and the difference is reported.
 *
 * @module
 */
import type { Icarus } from "../tools/icarus.ts";
import type { YosysPool } from "../tools/yosys.ts";
import { type Bench, benchResult, benchTotal, benchToVerilog } from "./bench.ts";
import { readPrinted } from "./bench_output.ts";
import { type BenchOutcome, runBench } from "./run_bench.ts";

/** Outcomes side by side. */
export interface Grade {
  embedded: BenchOutcome;
  /** Absent without Icarus. */
  icarus?: BenchOutcome;
  /** True when both ran and a step held in one alone. */
  disagree: boolean;
}

/** Runs a bench in the embedded simulator and, when given, in Icarus. */
export async function grade(
  text: string,
  bench: Bench,
  tools: { yosys: YosysPool; icarus?: Icarus | undefined },
): Promise<Grade> {
  const [embedded, icarus] = await Promise.all([
    runBench(text, bench, tools.yosys),
    tools.icarus === undefined ? undefined : runInIcarus(text, bench, tools.icarus),
  ]);
  const bothRan = icarus !== undefined && icarus.refused === undefined &&
    embedded.refused === undefined;
  return {
    embedded,
    ...(icarus === undefined ? {} : { icarus }),
    disagree: bothRan && JSON.stringify(icarus.held) !== JSON.stringify(embedded.held),
  };
}

/** Runs a bench in Icarus. */
export async function runInIcarus(
  text: string,
  bench: Bench,
  icarus: Icarus,
): Promise<BenchOutcome> {
  const total = benchTotal(bench);
  // Names that the design cannot know: it must not report in the bench's place.
  const secret = crypto.randomUUID().replaceAll("-", "");
  const run = await icarus.simulate({ "d.v": text, "bench.v": benchToVerilog(bench, secret) });
  if (run.ended !== "exit") return { passed: 0, total, refused: run.ended };
  const result = benchResult(run.output, secret);
  return result ?? { passed: 0, total, refused: "no result line" };
}

/**
 * Runs a foreign behavioural test bench, which must print a `TB_RESULT` line. Only an event simulator
 * can; without Icarus the answer is `skipped: no Icarus`.
 */
export async function runForeignBench(
  files: Record<string, string>,
  icarus: Icarus | undefined,
): Promise<BenchOutcome> {
  if (icarus === undefined) return { passed: 0, total: 0, refused: "skipped: no Icarus" };
  const run = await icarus.simulate(files);
  const { counted, passed = 0, total = 0, reason } = readPrinted(run);
  if (counted) return { passed, total };
  return { passed: 0, total: 0, refused: run.ended === "exit" ? reason! : run.ended };
}
