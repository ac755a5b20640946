/**
 * The least expected payment that makes an agent take one given action.
 *
 * @module
 */
import { oneCompetitor, type Solution, twoOutcomes } from "./closed_forms.ts";
import { Tableau } from "./tableau.ts";

/** Which computation gave a least payment. */
export type LeastPaymentMethod = "nothing to pay" | "one competitor" | "two outcomes" | "simplex";

/** Incentives missing by no more than this count as present; the agent's ties are wider. */
const GAP_TOLERANCE = 1e-13;

/** Incentives no larger than this are what rounding leaves of two equal probabilities. */
const NOISE = 2e-15;

/** Residuals above this, relative to the size of the numbers involved, are a failure of the solver. */
const RESIDUAL_TOLERANCE = 1e-9;

/** One agent, one state, one wanted action. */
export interface LeastPaymentProblem {
  /** Outcome law of every action: `m` rows of `n`. */
  laws: readonly ArrayLike<number>[];
  /** Cost of every action `[m]`. */
  costs: ArrayLike<number>;
  /** The wanted action. */
  action: number;
  /** What the agent expects after each outcome `[n]`; none means 0. */
  continuation?: ArrayLike<number>;
  /** By how much the wanted action must beat every other one; 0 unless given. */
  margin?: number;
  /** Largest payment on one outcome; `Infinity` unless given. */
  cap?: number;
}

/** A least payment with its proof of optimality, or a proof that there is none. */
export type LeastPayment =
  | {
    feasible: true;
    /** Expected payment ζ. */
    zeta: number;
    /** Payments `[n]`, one optimal contract of possibly many. */
    contract: Float64Array;
    /** Dual multiplier λ of each competing action `[m]`, 0 for the wanted one. */
    multipliers: Float64Array;
    /** Dual price of each cap `[n]`. */
    capPrices: Float64Array;
    /** Agent's surplus `ζ + Pa·v − c_a`. */
    rent: number;
    method: LeastPaymentMethod;
    pivots: number;
  }
  | {
    feasible: false;
    /**
     * Farkas weights of the competing actions `[m]` and of the caps `[n]`: summed with them, the
     * incentive rows demand more than all payments together can give.
     */
    multipliers: Float64Array;
    capPrices: Float64Array;
    method: LeastPaymentMethod;
    pivots: number;
  };

/**
 * Solves `min Pa·x` subject to `row_b·x ≥ gap_b` and `0 ≤ x ≤ cap` again and again without allocating.
 * In a least-payment problem `row_b = Pa − Pb` and `gap_b = c_a − c_b + ε − (Pa − Pb)·v`.
 *
 * Closed forms serve one row or two outcomes; otherwise a dense simplex on the dual program
 * `max gap·λ − cap·Σμ` subject to `Σ_b λ_b row_b − μ ≤ Pa`, `λ, μ ≥ 0`, whose origin is feasible
 * because `Pa ≥ 0`. The result is checked against both programs before it is returned.
 */
export class LeastPaymentSolver implements Solution {
  readonly contract: Float64Array;
  readonly multipliers: Float64Array;
  readonly capPrices: Float64Array;
  /** Expected payment of the last problem, `Infinity` when infeasible. */
  zeta = 0;
  method: LeastPaymentMethod = "nothing to pay";
  pivots = 0;

  readonly #n: number;
  readonly #tableau: Tableau;
  readonly #scratch: Float64Array;
  /** The rows and gaps, each times a power of two that brings its largest incentive to 1 … 2. */
  readonly #rows: Float64Array;
  readonly #gaps: Float64Array;
  readonly #factors: Float64Array;

  /** For `n` outcomes and at most `maxRows` competing actions. */
  constructor(n: number, maxRows: number) {
    this.#n = n;
    this.contract = new Float64Array(n);
    this.multipliers = new Float64Array(Math.max(1, maxRows));
    this.capPrices = new Float64Array(n);
    this.#tableau = new Tableau(n, maxRows + n);
    this.#scratch = new Float64Array(maxRows + n);
    this.#rows = new Float64Array(Math.max(1, maxRows) * n);
    this.#gaps = new Float64Array(Math.max(1, maxRows));
    this.#factors = new Float64Array(Math.max(1, maxRows));
  }

  /**
   * Solves one problem; the answer is in the fields.
   *
   * @param Pa expected weight of each payment `[n]`, ≥ 0
   * @param rows incentive of each payment against each competitor `[k, n]`
   * @param gaps incentive that is missing against each competitor `[k]`
   * @returns whether a contract exists
   * @throws {Error} when rounding spoilt the result (checked after each simplex).
   */
  solve(
    Pa: ArrayLike<number>,
    rows: Float64Array,
    gaps: Float64Array,
    k: number,
    cap = Infinity,
  ): boolean {
    this.pivots = 0;
    let largest = 0;
    for (let b = 0; b < k; b++) largest = Math.max(largest, gaps[b]!);
    if (largest <= GAP_TOLERANCE) {
      this.contract.fill(0);
      this.multipliers.fill(0);
      this.capPrices.fill(0);
      this.method = "nothing to pay";
      this.zeta = 0;
      return true;
    }
    const feasible = this.#solveScaled(Pa, rows, gaps, k, largest, cap);
    for (let b = 0; b < k; b++) this.multipliers[b]! *= this.#factors[b]!;
    return feasible;
  }

