/**
 * What can be reached on the arms' problems without any model: by undoing the templates, by
 * changing nothing, and by deleting the line that the tool names.
 *
 * @module
 */
import { readDescription } from "offprint/verilog/prose/mod.ts";
import { writeModule } from "offprint/verilog/language/mod.ts";
import type { YosysPool } from "offprint/verilog/tools/mod.ts";
import { type HeldOutProblems, repairProblems, withoutReportedLine } from "./held_out_problems.ts";
import {
  type Asked,
  askedOf,
  type Problem,
  type Run,
  type Solved,
} from "offprint/verilog/problems/mod.ts";

/** The modules that a description of a whole file speaks of, written by rule. */
export function inverseOf(prose: string): string {
  // Every module's sentences are numbered from 1.
  return prose.split(/^(?=1\. )/m).map((part) => writeModule(readDescription(part))).join("\n");
}

/** Judges one fixed answer to each problem. */
export async function answered(
  problems: readonly Problem[],
  answer: (problem: Problem, at: number) => string,
): Promise<Solved[]> {
  const solved: Solved[] = [];
  for (const [at, problem] of problems.entries()) {
    const { compiles, passes } = await problem.judge(answer(problem, at));
    const { name, group } = problem;
    solved.push({ name, group, samples: 1, compiled: Number(compiles), passed: Number(passes) });
  }
  return solved;
}

/** The two runs: `inverse` on what the arms are asked to write, `no model` on what they are asked to repair. */
export async function baselineRuns(held: HeldOutProblems, yosys: YosysPool): Promise<Run[]> {
  const once = { samples: 1, temperature: 0 };
  const inverse: Asked[] = [];
  for (
    const [set, list] of [
      ["held-out parameters", held.parameters],
      ["held-out families", held.families],
    ] as const
  ) {
    const solved = await answered(list, ({ description }) => inverseOf(description));
    inverse.push(askedOf({ set, asking: "description", ...once }, solved));
  }
  const broken = repairProblems(held, false, yosys);
  const repair = async (asking: string, answer: (at: number) => string) =>
    askedOf({ set: "repair", asking, ...once }, await answered(broken, (_, at) => answer(at)));
  return [
    { model: "inverse", asked: inverse },
    {
      model: "no model",
      asked: [
        await repair("the file as it is", (at) => held.repairs[at]!.mutant.text),
        await repair("without the reported line", (at) => withoutReportedLine(held.repairs[at]!)),
      ],
    },
  ];
}
