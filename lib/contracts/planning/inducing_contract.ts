/**
 * A contract for one chosen action of an instance, or a sentence that says why there is none.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { implementability, smallestCap } from "./implementability.ts";
import { costsAt, type Instance, lawAt, placeOf } from "../instance/instance.ts";
import {
  type LeastPayment,
  leastPayment,
  type LeastPaymentProblem,
} from "../payments/least_payment.ts";
import type { Plan } from "./state_planner.ts";

/** The least-payment problem of action a at (h, s), with the continuation of a plan (none: nothing follows). */
export function problemAt(
  instance: Instance,
  h: number,
  s: number,
  a: number,
  plan?: Pick<Plan, "VA">,
): LeastPaymentProblem {
  const { n, m, agent, deltaA, cap } = instance;
  const seen = agent === "farsighted" ? deltaA : 0;
  return {
    laws: Array.from({ length: m }, (_, b) => lawAt(instance, h, s, b)),
    costs: costsAt(instance, h, s),
    action: a,
    cap,
    ...(plan === undefined
      ? {}
      : { continuation: plan.VA.slice((h + 1) * n, (h + 2) * n).map((value) => seen * value) }),
  };
}

/**
 * The least payment for action a at step index h in state s.
 *
 * @param plan whose values the agent expects afterwards; none: nothing follows
 * @throws {UserError} when no contract induces the action: names `(h, s, a)`, and either the mixture of
 * other actions that does the same more cheaply, or the smallest cap that would suffice.
 */
export function inducingContract(
  instance: Instance,
  h: number,
  s: number,
  a: number,
  plan?: Pick<Plan, "VA">,
): Extract<LeastPayment, { feasible: true }> {
  const { H, n, m } = instance;
  const inside = (value: number, size: number) =>
    Number.isInteger(value) && value >= 0 && value < size;
  if (!inside(h, H) || !inside(s, n) || !inside(a, m)) {
    throw new UserError({
      what: `contract of ${instance.name}`,
      got: placeOf(h, s, a),
      expected: `h from 1 to ${H}, s from 0 to ${n - 1}, a from 0 to ${m - 1}`,
    });
  }
  const problem = problemAt(instance, h, s, a, plan);
  const solved = leastPayment(problem);
  if (solved.feasible) return solved;
  const what = `contract of ${instance.name} inducing ${placeOf(h, s, a)}`;
  // Two reasons are left: no payment at all would do it, or only one above the cap.
  const possible = implementability(problem);
  if (!possible.implementable) {
    const parts = [...possible.mixture].flatMap((weight, b) =>
      weight > 1e-12 ? [`${round(weight)} of a=${b}`] : []
    );
    throw new UserError({
      what,
      got: new Described(
        `effective cost ${round(possible.cost)}; ${parts.join(" + ")} does the same for ${
          round(possible.mixtureCost)
        }`,
      ),
      expected: "an action that no mixture of others replaces at a smaller cost",
      todo: "Induce another action, or lower this one's cost.",
    });
  }
  throw new UserError({
    what,
    got: new Described(`cap ${instance.cap}`),
    expected: `a cap of at least ${Number(smallestCap(problem).toPrecision(6))}`,
    todo: "Raise cap or induce another action.",
  });
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
