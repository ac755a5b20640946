/**
 * Generated designs, and broken ones, as problems for the arms.
 *
 * @module
 */
import { namesIn } from "offprint/verilog/language/mod.ts";
import { observe } from "offprint/verilog/mutants/mod.ts";
import {
  headerOf,
  judgeByBench,
  type Problem,
  type Verdict,
} from "offprint/verilog/problems/mod.ts";
import type { YosysPool } from "offprint/verilog/tools/mod.ts";
import type { DescribedDesign } from "./held_out.ts";
import { type RepairCase, repairInstance } from "./repair_cases.ts";

/** A generated design as a problem. */
export function designProblem(design: DescribedDesign, yosys: YosysPool): Problem {
  return {
    name: `${design.family}-${design.seed}`,
    group: design.family,
    description: design.prose,
    names: namesIn(design.text),
    header: headerOf(design.text),
    reference: design.text,
    judge: (candidate) => judgeByBench(candidate, design.bench, yosys),
  };
}

/** A broken design as a problem: its description is the broken file, with the report or without. */
export function repairProblem(one: RepairCase, withReport: boolean, yosys: YosysPool): Problem {
  const { design, mutant } = one;
  return {
    ...designProblem(design, yosys),
    name: `${design.family}-${design.seed}-${mutant.rule}-${mutant.line}`,
    group: mutant.class,
    description: repairInstance(one, withReport).input,
    names: namesIn(mutant.text),
    header: "",
    judge: (candidate) => judgeRepair(candidate, design, yosys),
  };
}

/**
 * Judges by the bench and by what Yosys says: it lets a wire be assigned in a process, and the bench alone
 * would let the broken file pass. A repaired file draws no message that the right one does not draw.
 */
async function judgeRepair(
  candidate: string,
  { text, bench }: DescribedDesign,
  yosys: YosysPool,
): Promise<Verdict> {
  const verdict = await judgeByBench(candidate, bench, yosys);
  if (!verdict.passes) return verdict;
  const [right, now] = await Promise.all(
    [text, candidate].map((file) => observe(file, { yosys })),
  );
  const known = new Set(right!.yosys.map(({ message }) => message));
  const complaint = now!.yosys.find(({ message }) => !known.has(message));
  if (complaint === undefined) return verdict;
  return { compiles: true, passes: false, reason: complaint.message };
}
