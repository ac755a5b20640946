/**
 * Planning when the principal commits to the contracts of all steps before the first one.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { type Instance, reachable } from "../instance/instance.ts";
import { emptyPlan, finished, type Plan, type PlanOptions, StatePlanner } from "./plan.ts";

/** More deterministic policies than this are refused. */
export const POLICY_LIMIT = 2_000_000;

/**
 * The best deterministic Markov contracts under commitment, by brute force: force every choice of
 * recommended actions at the states that can be reached, run the least-payment recursion with it, keep
 * the largest value in the start state. A worse contract later can pay when it lowers the rent the
 * agent expects and so what has to be paid earlier.
 *
 * Exact when payments are not capped: the least payment leaves the smallest rent for a given action,
 * and any higher rent in s′ can be paid on the transition into s′ instead (property P6 of the spec).
 *
 * @throws {UserError} when there are more than {@linkcode POLICY_LIMIT} policies.
 */
export function commitment(instance: Instance, options: PlanOptions = {}): Plan {
  const { H, n, m } = instance;
  const reached = reachable(instance);
  const choices: number[][] = Array.from({ length: H }, (_, h) => {
    const states: number[] = [];
    for (let s = 0; s < n; s++) if (reached[h * n + s] === 1) states.push(s);
    return states;
  });
  const decisions = choices.reduce((sum, states) => sum + states.length, 0);
  if (m ** decisions > POLICY_LIMIT) {
    throw new UserError({
      what: `Markov commitment of ${instance.name}`,
      got: new Described(`${m}^${decisions} deterministic policies`),
      expected: `at most ${POLICY_LIMIT}`,
      todo: "Use fewer steps, states or actions, or concept recursive.",
    });
  }
  const planner = new StatePlanner(instance, options);
  const trial = emptyPlan(instance);
  const best = new Int32Array(H * n);
  let bestValue = -Infinity;
  const keep = () => {
    if (!(trial.VP[instance.start]! > bestValue + 1e-12)) return;
    bestValue = trial.VP[instance.start]!;
    best.set(trial.rec);
  };
  const settle = (h: number, index: number): void => {
    if (h < 0) return keep();
    const states = choices[h]!;
    if (index === states.length) return settle(h - 1, 0);
    const s = states[index]!;
    for (let a = 0; a < m; a++) {
      if (planner.fill(trial, h, s, a, false)) settle(h, index + 1);
    }
  };
  settle(H - 1, 0);
  const result = emptyPlan(instance);
  for (let h = H - 1; h >= 0; h--) {
    for (let s = 0; s < n; s++) {
      planner.fill(result, h, s, reached[h * n + s] === 1 ? best[h * n + s] : -1);
    }
  }
  return finished(instance, result);
}
