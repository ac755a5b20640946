/**
 * Planning: backward induction over least payments.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { commitment } from "./commitment.ts";
import type { Instance } from "../instance/instance.ts";
import { emptyPlan, finished, type Plan, type PlanOptions, StatePlanner } from "./state_planner.ts";

/**
 * The optimal contracts of an instance under its own `concept`.
 *
 * Recursive and myopic: for h = H … 1 and each state, the least payment ζ(a) of every action given the
 * agent's continuation, then the action with the largest `P(r + δ_P V^P) − ζ`: `H·n·m` small linear
 * programs. Markov commitment: brute force, see {@linkcode commitment}.
 * (Our reconstruction of the paper's least-payment Bellman equations.)
 *
 * @throws {UserError} when a forced action cannot be induced.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { farsightedExample } from "offprint/contracts/instance/mod.ts";
 * import { plan } from "offprint/contracts/planning/mod.ts";
 *
 * assertAlmostEquals(plan(farsightedExample()).value, 1.89);
 * assertAlmostEquals(plan(farsightedExample({ concept: "markov" })).value, 1.94);
 * ```
 */
export function plan(instance: Instance, options: PlanOptions = {}): Plan {
  if (instance.concept === "markov" && options.forced === undefined) {
    return commitment(instance, options);
  }
  const { H, n } = instance;
  const result = emptyPlan(instance);
  const planner = new StatePlanner(instance, options);
  for (let h = H - 1; h >= 0; h--) {
    for (let s = 0; s < n; s++) {
      const forced = options.forced?.[h * n + s] ?? -1;
      if (!planner.fill(result, h, s, forced)) {
        throw new UserError({
          what: `plan of ${instance.name}: forced action at (h=${h + 1}, s=${s})`,
          got: forced,
          expected: "an action that some contract induces",
          todo: "See inducingContract for the reason.",
        });
      }
    }
  }
  return finished(instance, result);
}