  /** Leaves multipliers of the scaled rows. */
  #solveScaled(
    Pa: ArrayLike<number>,
    rows: Float64Array,
    gaps: Float64Array,
    k: number,
    largest: number,
    cap: number,
  ): boolean {
    const scale = this.#scaleRows(rows, gaps, k, largest);
    if (k === 1) {
      this.method = "one competitor";
      this.zeta = oneCompetitor(Pa, this.#rows, this.#gaps[0]!, cap, this);
      return this.zeta < Infinity;
    }
    if (this.#n === 2 && antisymmetric(rows, k)) {
      this.method = "two outcomes";
      this.zeta = twoOutcomes(Pa, this.#rows, this.#gaps, k, cap, this);
      return this.zeta < Infinity;
    }
    this.method = "simplex";
    // The caps rarely bind, and without them the tableau is half as wide.
    if (!this.#simplex(Pa, this.#rows, this.#gaps, k, scale, Infinity)) return false;
    if (cap < Infinity && this.contract.some((pay) => pay > cap)) {
      return this.#simplex(Pa, this.#rows, this.#gaps, k, scale, cap);
    }
    return true;
  }

  /**
   * Actions whose laws differ by little have rows far below the solver's tolerances, which are for numbers
   * about 1. Powers of two change no digit of a result.
   *
   * @returns `largest`, times the power of two that the largest gap needs now.
   */
  #scaleRows(rows: Float64Array, gaps: Float64Array, k: number, largest: number): number {
    const n = this.#n;
    let most = largest;
    for (let b = 0; b < k; b++) {
      let size = 0;
      for (let i = b * n; i < (b + 1) * n; i++) size = Math.max(size, Math.abs(rows[i]!));
      // A rival with the same law and a lower cost leaves a row of nothing: it is as large as what is missing.
      const missing = gaps[b]! > GAP_TOLERANCE ? gaps[b]! : 1;
      const factor = 2 ** -Math.floor(Math.log2(size <= NOISE ? missing : size));
      for (let i = b * n; i < (b + 1) * n; i++) {
        this.#rows[i] = Math.abs(rows[i]!) <= NOISE ? 0 : rows[i]! * factor;
      }
      this.#gaps[b] = gaps[b]! * factor;
      this.#factors[b] = factor;
      most = Math.max(most, this.#gaps[b]!);
    }
    return largest * 2 ** Math.floor(Math.log2(most / largest));
  }

  #simplex(
    Pa: ArrayLike<number>,
    rows: Float64Array,
    gaps: Float64Array,
    k: number,
    scale: number,
    cap: number,
  ): boolean {
    const n = this.#n, tableau = this.#tableau, scratch = this.#scratch;
    const capped = cap < Infinity;
    tableau.reset(n, capped ? k + n : k);
    for (let i = 0; i < n; i++) {
      for (let b = 0; b < k; b++) tableau.set(i, b, rows[b * n + i]!);
      if (capped) {
        // This is the dual: a cap on a payment is a column, priced by the cap.
        tableau.set(i, k + i, -1);
        tableau.setProfit(k + i, -cap / scale);
      }
      tableau.setBound(i, Pa[i]!);
    }
    for (let b = 0; b < k; b++) tableau.setProfit(b, gaps[b]! / scale);
    const status = tableau.maximize();
    this.pivots += tableau.pivots;
    if (status === "unbounded") tableau.ray(scratch);
    else tableau.solution(scratch);
    for (let b = 0; b < k; b++) this.multipliers[b] = scratch[b]!;
    for (let i = 0; i < n; i++) this.capPrices[i] = capped ? scratch[k + i]! : 0;
    if (status === "unbounded") {
      this.contract.fill(0);
      this.zeta = Infinity;
      return false;
    }
    tableau.prices(this.contract);
    let payment = 0;
    for (let i = 0; i < n; i++) {
      const pay = Math.min(this.contract[i]! * scale, cap);
      this.contract[i] = pay;
      payment += Pa[i]! * pay;
    }
    this.zeta = payment;
    this.#verify(rows, gaps, k, scale, tableau.value * scale);
    return true;
  }

  #verify(rows: Float64Array, gaps: Float64Array, k: number, scale: number, dual: number): void {
    const n = this.#n;
    let largest = scale;
    for (let i = 0; i < n; i++) largest = Math.max(largest, this.contract[i]!);
    const tolerance = RESIDUAL_TOLERANCE * (1 + largest);
    for (let b = 0; b < k; b++) {
      let slack = -gaps[b]!;
      for (let i = 0; i < n; i++) slack += rows[b * n + i]! * this.contract[i]!;
      if (!(slack >= -tolerance)) {
        throw new Error(
          `least payment: incentive row ${b} is missed by ${-slack}, expected at most ${tolerance}`,
        );
      }
    }
    if (!(Math.abs(this.zeta - dual) <= tolerance)) {
      throw new Error(
        `least payment: primal value ${this.zeta} and dual value ${dual} differ by more than ${tolerance}`,
      );
    }
  }
}

