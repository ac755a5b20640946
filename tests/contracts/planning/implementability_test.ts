import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { farsightedExample, oneStepExample } from "offprint/contracts/instance/mod.ts";
import { leastPayment } from "offprint/contracts/payments/mod.ts";
import {
  implementability,
  incentiveSlack,
  inducibilityGap,
  inducingContract,
  plan,
  problemAt,
  robustContract,
  smallestCap,
} from "offprint/contracts/planning/mod.ts";
import { UserError } from "offprint/errors.ts";
import { randomProblem } from "../random_problem.ts";

const laws = [[0.7, 0.2, 0.1], [0.4, 0.4, 0.2], [0.1, 0.3, 0.6]];
const costs = [0, 0.1, 0.3];

Deno.test("the mixture action is replaced by half shirk, half full effort at cost 0.15", () => {
  const problem = { laws: [...laws, [0.4, 0.25, 0.35]], costs: [...costs, 0.2], action: 3 };
  const answer = implementability(problem);
  assert(!answer.implementable);
  [0.5, 0, 0.5, 0].forEach((weight, b) => assertAlmostEquals(answer.mixture[b]!, weight, 1e-12));
  assertAlmostEquals(answer.mixtureCost, 0.15, 1e-12);
  assertAlmostEquals(answer.cost, 0.2, 1e-12);
  // At the mixture's own cost it can be induced: Farkas asks for strictly less.
  assert(implementability({ ...problem, costs: [...costs, 0.15] }).implementable);
});

Deno.test("every mixture found on random problems has the same outcomes at a smaller effective cost", () => {
  let found = 0;
  for (let index = 0; index < 600; index++) {
    const problem = { ...randomProblem(2, index), margin: 0, cap: Infinity };
    const answer = implementability(problem);
    if (answer.implementable) continue;
    found++;
    const { action, laws } = problem;
    const n = laws[action]!.length;
    assertAlmostEquals(answer.mixture.reduce((sum, weight) => sum + weight, 0), 1, 1e-12);
    assert(answer.mixtureCost < answer.cost, `problem ${index}`);
    for (let i = 0; i < n; i++) {
      const mixed = laws.reduce((sum, law, b) => sum + answer.mixture[b]! * law[i]!, 0);
      assertAlmostEquals(mixed, laws[action]![i]!, 1e-8, `problem ${index}`);
    }
  }
  assert(found > 50, `${found} actions that cannot be induced`);
});

Deno.test("the inducibility gaps of the one-step example under caps 1 and 2", () => {
  const expected: [number, number[], number[][]][] = [
    [1, [0.4, 0.14, 0.2], [[1, 0, 0], [0, 1, 0.4], [0, 0, 1]]],
    [2, [0.7, 0.32, 0.6], []],
  ];
  for (const [cap, gaps, contracts] of expected) {
    gaps.forEach((gap, action) => {
      const found = inducibilityGap({ laws, costs, action, cap });
      assertAlmostEquals(found.gap, gap, 1e-12);
      assertAlmostEquals(
        incentiveSlack({ laws, costs, action }, found.contract),
        gap,
        1e-12,
      );
      contracts[action]?.forEach((pay, i) => assertAlmostEquals(found.contract[i]!, pay, 1e-12));
    });
  }
});

Deno.test("gap and least payment agree on whether a capped contract exists", () => {
  for (let index = 0; index < 400; index++) {
    const problem = { ...randomProblem(6, index), margin: 0, cap: 0.3 + (index % 10) / 5 };
    const { gap, contract } = inducibilityGap(problem);
    if (Math.abs(gap) < 1e-9) continue;
    assertEquals(leastPayment(problem).feasible, gap > 0, `problem ${index}`);
    assert(contract.every((pay) => pay >= -1e-12 && pay <= problem.cap + 1e-9));
    const needed = smallestCap(problem);
    if (Math.abs(needed - problem.cap) > 1e-9) {
      assertEquals(needed < problem.cap, gap > 0, `problem ${index}`);
    }
  }
});

