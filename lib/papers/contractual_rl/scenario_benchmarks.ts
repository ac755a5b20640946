/**
 * What a scenario's plan is held against, and its payments as a reader sees them.
 *
 * @module
 */
import { type Instance, withSettings } from "offprint/contracts/instance/mod.ts";
import {
  bestResponse,
  firstBest,
  linearContract,
  plan,
  withoutLimitedLiability,
  zeroContract,
} from "offprint/contracts/planning/mod.ts";

/** The share of the revenue that is worth most to the principal. */
export interface BestShare {
  /** From 0 to 1, in hundredths. */
  share: number;
  /** The principal's expected value. */
  value: number;
  /** The agent's expected value. */
  rent: number;
}

/**
 * The best fixed share of the revenue over all steps, on a grid of hundredths.
 *
 * @returns undefined where the reward depends on the action, so that revenue is not seen when it is paid for.
 */
export function bestShare(instance: Instance): BestShare | undefined {
  const { n, m, r } = instance;
  // r is [H, n, m, n]: the reward of each next state must be the one under action 0.
  const seen = r.every((reward, k) => reward === r[k - (Math.floor(k / n) % m) * n]);
  if (!seen) return undefined;
  let best: BestShare = { share: 0, value: -Infinity, rent: 0 };
  for (let k = 0; k <= 100; k++) {
    const { VP, VA } = bestResponse(instance, linearContract(instance, k / 100));
    const value = VP[instance.start]!;
    if (value > best.value + 1e-9) {
      best = { share: k / 100, value, rent: VA[instance.start]! };
    }
  }
  return best;
}

/** Expected values of both sides under one way of paying. */
export interface BenchmarkRow {
  /** The way of paying, in words. */
  plan: string;
  principal: number;
  agent: number;
  [column: string]: string | number;
}

/**
 * The optimal plan of an instance beside its benchmarks: an agent that does not look ahead, a fixed share of the
 * revenue (where revenue is seen), no contract, payments that may be negative, and first best.
 */
export function benchmarkRows(instance: Instance): BenchmarkRow[] {
  const found = plan(instance);
  const shortSighted = plan(withSettings(instance, { concept: "myopic", agent: "myopic" }));
  const share = bestShare(instance);
  const nothing = zeroContract(instance);
  const negative = withoutLimitedLiability(instance);
  return [
    { plan: "optimal contracts", principal: found.value, agent: found.rent },
    { plan: "the agent is myopic", principal: shortSighted.value, agent: shortSighted.rent },
    ...(share === undefined ? [] : [{
      plan: `a share of ${share.share} of the revenue`,
      principal: share.value,
      agent: share.rent,
    }]),
    {
      plan: "no contract",
      principal: nothing.VP[instance.start]!,
      agent: nothing.VA[instance.start]!,
    },
    { plan: "payments may be negative", principal: negative.value, agent: negative.rent },
    { plan: "first best", principal: firstBest(instance).value, agent: 0 },
  ];
}

/** One payment of a plan. */
export interface PaymentRow {
  /** The state, with the action that the plan induces in it. */
  state: string;
  next: string;
  /** What is paid when the next state is reached. */
  payment: number;
  [column: string]: string | number;
}

/**
 * The optimal payments of one step, for every state and next state.
 *
 * @param h the step, from 0
 * @throws {RangeError} for a step that the instance has not.
 */
export function paymentRows(instance: Instance, h: number): PaymentRow[] {
  const { n, H, labels } = instance;
  if (!(Number.isInteger(h) && h >= 0 && h < H)) {
    throw new RangeError(`paymentRows: got step ${h}, expected 0 to ${H - 1}`);
  }
  const found = plan(instance);
  const nameOf = (step: number, s: number) => labels.states?.[step]?.[s] ?? `state ${s}`;
  return Array.from({ length: n * n }, (_, k) => {
    const [s, next] = [Math.floor(k / n), k % n];
    const action = found.rec[h * n + s]!;
    return {
      state: `${nameOf(h, s)}: ${labels.actions?.[action] ?? `action ${action}`}`,
      next: nameOf(h + 1, next),
      payment: found.contracts[(h * n + s) * n + next]!,
    };
  });
}
