/**
 * Whether an action can be induced at all, how robustly, and how large a cap that takes; each answer
 * with its proof.
 *
 * @module
 */
import {
  incentiveRows,
  leastPayment,
  type LeastPaymentProblem,
} from "../payments/least_payment.ts";
import { Tableau } from "../payments/tableau.ts";

/** Whether some uncapped contract induces the action, and if none does, why. */
export type Implementability =
  | { implementable: true }
  | {
    implementable: false;
    /** Weights `[m]` of the other actions, summing to 1: together they have the same outcomes. */
    mixture: Float64Array;
    /** Effective cost `Σ μ_b (c_b − P_b·v)` of the mixture, and of the action itself. */
    mixtureCost: number;
    cost: number;
  };

/**
 * Farkas' alternative: an action can be induced by some contract unless a mixture of other actions
 * produces the same outcome law at a strictly smaller effective cost (cap and margin are ignored).
 */
export function implementability(problem: LeastPaymentProblem): Implementability {
  const { laws, costs, action, continuation } = problem;
  const solved = leastPayment({ ...problem, margin: 0, cap: Infinity });
  if (solved.feasible) return { implementable: true };
  const total = solved.multipliers.reduce((sum, weight) => sum + weight, 0);
  const mixture = solved.multipliers.map((weight) => weight / total);
  const effective = (a: number) => {
    let cost = costs[a]!;
    const law = laws[a]!;
    for (let i = 0; i < law.length; i++) cost -= law[i]! * (continuation?.[i] ?? 0);
    return cost;
  };
  let mixtureCost = 0;
  mixture.forEach((weight, b) => {
    if (weight > 0) mixtureCost += weight * effective(b);
  });
  return { implementable: false, mixture, mixtureCost, cost: effective(action) };
}

/** A margin and a contract that reaches it. */
export interface InducibilityGap {
  /** `γ = max_x min_b [(Pa − Pb)·(x + v) − (c_a − c_b)]`; negative when the action cannot be induced. */
  gap: number;
  /** A contract `[n]` with that margin. */
  contract: Float64Array;
}

/**
 * The largest margin by which contracts in `[0, cap]ⁿ` can make an action beat all others.
 *
 * @throws {RangeError} unless the cap is finite and there are at least two actions.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { inducibilityGap } from "offprint/contracts/planning/mod.ts";
 *
 * const laws = [[0.7, 0.2, 0.1], [0.4, 0.4, 0.2], [0.1, 0.3, 0.6]];
 * assertAlmostEquals(inducibilityGap({ laws, costs: [0, 0.1, 0.3], action: 2, cap: 1 }).gap, 0.2);
 * ```
 */
export function inducibilityGap(problem: LeastPaymentProblem): InducibilityGap {
  const cap = problem.cap ?? Infinity;
  const { Pa, rows, gaps } = incentiveRows({ ...problem, margin: 0 });
  const n = Pa.length, k = gaps.length;
  if (!(cap >= 0 && cap < Infinity) || k === 0) {
    throw new RangeError(
      `inducibilityGap: got cap ${cap} and ${
        k + 1
      } actions, expected a finite cap ≥ 0 and at least 2 actions`,
    );
  }
  // Variables x and γ + shift; the shift makes every right-hand side non-negative at x = 0.
  const shift = Math.max(...gaps);
  const tableau = new Tableau(k + n, n + 1);
  tableau.reset(k + n, n + 1);
  for (let b = 0; b < k; b++) {
    for (let i = 0; i < n; i++) tableau.set(b, i, -rows[b * n + i]!);
    tableau.set(b, n, 1);
    tableau.setBound(b, shift - gaps[b]!);
  }
  for (let i = 0; i < n; i++) {
    tableau.set(k + i, i, 1);
    tableau.setBound(k + i, cap);
  }
  tableau.setProfit(n, 1);
  tableau.maximize();
  const solution = new Float64Array(n + 1);
  tableau.solution(solution);
  return { gap: tableau.value - shift, contract: solution.slice(0, n) };
}

/**
 * The smallest cap under which some contract induces the action (with the problem's margin), or
 * `Infinity` when none does.
 */
export function smallestCap(problem: LeastPaymentProblem): number {
  const { Pa, rows, gaps } = incentiveRows(problem);
  const n = Pa.length, k = gaps.length;
  // Dual of min t, 0 ≤ x ≤ t: max gap·λ, Σ_b λ_b row_b ≤ μ, Σ μ ≤ 1.
  const tableau = new Tableau(n + 1, k + n);
  tableau.reset(n + 1, k + n);
  for (let i = 0; i < n; i++) {
    for (let b = 0; b < k; b++) tableau.set(i, b, rows[b * n + i]!);
    tableau.set(i, k + i, -1);
    tableau.set(n, k + i, 1);
  }
  tableau.setBound(n, 1);
  for (let b = 0; b < k; b++) tableau.setProfit(b, gaps[b]!);
  return tableau.maximize() === "unbounded" ? Infinity : Math.max(0, tableau.value);
}
