/**
 * A problem for a model that writes Verilog, wherever it comes from: what is asked, and a judge.
 *
 * @module
 */
import { lex } from "../tokens/lex.ts";
import type { Bench } from "../simulate/bench.ts";
import { runBench } from "../simulate/run_bench.ts";
import type { YosysPool } from "../tools/yosys.ts";
import type { Problem as GeneralProblem, Verdict } from "../../problems/mod.ts";
import type { Names } from "../tokens/names.ts";

/** One module to write. */
export interface Problem extends GeneralProblem {
  /** What is asked, in words. */
  description: string;
  /** The names that the description uses for ports and everything else. */
  names: Names;
  /** How the answer begins, through the `;` of the port list; nothing when only words are given. */
  header: string;
  /** A right answer: for audits, the name of the graded module, and for nothing else. */
  reference: string;
}

/** The text from `module` through the `;` that ends the port list; nothing where there is no module. */
export function headerOf(text: string): string {
  const tokens = lex(text);
  const from = tokens.findIndex((token) => token.text === "module" && token.kind === "keyword");
  const to = tokens.findIndex((token, at) => at > from && token.text === ";");
  return from === -1 || to === -1 ? "" : text.slice(tokens[from]!.start, tokens[to]!.end);
}

/** The name of the first module of a text. */
export function moduleName(text: string): string | undefined {
  const tokens = lex(text);
  const at = tokens.findIndex((token) => token.text === "module" && token.kind === "keyword");
  const name = tokens[at + 1];
  return at >= 0 && name?.kind === "identifier" ? name.text.trim() : undefined;
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
