/**
 * What given contracts and actions are worth, where the process goes and what is paid.
 *
 * @module
 */
import type { Instance } from "../instance/instance.ts";

/** Exact expectations under fixed contracts and actions. */
export interface Evaluation {
  /** Principal's and agent's value to go `[H + 1, n]`. */
  readonly VP: Float64Array;
  readonly VA: Float64Array;
  /** Probability of being in s at step h `[H + 1, n]`, from the start state. */
  readonly visits: Float64Array;
  /** Expected payment, reward and cost of each step `[H]`, undiscounted. */
  readonly payments: Float64Array;
  readonly rewards: Float64Array;
  readonly costs: Float64Array;
  /** Expected undiscounted `Σ r − c`. */
  readonly welfare: number;
}

/** Evaluates `contracts` `[H, n, n]` when the agent takes `actions` `[H, n]`. */
export function evaluate(
  instance: Instance,
  contracts: ArrayLike<number>,
  actions: ArrayLike<number>,
): Evaluation {
  const { H, n, m, P, r, c, deltaA, deltaP, start } = instance;
  const VP = new Float64Array((H + 1) * n), VA = new Float64Array((H + 1) * n);
  for (let h = H - 1; h >= 0; h--) {
    for (let s = 0; s < n; s++) {
      const at = h * n + s, a = actions[at]!, row = (at * m + a) * n;
      let principal = 0, agent = -c[at * m + a]!;
      for (let next = 0; next < n; next++) {
        const p = P[row + next]!, pay = contracts[at * n + next]!, later = (h + 1) * n + next;
        principal += p * (r[row + next]! - pay + deltaP * VP[later]!);
        agent += p * (pay + deltaA * VA[later]!);
      }
      VP[at] = principal;
      VA[at] = agent;
    }
  }
  // Values go backwards through the steps, visits forwards.
  const visits = new Float64Array((H + 1) * n);
  const payments = new Float64Array(H), rewards = new Float64Array(H), costs = new Float64Array(H);
  visits[start] = 1;
  for (let h = 0; h < H; h++) {
    for (let s = 0; s < n; s++) {
      const at = h * n + s, a = actions[at]!, row = (at * m + a) * n, here = visits[at]!;
      costs[h]! += here * c[at * m + a]!;
      for (let next = 0; next < n; next++) {
        const p = here * P[row + next]!;
        visits[(h + 1) * n + next]! += p;
        payments[h]! += p * contracts[at * n + next]!;
        rewards[h]! += p * r[row + next]!;
      }
    }
  }
  let welfare = 0;
  for (let h = 0; h < H; h++) welfare += rewards[h]! - costs[h]!;
  return { VP, VA, visits, payments, rewards, costs, welfare };
}
