/**
 * What a plan is compared with: first best, no limited liability, linear and zero contracts.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { bestResponse, type Response } from "./best_response.ts";
import { type Instance, lawAt, rewardsAt } from "../instance/instance.ts";
import { plan } from "./plan.ts";
import { CHOICE_TOLERANCE, type Plan } from "./state_planner.ts";

/** Values and actions of a principal who acts itself. */
export interface FirstBest {
  /** Value to go `[H + 1, n]` of the ordinary dynamic program on `r − c`. */
  readonly V: Float64Array;
  /** Efficient actions `[H, n]`. */
  readonly actions: Int32Array;
  /** Value in the start state. */
  readonly value: number;
}

/** The largest welfare: an ordinary dynamic program on reward less cost (discounted by `deltaP`). */
export function firstBest(instance: Instance): FirstBest {
  const { H, n, m, c, deltaP } = instance;
  const V = new Float64Array((H + 1) * n);
  const actions = new Int32Array(H * n);
  for (let h = H - 1; h >= 0; h--) {
    for (let s = 0; s < n; s++) {
      const at = h * n + s;
      let best = -Infinity;
      for (let a = 0; a < m; a++) {
        const law = lawAt(instance, h, s, a), rewards = rewardsAt(instance, h, s, a);
        let value = -c[at * m + a]!;
        for (let next = 0; next < n; next++) {
          value += law[next]! * (rewards[next]! + deltaP * V[(h + 1) * n + next]!);
        }
        if (value > best + CHOICE_TOLERANCE) {
          best = value;
          actions[at] = a;
        }
      }
      V[at] = best;
    }
  }
  return { V, actions, value: V[instance.start]! };
}

/**
 * The plan when payments may be negative and uncapped and the agent may walk away at every step: rents
 * vanish, and the principal gets first best wherever the efficient actions can be induced.
 */
export function withoutLimitedLiability(instance: Instance): Plan {
  return plan({ ...instance, concept: "recursive" }, { liability: "none" });
}

/** What happens when nothing is ever paid. */
export function zeroContract(instance: Instance): Response {
  return bestResponse(instance, new Float64Array(instance.H * instance.n * instance.n));
}

/**
 * The contracts `x = α·r` `[H, n, n]`.
 *
 * @throws {UserError} where the reward depends on the action, which a contract cannot see, or is negative.
 */
export function linearContract(instance: Instance, alpha: number): Float64Array {
  const { H, n, m } = instance;
  const contracts = new Float64Array(H * n * n);
  for (let h = 0; h < H; h++) {
    for (let s = 0; s < n; s++) {
      const rewards = rewardsAt(instance, h, s, 0);
      for (let next = 0; next < n; next++) {
        const reward = rewards[next]!;
        let same = reward >= 0;
        for (let a = 1; a < m; a++) same &&= rewardsAt(instance, h, s, a)[next] === reward;
        if (!same) {
          throw new UserError({
            what: `linear contract of ${instance.name} at (h=${h + 1}, s=${s}, s'=${next})`,
            got: Array.from({ length: m }, (_, a) => rewardsAt(instance, h, s, a)[next]),
            expected: "one reward ≥ 0 whatever the action",
          });
        }
        contracts[(h * n + s) * n + next] = alpha * reward;
      }
    }
  }
  return contracts;
}

/** The best share and what it brings. */
export interface LinearOptimum {
  alpha: number;
  /** Action induced in the start state. */
  action: number;
  /** Principal's value in the start state. */
  value: number;
}

/**
 * The best contract `x = α·r`, `0 ≤ α ≤ 1`, of a one-step instance, exactly: the principal's value falls in
 * α while the induced action stays the same, so only the shares at which the agent switches (breakpoints
 * of the upper envelope of `α·P_a r − c_a`) can be optimal.
 *
 * @throws {RangeError} unless `H = 1`. @throws {UserError} as {@linkcode linearContract}.
 */
export function bestLinearContract(instance: Instance): LinearOptimum {
  const { H, m, c, start, cap } = instance;
  if (H !== 1) throw new RangeError(`bestLinearContract: got H = ${H}, expected 1`);
  const full = linearContract(instance, 1);
  const mean = Array.from({ length: m }, (_, a) => {
    const law = lawAt(instance, 0, start, a), rewards = rewardsAt(instance, 0, start, a);
    return law.reduce((sum, p, next) => sum + p * rewards[next]!, 0);
  });
  const cost = (a: number) => c[start * m + a]!;
  const largest = Math.min(1, cap / Math.max(...full));
  const shares = new Set([0, largest]);
  for (let a = 0; a < m; a++) {
    for (let b = 0; b < a; b++) {
      const share = (cost(a) - cost(b)) / (mean[a]! - mean[b]!);
      if (share > 0 && share < largest) shares.add(share);
    }
  }
  let best: LinearOptimum = { alpha: 0, action: 0, value: -Infinity };
  for (const alpha of [...shares].sort((x, y) => x - y)) {
    const { VP, actions } = bestResponse(instance, linearContract(instance, alpha));
    if (VP[start]! > best.value + CHOICE_TOLERANCE) {
      best = { alpha, action: actions[start]!, value: VP[start]! };
    }
  }
  return best;
}