/**
 * The least payment for one action (our reconstruction of the paper's "least payment"; the program
 * and its closed forms are derived, not quoted).
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { leastPayment } from "offprint/contracts/payments/mod.ts";
 *
 * const laws = [[0.7, 0.2, 0.1], [0.4, 0.4, 0.2], [0.1, 0.3, 0.6]];
 * const solved = leastPayment({ laws, costs: [0, 0.1, 0.3], action: 2 });
 * assertAlmostEquals(solved.feasible ? solved.zeta : NaN, 0.36); // 0.6 on the last outcome
 * ```
 *
 * @throws {RangeError} when the shapes do not fit, or a law, cost, margin or cap is not a number in range.
 */
export function leastPayment(problem: LeastPaymentProblem): LeastPayment {
  const { action } = problem;
  const m = problem.laws.length;
  const { Pa, rows, gaps } = incentiveRows(problem);
  const n = Pa.length;
  const cap = problem.cap ?? Infinity;
  if (!(cap >= 0)) throw new RangeError(`leastPayment: got cap ${cap}, expected a number ≥ 0`);
  const solver = new LeastPaymentSolver(n, m - 1);
  const feasible = solver.solve(Pa, rows, gaps, m - 1, cap);
  const multipliers = new Float64Array(m);
  for (let b = 0, k = 0; b < m; b++) if (b !== action) multipliers[b] = solver.multipliers[k++]!;
  const { capPrices, method, pivots } = solver;
  if (!feasible) return { feasible, multipliers, capPrices, method, pivots };
  let rent = solver.zeta - problem.costs[action]!;
  for (let i = 0; i < n; i++) rent += Pa[i]! * (problem.continuation?.[i] ?? 0);
  const { zeta, contract } = solver;
  return { feasible, zeta, contract, multipliers, capPrices, rent, method, pivots };
}

/**
 * The incentive rows `Pa − Pb` and gaps `c_a − c_b + ε − (Pa − Pb)·v` of a problem, competitors in
 * order without the wanted action.
 *
 * @throws {RangeError} when the shapes do not fit.
 */
export function incentiveRows(
  problem: LeastPaymentProblem,
): { Pa: ArrayLike<number>; rows: Float64Array; gaps: Float64Array } {
  const { laws, costs, action, continuation, margin = 0 } = problem;
  const m = laws.length;
  const Pa = laws[action];
  if (Pa === undefined || costs.length !== m) {
    throw new RangeError(
      `leastPayment: got action ${action}, ${m} laws and ${costs.length} costs, expected an action below the number of laws and as many costs`,
    );
  }
  const n = Pa.length;
  if (continuation !== undefined && continuation.length !== n) {
    throw new RangeError(
      `leastPayment: got a continuation of ${continuation.length} numbers, expected ${n}`,
    );
  }
  if (!Number.isFinite(margin)) {
    throw new RangeError(`leastPayment: got margin ${margin}, expected a finite number`);
  }
  const rows = new Float64Array((m - 1) * n);
  const gaps = new Float64Array(m - 1);
  let k = 0;
  for (let b = 0; b < m; b++) {
    if (b === action) continue;
    const Pb = laws[b]!;
    if (Pb.length !== n) {
      throw new RangeError(
        `leastPayment: got laws of ${n} and ${Pb.length} outcomes, expected equal`,
      );
    }
    let gap = costs[action]! - costs[b]! + margin;
    for (let i = 0; i < n; i++) {
      const difference = Pa[i]! - Pb[i]!;
      rows[k * n + i] = difference;
      // What the agent expects afterwards pays a part of the incentive already.
      gap -= difference * (continuation?.[i] ?? 0);
    }
    if (!Number.isFinite(gap)) {
      throw new RangeError(`leastPayment: got laws or costs that are not finite numbers`);
    }
    gaps[k++] = gap;
  }
  return { Pa, rows, gaps };
}

function antisymmetric(rows: Float64Array, k: number): boolean {
  for (let b = 0; b < k; b++) {
    if (Math.abs(rows[2 * b]! + rows[2 * b + 1]!) > 4e-16) return false;
  }
  return true;
}
