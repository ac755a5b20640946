/**
 * A problem for a model that writes Verilog, wherever it comes from: what is asked, and a judge.
 *
 * @module
 */
import { observe } from "../mutants/classify.ts";
import { lex } from "../language/lex.ts";
import type { Bench } from "../simulate/bench.ts";
import { runBench } from "../simulate/run_bench.ts";
import type { YosysPool } from "../tools/yosys.ts";
import type { DescribedDesign } from "../../papers/chipgpt_ft/arms/held_out.ts";
import { type Names, namesIn } from "../../papers/chipgpt_ft/arms/token_layout.ts";
import { type RepairCase, repairInstance } from "../../papers/chipgpt_ft/arms/repair_cases.ts";

/** What became of a candidate. */
export interface Verdict {
  /** A tool accepted the file, with the ports that the bench needs. */
  compiles: boolean;
  /** Every comparison of the bench held. */
  passes: boolean;
  /** Why not, in a word. */
  reason?: string;
}

/** One thing to write. */
export interface Problem {
  name: string;
  /** Family, or level of difficulty. */
  group: string;
  /** What is asked, in words. */
  description: string;
  /** The names that the description uses for ports and everything else. */
  names: Names;
  /** How the answer begins, through the `;` of the port list; nothing when only words are given. */
  header: string;
  /** A right answer: for audits and for nothing else. */
  reference: string;
  judge(candidate: string): Promise<Verdict>;
}

/** The text from `module` through the `;` that ends the port list; nothing where there is no module. */
export function headerOf(text: string): string {
  const tokens = lex(text);
  const from = tokens.findIndex((token) => token.text === "module" && token.kind === "keyword");
  const to = tokens.findIndex((token, at) => at > from && token.text === ";");
  return from === -1 || to === -1 ? "" : text.slice(tokens[from]!.start, tokens[to]!.end);
}

/** Judges by a bench in the embedded simulator. */
export async function judgeByBench(
  candidate: string,
  bench: Bench,
  yosys: YosysPool,
): Promise<Verdict> {
  const { passed, total, refused } = await runBench(candidate, bench, yosys);
  if (refused !== undefined) return { compiles: false, passes: false, reason: refused };
  return { compiles: true, passes: passed === total && total > 0 };
}

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
