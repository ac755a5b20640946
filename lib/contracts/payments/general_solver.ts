/**
 * The same programs through a general linear-programming solver, HiGHS: an independent oracle.
 *
 * @module
 */
import { incentiveRows, type LeastPaymentProblem } from "./least_payment.ts";

/** The part of `npm:highs` that is used. */
interface Highs {
  solve(
    text: string,
    options?: Record<string, string | number | boolean>,
  ): { Status: string; ObjectiveValue: number };
}

/** Tighter than HiGHS' defaults of 1e-7, at which nearly infeasible programs change their verdict. */
const OPTIONS = {
  primal_feasibility_tolerance: 1e-10,
  dual_feasibility_tolerance: 1e-10,
  output_flag: false,
};

/** Solves programs with HiGHS. */
export interface GeneralSolver {
  /** ζ, or `Infinity` when infeasible. @throws {Error} when HiGHS ends in any other way. */
  zeta(problem: LeastPaymentProblem): number;
  /** Status and objective of a program in CPLEX LP text. */
  solve(text: string): { Status: string; ObjectiveValue: number };
}

/** Loads HiGHS (WebAssembly, about 2.5 MB; fetched on first use). */
export async function loadGeneralSolver(): Promise<GeneralSolver> {
  const specifier = "highs";
  const { default: load } = await import(specifier) as { default: () => Promise<Highs> };
  const highs = await load();
  const solve = (text: string) => highs.solve(text, OPTIONS);
  return {
    solve,
    zeta(problem) {
      const { Status, ObjectiveValue } = solve(linearProgram([problem]));
      if (Status === "Optimal") return ObjectiveValue;
      if (Status === "Infeasible") return Infinity;
      throw new Error(`HiGHS: got status ${Status}, expected Optimal or Infeasible`);
    },
  };
}

/**
 * Least-payment problems as one CPLEX LP text, block by block: `min Σ Pa·x` subject to all incentive rows and
 * `0 ≤ x ≤ cap`, in decimal digits that lose nothing.
 */
export function linearProgram(problems: readonly LeastPaymentProblem[]): string {
  const objective: string[] = [], rows: string[] = [], bounds: string[] = [];
  problems.forEach((problem, block) => {
    const { Pa, rows: incentives, gaps } = incentiveRows(problem);
    const n = Pa.length, cap = problem.cap ?? Infinity;
    const terms = (coefficients: ArrayLike<number>, from: number) =>
      Array.from({ length: n }, (_, i) => {
        const value = coefficients[from + i]!;
        return `${value < 0 ? "-" : "+"} ${Math.abs(value)} x${block}_${i}`;
      }).join(" ");
    objective.push(terms(Pa, 0));
    gaps.forEach((gap, b) => rows.push(` r${block}_${b}: ${terms(incentives, b * n)} >= ${gap}`));
    for (let i = 0; i < n; i++) {
      const variable = `x${block}_${i}`;
      bounds.push(cap < Infinity ? ` 0 <= ${variable} <= ${cap}` : ` ${variable} >= 0`);
    }
  });
  return [
    "Minimize",
    ` obj: ${objective.join(" ")}`,
    "Subject To",
    ...rows,
    "Bounds",
    ...bounds,
    "End",
    "",
  ].join("\n");
}
