/**
 * Planning when the principal commits to the contracts of all steps before the first one.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { type Instance, reachable } from "../instance/instance.ts";
import { evaluate } from "./evaluate.ts";
import { cheapestContracts } from "./joint_program.ts";
import { emptyPlan, finished, type Plan, type PlanOptions, StatePlanner } from "./state_planner.ts";

/** More deterministic policies than this are refused. */
const POLICY_LIMIT = 2_000_000;

/** And more than this where each of them is a linear program of all steps. */
const JOINT_POLICY_LIMIT = 20_000;

/**
 * The best deterministic Markov contracts under commitment, by brute force: force every choice of
 * recommended actions at the states that can be reached, run the least-payment recursion with it, keep
 * the largest value in the start state. A worse contract later can pay when it lowers the rent the
 * agent expects and so what has to be paid earlier.
 *
 * Exact when payments are not capped: the least payment leaves the smallest rent for a given action,
 * and any higher rent in s′ can be paid on the transition into s′ instead, which is
 * no dearer as long as the principal is at least as patient as a far-sighted agent. Where it is less
 * patient (δ_P < δ_A) paying later is cheaper, so that all steps hang together: then each policy is one linear
 * program of all payments ({@linkcode cheapestContracts}), exact with caps too.
 *
 * @throws {UserError} when there are more than {@linkcode POLICY_LIMIT} policies
 * ({@linkcode JOINT_POLICY_LIMIT} where each is a linear program), or when a less patient principal could
 * borrow from its agent without end (`liability: "none"`).
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
  const joint = instance.agent === "farsighted" && instance.deltaP < instance.deltaA && H > 1;
  if (joint && options.liability === "none") {
    throw new UserError({
      what: `Markov commitment of ${instance.name}`,
      got: new Described(
        `deltaP ${instance.deltaP} < deltaA ${instance.deltaA} with payments below 0`,
      ),
      expected: "a principal at least as patient as the agent, or payments of at least 0",
      todo:
        "Raise deltaP to deltaA, or leave liability out: with payments below 0 such a principal borrows without limit.",
    });
  }
  const limit = joint ? JOINT_POLICY_LIMIT : POLICY_LIMIT;
  if (m ** decisions > limit) {
    throw new UserError({
      what: `Markov commitment of ${instance.name}`,
      got: new Described(`${m}^${decisions} deterministic policies`),
      expected: `at most ${limit}`,
      todo: "Use fewer steps, states or actions, or concept recursive.",
    });
  }
  if (joint) return jointCommitment(instance, options, reached, choices);
  const planner = new StatePlanner(instance, options);
  const trial = emptyPlan(instance);
  const best = new Int32Array(H * n);
  let bestValue = -Infinity;
  const keep = () => {
    // A tie within rounding keeps the policy that came first.
    if (!(trial.VP[instance.start]! > bestValue + 1e-12)) return;
    bestValue = trial.VP[instance.start]!;
    best.set(trial.rec);
  };
  // Backwards from the last step: a state's plan needs those of all later states.
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

/** The best policy when each one's contracts are found together. */
function jointCommitment(
  instance: Instance,
  options: PlanOptions,
  reached: Uint8Array,
  choices: readonly (readonly number[])[],
): Plan {
  const { H, n, m } = instance;
  const places = choices.flatMap((states, h) => states.map((s) => h * n + s));
  const actions = new Int32Array(H * n);
  let best: { actions: Int32Array; contracts: Float64Array; value: number } | undefined;
  for (let policy = 0; policy < m ** places.length; policy++) {
    let rest = policy;
    for (const at of places) {
      actions[at] = rest % m;
      rest = Math.floor(rest / m);
    }
    const contracts = cheapestContracts(instance, actions, reached, options.margin);
    if (contracts === undefined) continue;
    const value = evaluate(instance, contracts, actions).VP[instance.start]!;
    if (best !== undefined && !(value > best.value + 1e-12)) continue;
    best = { actions: actions.slice(), contracts, value };
  }
  // Doing nothing costs nothing, so some policy is always induced unless a margin is asked for.
  if (best === undefined) {
    throw new UserError({
      what: `Markov commitment of ${instance.name}`,
      got: new Described("no policy that contracts induce"),
      expected: "at least one",
      todo: "Lower the margin or raise the cap.",
    });
  }
  const visited = evaluate(instance, best.contracts, best.actions).visits;
  const planner = new StatePlanner(instance, options);
  const result = emptyPlan(instance);
  for (let h = H - 1; h >= 0; h--) {
    for (let s = 0; s < n; s++) {
      const at = h * n + s;
      const action = reached[at] === 1 ? best.actions[at]! : -1;
      // Off the path the least rent deters best, and costs nothing.
      planner.fill(result, h, s, action);
      if (!(visited[at]! > 0)) continue;
      adopt(instance, result, h, s, action, best.contracts.subarray(at * n, (at + 1) * n));
    }
  }
  return finished(instance, result);
}

/** Puts a given contract and action at `(h, s)` of a plan. */
function adopt(
  { n, m, P, r, c, deltaA, deltaP }: Instance,
  plan: Plan,
  h: number,
  s: number,
  action: number,
  contract: Float64Array,
): void {
  const at = h * n + s, own = (at * m + action) * n;
  let pay = 0, principal = 0, agent = -c[at * m + action]!;
  for (let i = 0; i < n; i++) {
    const p = P[own + i]!, later = (h + 1) * n + i;
    pay += p * contract[i]!;
    principal += p * (r[own + i]! - contract[i]! + deltaP * plan.VP[later]!);
    agent += p * (contract[i]! + deltaA * plan.VA[later]!);
  }
  plan.contracts.set(contract, at * n);
  plan.rec[at] = action;
  plan.zeta[at * m + action] = pay;
  plan.Q[at * m + action] = principal;
  plan.VP[at] = principal;
  plan.VA[at] = agent;
}
