/**
 * What a learner believes about one principal–agent MDP, and contracts that are safe under that belief.
 *
 * @module
 */
import type { Instance } from "../instance/instance.ts";
import { LeastPaymentSolver } from "../payments/least_payment.ts";
import { costPaths } from "../boundaries/boundary_search.ts";
import type { Facet, FacetMap } from "../boundaries/facet_search.ts";

/** Every posted contract beats the alternatives by at least this, whatever the statistics say. */
const SMALLEST_MARGIN = 1e-9;

/** At most this many refuted contracts are kept for each (h, s). */
const REFUTED_LIMIT = 16;

/** The least payment that is safe, in the solver's own array until the next call. */
export interface SafeContract {
  /** Estimated expected payment; `Infinity` when no contract is safe. */
  zeta: number;
  /** Payments `[n]`. */
  contract: Float64Array;
}

/** The agent took `taken` where `hoped` was recommended. */
interface Refuted {
  hoped: number;
  taken: number;
  /** The contract with the agent's estimated continuation, `[n]`. */
  transfer: Float64Array;
}

/** What the search at one (h, s) found. */
interface Boundaries {
  facets: readonly Facet[];
  /** `c_a = Σ_p P_p·paths[a][p]`, null for actions never met. */
  paths: readonly (Float64Array | null)[];
}

/**
 * Transition counts, measured planes of indifference and the agent's estimated values to go, for every (h, s).
 *
 * An action is chosen when payment plus continuation, `z = x + v`, lies on its side of all its planes, and the
 * planes were measured without statistics ({@linkcode facetSearch}). So incentives at (h, s) are uncertain
 * only through v: the margin of a contract against a plane is `Σ_i |normal_i|·error(v_i)`.
 */
export class EstimatedModel {
  /** Observed transitions `[H, n, m, n]` and their sums `[H, n, m]`. */
  readonly counts: Float64Array;
  readonly totals: Float64Array;
  /** Estimated agent's value to go `[H + 1, n]`, and how wrong it may be. */
  readonly value: Float64Array;
  readonly error: Float64Array;
  /** Factor on the margins at (h, s) `[H, n]`; doubled after each failed inducement. */
  readonly caution: Float64Array;

  readonly #n: number;
  readonly #m: number;
  readonly #cap: number;
  readonly #seen: number;
  readonly #received: number;
  readonly #width: number;
  readonly #boundaries: (Boundaries | undefined)[];
  readonly #refuted: Refuted[][];
  readonly #solver: LeastPaymentSolver;
  readonly #rows: Float64Array;
  readonly #gaps: Float64Array;
  readonly #law: Float64Array;

  /** @param horizon T, for the radii `√(ln T / 2N)` */
  constructor(instance: Instance, horizon: number) {
    const { H, n, m, cap, agent, deltaA } = instance;
    this.#n = n;
    this.#m = m;
    this.#cap = cap;
    this.#seen = agent === "farsighted" ? deltaA : 0;
    this.#received = deltaA;
    this.#width = Math.log(horizon) / 2;
    this.counts = new Float64Array(H * n * m * n);
    this.totals = new Float64Array(H * n * m);
    this.value = new Float64Array((H + 1) * n);
    this.error = new Float64Array((H + 1) * n);
    this.caution = new Float64Array(H * n).fill(1);
    this.#boundaries = new Array(H * n);
    this.#refuted = Array.from({ length: H * n }, () => []);
    const rows = m * m + REFUTED_LIMIT;
    this.#solver = new LeastPaymentSolver(n, rows);
    this.#rows = new Float64Array(rows * n);
    this.#gaps = new Float64Array(rows);
    this.#law = new Float64Array(n);
  }

