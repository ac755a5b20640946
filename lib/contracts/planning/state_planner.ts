/**
 * One step of planning: the best contract in one state when the values after it are known. What a plan is,
 * and what every planner fills it with.
 *
 * @module
 */
import { type Instance, lawAt, rewardsAt } from "../instance/instance.ts";
import { LeastPaymentSolver } from "../payments/least_payment.ts";

/** Actions whose values differ by no more than this are tied in the principal's choice. */
export const CHOICE_TOLERANCE = 1e-10;

/** Contracts for every step and state, with the values they lead to. */
export interface Plan {
  /** Payments `[H, n, n]`: (h, s, s′). */
  readonly contracts: Float64Array;
  /** Recommended actions `[H, n]`. */
  readonly rec: Int32Array;
  /** Least payment of each action `[H, n, m]`, `Infinity` where the action cannot be induced. */
  readonly zeta: Float64Array;
  /** Principal's value of inducing each action `[H, n, m]`, `-Infinity` where it cannot be induced. */
  readonly Q: Float64Array;
  /** Agent's value to go `[H + 1, n]`. */
  readonly VA: Float64Array;
  /** Principal's value to go `[H + 1, n]`. */
  readonly VP: Float64Array;
  /** Principal's and agent's value in the start state. */
  readonly value: number;
  readonly rent: number;
}

/** Variations of {@linkcode plan}. */
export interface PlanOptions {
  /**
   * `limited` (default): payments are ≥ 0. `none`: payments may be negative and uncapped, and the
   * agent only has to be left no worse off than by walking away ("sell the firm").
   */
  liability?: "limited" | "none";
  /** Actions `[H, n]` to induce whatever their value; −1 leaves the choice to the principal. */
  forced?: ArrayLike<number>;
  /** By how much recommended actions must beat the others; 0 unless given. */
  margin?: number;
}

/** A plan still to be filled, all arrays zero. */
export function emptyPlan(instance: Instance): Plan {
  const { H, n, m } = instance;
  return {
    contracts: new Float64Array(H * n * n),
    rec: new Int32Array(H * n),
    zeta: new Float64Array(H * n * m),
    Q: new Float64Array(H * n * m),
    VA: new Float64Array((H + 1) * n),
    VP: new Float64Array((H + 1) * n),
    value: 0,
    rent: 0,
  };
}

/** The plan with its values in the start state filled in. */
export function finished(instance: Instance, result: Plan): Plan {
  return { ...result, value: result.VP[instance.start]!, rent: result.VA[instance.start]! };
}

/** One Bellman step after another, without allocating. */
export class StatePlanner {
  readonly #instance: Instance;
  readonly #solver: LeastPaymentSolver;
  readonly #liability: "limited" | "none";
  readonly #margin: number;
  readonly #rows: Float64Array;
  readonly #gaps: Float64Array;
  readonly #best: Float64Array;

  constructor(instance: Instance, options: PlanOptions = {}) {
    const { n, m } = instance;
    this.#instance = instance;
    this.#solver = new LeastPaymentSolver(n, m - 1);
    this.#liability = options.liability ?? "limited";
    this.#margin = options.margin ?? 0;
    this.#rows = new Float64Array((m - 1) * n);
    this.#gaps = new Float64Array(m - 1);
    this.#best = new Float64Array(n);
  }

  /**
   * Fills `(h, s)` of `plan` from its values at step h + 1.
   *
   * @param forced the action to induce, or −1 for the principal's choice
   * @param others whether ζ and Q of the other actions are wanted beside a forced one (else NaN)
   * @returns false when the forced action cannot be induced
   */
  fill(plan: Plan, h: number, s: number, forced = -1, others = true): boolean {
    const { n, m, deltaA, deltaP, agent } = this.#instance;
    const at = h * n + s;
    const VA = plan.VA.subarray((h + 1) * n, (h + 2) * n);
    const VP = plan.VP.subarray((h + 1) * n, (h + 2) * n);
    const seen = agent === "farsighted" ? deltaA : 0;
    let chosen = -1;
    for (let a = 0; a < m; a++) {
      if (!others && forced >= 0 && a !== forced) {
        plan.zeta[at * m + a] = NaN;
        plan.Q[at * m + a] = NaN;
        continue;
      }
      const zeta = this.#leastPayment(h, s, a, VA, seen);
      const law = lawAt(this.#instance, h, s, a);
      const rewards = rewardsAt(this.#instance, h, s, a);
      let Q = -zeta;
      for (let next = 0; next < n; next++) {
        Q += law[next]! * (rewards[next]! + deltaP * VP[next]!);
      }
      plan.zeta[at * m + a] = zeta;
      plan.Q[at * m + a] = Q;
      if (zeta === Infinity || (forced >= 0 && a !== forced)) continue;
      const better = chosen < 0 || Q > plan.Q[at * m + chosen]! + CHOICE_TOLERANCE ||
        (Q >= plan.Q[at * m + chosen]! - CHOICE_TOLERANCE &&
          zeta < plan.zeta[at * m + chosen]! - CHOICE_TOLERANCE);
      if (better) {
        chosen = a;
        this.#best.set(this.#solver.contract);
      }
    }
    if (chosen < 0) return false;
    const law = lawAt(this.#instance, h, s, chosen);
    let rent = plan.zeta[at * m + chosen]! - this.#instance.c[at * m + chosen]!;
    for (let next = 0; next < n; next++) rent += deltaA * law[next]! * VA[next]!;
    plan.contracts.set(this.#best, at * n);
    plan.rec[at] = chosen;
    plan.VP[at] = plan.Q[at * m + chosen]!;
    plan.VA[at] = rent;
    return true;
  }

  /** ζ(a) with the contract left in the solver. */
  #leastPayment(h: number, s: number, a: number, VA: Float64Array, seen: number): number {
    const { n, m, P, c, cap } = this.#instance;
    const at = h * n + s;
    const rows = this.#rows, gaps = this.#gaps;
    const own = (at * m + a) * n;
    for (let b = 0, k = 0; b < m; b++) {
      if (b === a) continue;
      const other = (at * m + b) * n;
      let gap = c[at * m + a]! - c[at * m + b]! + this.#margin;
      for (let i = 0; i < n; i++) {
        const difference = P[own + i]! - P[other + i]!;
        rows[k * n + i] = difference;
        gap -= difference * seen * VA[i]!;
      }
      gaps[k++] = gap;
    }
    const law = lawAt(this.#instance, h, s, a);
    const unlimited = this.#liability === "none";
    if (!this.#solver.solve(law, rows, gaps, m - 1, unlimited ? Infinity : cap)) return Infinity;
    if (!unlimited) return this.#solver.zeta;
    // Incentives do not see a constant: take the agent's whole surplus back, whatever happens next.
    let surplus = this.#solver.zeta - c[at * m + a]!;
    for (let i = 0; i < n; i++) surplus += law[i]! * seen * VA[i]!;
    for (let i = 0; i < n; i++) this.#solver.contract[i]! -= surplus;
    return this.#solver.zeta - surplus;
  }
}
