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

/** HiGHS drops coefficients of a constraint that are no larger when it reads a model, whatever its options. */
const DROPPED = 1e-9;

/** Solves programs with HiGHS. */
export interface GeneralSolver {
  /**
   * ζ, or `Infinity` when infeasible. Rows and columns are scaled by powers of two first, since HiGHS'
   * tolerances, and the size below which it drops coefficients, are for numbers about 1.
   *
   * @throws {RangeError} when coefficients differ so much that no scaling keeps them all.
   * @throws {Error} when HiGHS ends in any other way.
   */
  zeta(problem: LeastPaymentProblem): number;
  /** Status and objective of a program in CPLEX LP text. HiGHS drops coefficients of at most 1e-9 in it. */
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
      const { text, unit } = scaledProgram(problem);
      const { Status, ObjectiveValue } = solve(text);
      if (Status === "Optimal") return ObjectiveValue * unit;
      if (Status === "Infeasible") return Infinity;
      throw new Error(`HiGHS: got status ${Status}, expected Optimal or Infeasible`);
    },
  };
}

/** A program in the form of {@linkcode lpText}: `min price·x`, `rows·x ≥ gaps`, `0 ≤ x ≤ caps`. */
interface Program {
  price: Float64Array;
  rows: Float64Array;
  gaps: Float64Array;
  caps: Float64Array;
}

/**
 * Least-payment problems as one CPLEX LP text, block by block: `min Σ Pa·x` subject to all incentive rows and
 * `0 ≤ x ≤ cap`, in decimal digits that lose nothing.
 *
 * @throws {RangeError} for an incentive of at most 1e-9 that is not 0: HiGHS would drop it.
 */
export function linearProgram(problems: readonly LeastPaymentProblem[]): string {
  return lpText(problems.map((problem) => {
    const program = programOf(problem);
    const lost = program.rows.find((value) => value !== 0 && Math.abs(value) <= DROPPED);
    if (lost !== undefined) {
      throw new RangeError(
        `linearProgram: got an incentive of ${lost}, expected 0 or more than ${DROPPED} in size ` +
          "(HiGHS drops smaller ones; GeneralSolver.zeta scales them)",
      );
    }
    return program;
  }));
}

function programOf(problem: LeastPaymentProblem): Program {
  const { Pa, rows, gaps } = incentiveRows(problem);
  const caps = new Float64Array(Pa.length).fill(problem.cap ?? Infinity);
  return { price: Float64Array.from(Pa), rows, gaps, caps };
}

/** Differences of probabilities no larger than this are rounding. */
const NOISE = 2e-15;

/** Incentives missing by no more than this, as in `leastPayment`, count as present. */
const GAP_TOLERANCE = 1e-13;

/** Sweeps over rows and columns; a few bring every largest entry to about 1. */
const SWEEPS = 8;

/** The program with rows, columns and objective scaled by powers of two; its optimum times `unit` is ζ. */
function scaledProgram(problem: LeastPaymentProblem): { text: string; unit: number } {
  const { price, rows, gaps, caps } = programOf(problem);
  const n = price.length, k = gaps.length;
  rows.forEach((value, at) => {
    if (Math.abs(value) <= NOISE) rows[at] = 0;
  });
  const power = (size: number): number => size > 0 ? 2 ** -Math.floor(Math.log2(size)) : 1;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let b = 0; b < k; b++) {
      let size = 0;
      for (let i = 0; i < n; i++) size = Math.max(size, Math.abs(rows[b * n + i]!));
      // A rival with the same law and a lower cost leaves a row of nothing: it is as large as what is missing.
      const factor = power(size > 0 ? size : gaps[b]! > GAP_TOLERANCE ? gaps[b]! : 1);
      for (let i = 0; i < n; i++) rows[b * n + i]! *= factor;
      gaps[b]! *= factor;
    }
    // x = factor · y: a column of small incentives is paid in large units.
    for (let i = 0; i < n; i++) {
      let size = 0;
      for (let b = 0; b < k; b++) size = Math.max(size, Math.abs(rows[b * n + i]!));
      const factor = power(size);
      for (let b = 0; b < k; b++) rows[b * n + i]! *= factor;
      price[i]! *= factor;
      caps[i]! /= factor;
    }
  }
  const lost = rows.find((value) => value !== 0 && Math.abs(value) <= DROPPED);
  if (lost !== undefined) {
    throw new RangeError(
      `GeneralSolver: got incentives of which one is ${lost} beside 1 after scaling, expected more ` +
        `than ${DROPPED}: HiGHS would drop it`,
    );
  }
  // Payments in units of the largest gap, and the objective in units of its largest price.
  const amount = 1 / power(Math.max(...gaps.map(Math.abs), Number.MIN_VALUE));
  const dearest = 1 / power(price.reduce((a, b) => Math.max(a, b), 0));
  for (let b = 0; b < k; b++) gaps[b]! /= amount;
  for (let i = 0; i < n; i++) {
    price[i]! /= dearest;
    caps[i]! /= amount;
  }
  return { text: lpText([{ price, rows, gaps, caps }]), unit: amount * dearest };
}

function lpText(programs: readonly Program[]): string {
  const objective: string[] = [], lines: string[] = [], bounds: string[] = [];
  programs.forEach(({ price, rows, gaps, caps }, block) => {
    const n = price.length;
    const terms = (coefficients: ArrayLike<number>, from: number) =>
      Array.from({ length: n }, (_, i) => {
        const value = coefficients[from + i]!;
        return `${value < 0 ? "-" : "+"} ${Math.abs(value)} x${block}_${i}`;
      }).join(" ");
    objective.push(terms(price, 0));
    gaps.forEach((gap, b) => lines.push(` r${block}_${b}: ${terms(rows, b * n)} >= ${gap}`));
    for (let i = 0; i < n; i++) {
      const variable = `x${block}_${i}`, cap = caps[i]!;
      bounds.push(cap < Infinity ? ` 0 <= ${variable} <= ${cap}` : ` ${variable} >= 0`);
    }
  });
  return [
    "Minimize",
    ` obj: ${objective.join(" ")}`,
    "Subject To",
    ...lines,
    "Bounds",
    ...bounds,
    "End",
    "",
  ].join("\n");
}
