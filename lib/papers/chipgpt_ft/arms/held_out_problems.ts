/**
 * The problems that every arm is asked: the same ones for all, taken from the designs that its corpus
 * leaves out.
 *
 * @module
 */
import type { YosysPool } from "offprint/verilog/tools/mod.ts";
import { balanced, splitDesigns, type SplitOptions } from "./held_out.ts";
import { designProblem, repairProblem } from "./design_problems.ts";
import type { Problem } from "offprint/verilog/problems/mod.ts";
import { type RepairCase, repairCases } from "./repair_cases.ts";

/** Problems of each kind. */
export interface HeldOutProblems {
  parameters: Problem[];
  families: Problem[];
  /** Broken designs of `parameters`; ask with {@linkcode repairProblem}. */
  repairs: RepairCase[];
}

/** How many of each. */
export interface ProblemCounts {
  parameters: number;
  families: number;
  repairs: number;
}

/** Takes the problems from a split, families in turn. */
export async function heldOutProblems(
  options: SplitOptions,
  counts: ProblemCounts,
  yosys: YosysPool,
): Promise<HeldOutProblems> {
  const split = await splitDesigns(options);
  const repairs: RepairCase[] = [];
  const broken = balanced(split.heldOutParameters, counts.repairs);
  for await (const one of repairCases(broken, { seed: options.seed, perDesign: 1, yosys })) {
    repairs.push(one);
  }
  return {
    parameters: balanced(split.heldOutParameters, counts.parameters)
      .map((design) => designProblem(design, yosys)),
    families: balanced(split.heldOutFamilies, counts.families)
      .map((design) => designProblem(design, yosys)),
    repairs,
  };
}

/** The broken designs as problems, in the form of a repair arm. */
export function repairProblems(
  { repairs }: HeldOutProblems,
  withReport: boolean,
  yosys: YosysPool,
): Problem[] {
  return repairs.map((one) => repairProblem(one, withReport, yosys));
}

/** What deleting the line that the report names makes of a broken file: a baseline that reads nothing. */
export function withoutReportedLine({ mutant, report }: RepairCase): string {
  const line = Number(/^line (\d+):/m.exec(report)?.[1] ?? 0);
  return mutant.text.split("\n").filter((_, at) => at + 1 !== line).join("\n");
}
