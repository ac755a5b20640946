/**
 * All contracts of a plan in one linear program, for given actions.
 *
 * @module
 */
import type { Instance } from "../instance/instance.ts";
import { LeastPaymentSolver } from "../payments/least_payment.ts";

/** A linear function of all payments: coefficients and a constant. */
interface Linear {
  of: Float64Array;
  constant: number;
}

/**
 * The cheapest contracts, for the principal at the start, under which a far-sighted agent takes `actions`
 * wherever it can get:
 *
 *     min Σ δ_P^h · Pr(h, s) · P(s′)·x_h(s, s′)   over 0 ≤ x ≤ cap
 *     subject to Σ_s′ (P_a − P_b)(s′) · (x_h(s, s′) + δ_A V_{h+1}(s′)) ≥ c_a − c_b + margin
 *
 * for every other action b, with V_h(s) = P_a·(x + δ_A V) − c_a, which is linear in the payments. Unlike
 * the recursion this also weighs paying earlier against paying later.
 *
 * @param actions recommended actions `[H, n]`
 * @param reached which `(h, s)` count `[H, n]`
 * @returns payments `[H, n, n]`, 0 where nothing is reached; undefined when no contracts induce the actions.
 */
export function cheapestContracts(
  instance: Instance,
  actions: ArrayLike<number>,
  reached: ArrayLike<number>,
  margin = 0,
): Float64Array | undefined {
  const { H, n, m, P, c, cap, deltaA, deltaP, start } = instance;
  const places: number[] = [];
  const first = new Int32Array(H * n);
  for (let at = 0; at < H * n; at++) {
    if (reached[at] !== 1) continue;
    first[at] = places.length * n;
    places.push(at);
  }
  const count = places.length * n;

  /** Adds `weight` times what the agent expects from the transition (at → next) on. */
  const add = (into: Linear, at: number, next: number, weight: number, values: Linear[]): void => {
    if (weight === 0) return;
    into.of[first[at]! + next]! += weight;
    const later = values[next];
    if (later === undefined) return; // after the last step
    for (let i = 0; i < count; i++) into.of[i]! += weight * deltaA * later.of[i]!;
    into.constant += weight * deltaA * later.constant;
  };

  const rows = new Float64Array(places.length * (m - 1) * count);
  const gaps = new Float64Array(places.length * (m - 1));
  let row = 0;
  let values: Linear[] = [];
  for (let h = H - 1; h >= 0; h--) {
    const here: Linear[] = [];
    for (let s = 0; s < n; s++) {
      const at = h * n + s;
      if (reached[at] !== 1) continue;
      const a = actions[at]!;
      const own = (at * m + a) * n;
      const value: Linear = { of: new Float64Array(count), constant: -c[at * m + a]! };
      for (let i = 0; i < n; i++) add(value, at, i, P[own + i]!, values);
      here[s] = value;
      for (let b = 0; b < m; b++) {
        if (b === a) continue;
        const other = (at * m + b) * n;
        const incentive: Linear = {
          of: rows.subarray(row * count, (row + 1) * count),
          constant: 0,
        };
        for (let i = 0; i < n; i++) add(incentive, at, i, P[own + i]! - P[other + i]!, values);
        gaps[row++] = c[at * m + a]! - c[at * m + b]! + margin - incentive.constant;
      }
    }
    values = here;
  }

  const price = new Float64Array(count);
  let visits = new Float64Array(n);
  visits[start] = 1;
  for (let h = 0; h < H; h++) {
    const later = new Float64Array(n);
    for (let s = 0; s < n; s++) {
      const at = h * n + s;
      if (visits[s] === 0) continue;
      const own = (at * m + actions[at]!) * n;
      for (let i = 0; i < n; i++) {
        const share = visits[s]! * P[own + i]!;
        price[first[at]! + i] = deltaP ** h * share;
        later[i]! += share;
      }
    }
    visits = later;
  }
  const solver = new LeastPaymentSolver(count, gaps.length);
  if (!solver.solve(price, rows, gaps, gaps.length, cap)) return undefined;
  const contracts = new Float64Array(H * n * n);
  places.forEach((at, k) => {
    contracts.set(solver.contract.subarray(k * n, (k + 1) * n), at * n);
  });
  return contracts;
}