Deno.test("the smallest cap of the one-step example's action 2 is 5/9, none helps the mixture", () => {
  assertAlmostEquals(smallestCap({ laws, costs, action: 2 }), 5 / 9, 1e-12);
  assertEquals(smallestCap({ laws, costs, action: 0 }), 0);
  const mixed = { laws: [...laws, [0.4, 0.25, 0.35]], costs: [...costs, 0.2], action: 3 };
  assertEquals(smallestCap(mixed), Infinity);
  const tight = leastPayment({ laws, costs, action: 2, cap: 5 / 9 + 1e-9 });
  assert(tight.feasible);
});

Deno.test("Lemma R on the one-step example: violation 0.05, gap 0.2, weight 0.2, slack exactly 0", () => {
  const { contract, lambda } = robustContract([0, 0, 0.5], [0, 0, 1], 0.05, 0.2);
  assertAlmostEquals(lambda, 0.2, 1e-15);
  assertAlmostEquals(contract[2]!, 0.6, 1e-12);
  assertAlmostEquals(incentiveSlack({ laws, costs, action: 2 }, [0, 0, 0.5]), -0.05, 1e-12);
  assertAlmostEquals(incentiveSlack({ laws, costs, action: 2 }, contract), 0, 1e-12);
});

Deno.test("a margin ε costs at most ε·cap/γ: 0.06 ≤ 0.25 on the one-step example, and on random problems", () => {
  const at = (margin: number) => leastPayment({ laws, costs, action: 2, cap: 1, margin });
  const [exact, safe] = [at(0), at(0.05)];
  assert(exact.feasible && safe.feasible);
  assertAlmostEquals(safe.zeta - exact.zeta, 0.06, 1e-12);
  assertAlmostEquals(0.05 / inducibilityGap({ laws, costs, action: 2, cap: 1 }).gap, 0.25, 1e-12);
  let tried = 0;
  for (let index = 0; index < 400; index++) {
    const problem = { ...randomProblem(7, index), cap: 2, margin: 0 };
    const { gap } = inducibilityGap(problem);
    if (!(gap > 1e-6)) continue;
    tried++;
    const margin = gap / 3;
    const [before, after] = [leastPayment(problem), leastPayment({ ...problem, margin })];
    assert(before.feasible && after.feasible, `problem ${index}`);
    assert(after.zeta - before.zeta <= margin * 2 / gap + 1e-9, `problem ${index}`);
  }
  assert(tried > 100);
});

Deno.test("what cannot be induced is told with its place, the reason and what to do", () => {
  assertThrows(
    () => inducingContract(oneStepExample({}, { mixture: true }), 0, 0, 3),
    UserError,
    "inducing (h=1, s=0, a=3): got effective cost 0.2; 0.5 of a=0 + 0.5 of a=2 does the same for 0.15",
  );
  assertThrows(
    () => inducingContract(oneStepExample({ cap: 0.5 }), 0, 1, 2),
    UserError,
    "inducing (h=1, s=1, a=2): got cap 0.5, expected a cap of at least 0.555556",
  );
  assertThrows(() => inducingContract(oneStepExample(), 1, 0, 0), UserError, "(h=2, s=0, a=0)");
});

Deno.test("the inducing contract of a later plan counts the agent's continuation", () => {
  const instance = farsightedExample();
  const found = plan(instance);
  assertAlmostEquals(inducingContract(instance, 0, 0, 1, found).zeta, 0.34, 1e-12);
  assertAlmostEquals(inducingContract(instance, 0, 0, 1).zeta, 0.32, 1e-12);
  assertEquals(problemAt(instance, 1, 0, 1, found).continuation?.length, 2);
});

Deno.test("impossible arguments are refused", () => {
  assertThrows(() => inducibilityGap({ laws, costs, action: 1 }), RangeError, "cap Infinity");
  assertThrows(() => robustContract([0], [1], -1, 1), RangeError, "violation -1");
  assertThrows(() => robustContract([0], [1, 2], 1, 1), RangeError, "1 and 2 payments");
});