  /** Enters an observed transition. */
  observe(h: number, s: number, a: number, next: number): void {
    const at = (h * this.#n + s) * this.#m + a;
    this.counts[at * this.#n + next]!++;
    this.totals[at]!++;
  }

  /** Enters what a facet search (with nothing paid afterwards) found at (h, s). */
  learnBoundaries(h: number, s: number, map: FacetMap): void {
    const { paths } = costPaths(map, this.#n, this.#m);
    this.#boundaries[h * this.#n + s] = { facets: map.facets, paths };
  }

  /** Enters that the agent took another action than `hoped` under a contract posted at (h, s). */
  learnRefusal(h: number, s: number, hoped: number, taken: number, contract: Float64Array): void {
    const n = this.#n, at = h * n + s;
    this.caution[at]! *= 2;
    const transfer = contract.map((pay, i) => pay + this.#seen * this.value[(h + 1) * n + i]!);
    const refuted = this.#refuted[at]!;
    refuted.push({ hoped, taken, transfer });
    if (refuted.length > REFUTED_LIMIT) refuted.shift();
  }

  /** Whether the action's boundaries and law have been observed. */
  knows(h: number, s: number, a: number): boolean {
    const at = h * this.#n + s;
    return this.#boundaries[at]?.paths[a] != null && this.totals[at * this.#m + a]! > 0;
  }

  /** `√(ln T / 2N)` for each probability of the law at (h, s, a), at most 1. */
  radius(h: number, s: number, a: number): number {
    const total = this.totals[(h * this.#n + s) * this.#m + a]!;
    return total === 0 ? 1 : Math.min(1, Math.sqrt(this.#width / total));
  }

  /** Estimated probability of `next` after (h, s, a); 0 where nothing has been observed. */
  probability(h: number, s: number, a: number, next: number): number {
    const at = (h * this.#n + s) * this.#m + a;
    return this.totals[at] === 0 ? 0 : this.counts[at * this.#n + next]! / this.totals[at]!;
  }

  /** The least payment for a at (h, s) that keeps the margin from all its planes and past refusals. */
  safeContract(h: number, s: number, a: number): SafeContract {
    const n = this.#n, at = h * n + s, next = (h + 1) * n;
    const rows = this.#rows, gaps = this.#gaps;
    const caution = this.caution[at]!;
    for (let i = 0; i < n; i++) this.#law[i] = this.probability(h, s, a, i);
    let k = 0;
    for (const { from, to, normal, offset, error } of this.#boundaries[at]!.facets) {
      if (from !== a && to !== a) continue;
      const side = to === a ? 1 : -1;
      let gap = side * offset + caution * error + SMALLEST_MARGIN;
      for (let i = 0; i < n; i++) {
        rows[k * n + i] = side * normal[i]!;
        gap -= side * normal[i]! * this.#seen * this.value[next + i]!;
        gap += caution * Math.abs(normal[i]!) * this.#seen * this.error[next + i]!;
      }
      gaps[k++] = gap;
    }
    for (const { hoped, taken, transfer } of this.#refuted[at]!) {
      if (hoped !== a) continue;
      // Only the direction matters: move at least a little, more with each refusal, from where it failed.
      let gap = caution * this.#cap * 1e-4;
      for (let i = 0; i < n; i++) {
        const slope = this.#law[i]! - this.probability(h, s, taken, i);
        rows[k * n + i] = slope;
        gap += slope * (transfer[i]! - this.#seen * this.value[next + i]!);
      }
      gaps[k++] = gap;
    }
    this.#solver.solve(this.#law, rows, gaps, k, this.#cap);
    return { zeta: this.#solver.zeta, contract: this.#solver.contract };
  }

  /**
   * Enters the agent's value at (h, s) under a contract for a:
   * `P̂_a·(x + v) − Σ_p P̂_p·paths[a][p]`, wrong by at most a radius times the spread of what each law is
   * multiplied by.
   */
  settle(h: number, s: number, a: number, contract: Float64Array): void {
    const n = this.#n, at = h * n + s, next = (h + 1) * n;
    const path = this.#boundaries[at]!.paths[a]!;
    let value = 0, error = 0;
    for (let p = 0; p < this.#m; p++) {
      let low = Infinity, high = -Infinity;
      for (let i = 0; i < n; i++) {
        let z = -path[p * n + i]!;
        if (p === a) {
          z += contract[i]! + this.#received * this.value[next + i]!;
          error += this.probability(h, s, a, i) * this.#received * this.error[next + i]!;
        }
        value += this.probability(h, s, p, i) * z;
        low = Math.min(low, z);
        high = Math.max(high, z);
      }
      if (high > low) error += this.radius(h, s, p) * (high - low);
    }
    this.value[at] = Math.max(0, value);
    this.error[at] = error;
  }
}
