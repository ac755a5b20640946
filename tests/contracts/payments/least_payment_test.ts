import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  hasConvexDistribution,
  hasMonotoneLikelihoodRatio,
  lawAt,
  oneStepExample,
} from "offprint/contracts/instance/mod.ts";
import {
  incentiveRows,
  leastPayment,
  type LeastPaymentProblem,
  LeastPaymentSolver,
} from "offprint/contracts/payments/mod.ts";
import { stream } from "offprint/random.ts";
import { randomProblem } from "../random_problem.ts";
import { zetaOf } from "./some_programs.ts";

const C1: Pick<LeastPaymentProblem, "laws" | "costs"> = {
  laws: [[0.7, 0.2, 0.1], [0.4, 0.4, 0.2], [0.1, 0.3, 0.6]],
  costs: [0, 0.1, 0.3],
};

Deno.test("the one-step example: the least payments, rents and multipliers of the worked example", () => {
  const expected = [[0, 0, [0, 0, 0]], [0.2, 0.1, [2, 0, 0]], [0.36, 0.06, [1.2, 0, 0]]] as const;
  expected.forEach(([zeta, rent, multipliers], action) => {
    const solved = leastPayment({ ...C1, action });
    assert(solved.feasible);
    assertAlmostEquals(solved.zeta, zeta, 1e-12);
    assertAlmostEquals(solved.rent, rent, 1e-12);
    multipliers.forEach((value, b) => assertAlmostEquals(solved.multipliers[b]!, value, 1e-12));
  });
});

Deno.test("the one-step example: every point of the degenerate optimal face pays the same", () => {
  for (const u of [0, 0.2, 5 / 9]) {
    const x = [0, 0.5 - 0.5 * u, u];
    const law = C1.laws[1]!;
    assertAlmostEquals(x.reduce((sum, pay, i) => sum + pay * law[i]!, 0), 0.2, 1e-12);
    const { rows, gaps } = incentiveRows({ ...C1, action: 1 });
    for (let b = 0; b < 2; b++) {
      const slack = x.reduce((sum, pay, i) => sum + pay * rows[b * 3 + i]!, 0) - gaps[b]!;
      assert(slack >= -1e-12, `slack ${slack} at u = ${u}`);
    }
  }
});

Deno.test("the one-step example: caps bind below 0.6 and rule action 2 out at 0.55", () => {
  for (const cap of [0.3, 0.5, 0.55]) {
    assertEquals(zetaOf({ ...C1, action: 2, cap }), Infinity, `cap ${cap}`);
  }
  const expected: [number, number, number[]][] = [
    [0.58, 0.378, [0, 0.1, 0.58]],
    [0.59, 0.369, [0, 0.05, 0.59]],
    [0.6, 0.36, [0, 0, 0.6]],
    [1, 0.36, [0, 0, 0.6]],
  ];
  for (const [cap, zeta, contract] of expected) {
    const solved = leastPayment({ ...C1, action: 2, cap });
    assert(solved.feasible);
    assertAlmostEquals(solved.zeta, zeta, 1e-12);
    contract.forEach((pay, i) => assertAlmostEquals(solved.contract[i]!, pay, 1e-12));
  }
});

Deno.test("the least payment is non-decreasing, convex and piecewise linear in the margin, with slope Σλ", () => {
  assertAlmostEquals(zetaOf({ ...C1, action: 1, margin: 0.01 }), 0.22, 1e-12);
  assertAlmostEquals(zetaOf({ ...C1, action: 2, margin: 0.01 }), 0.372, 1e-12);
  assertAlmostEquals(zetaOf({ ...C1, action: 1, margin: 0.05 }), 0.3, 1e-12);
  assertAlmostEquals(zetaOf({ ...C1, action: 2, margin: 0.05 }), 0.42, 1e-12);
  for (let index = 0; index < 150; index++) {
    const problem = { ...randomProblem(3, index), margin: 0, cap: Infinity };
    const at = (margin: number) => leastPayment({ ...problem, margin });
    const [left, middle, right] = [at(0.02), at(0.03), at(0.04)];
    if (!left.feasible || !middle.feasible || !right.feasible) {
      // A mixture of equal effective cost survives margin 0 only: infeasible once, infeasible from there on.
      assert(left.feasible || !middle.feasible, `problem ${index}`);
      assert(middle.feasible || !right.feasible, `problem ${index}`);
      continue;
    }
    assert(left.zeta <= middle.zeta + 1e-9 && middle.zeta <= right.zeta + 1e-9);
    assert(2 * middle.zeta <= left.zeta + right.zeta + 1e-9 * (1 + right.zeta), `problem ${index}`);
    const slope = middle.multipliers.reduce((sum, lambda) => sum + lambda, 0);
    const tolerance = 1e-7 * (1 + slope);
    assert(slope <= (right.zeta - middle.zeta) / 0.01 + tolerance, `problem ${index}`);
    assert(slope >= (middle.zeta - left.zeta) / 0.01 - tolerance, `problem ${index}`);
  }
});

Deno.test("removing a rival or splitting an outcome never raises the least payment", () => {
  for (let index = 0; index < 300; index++) {
    const problem = { ...randomProblem(4, index), margin: 0 };
    const { laws, costs, action, continuation } = problem;
    const whole = zetaOf(problem);
    const tolerance = whole === Infinity ? 0 : 1e-9 * (1 + whole);
    if (laws.length > 2) {
      const gone = (action + 1) % laws.length;
      const kept = laws.map((_, b) => b).filter((b) => b !== gone);
      const fewer = zetaOf({
        ...problem,
        laws: kept.map((b) => laws[b]!),
        costs: kept.map((b) => costs[b]!),
        action: kept.indexOf(action),
      });
      assert(fewer <= whole + tolerance, `problem ${index}`);
    }
    const random = stream(4, "tests", "split", index);
    const shares = laws.map(() => random.uniform());
    const split = zetaOf({
      ...problem,
      laws: laws.map((law, b) => [
        law[0]! * shares[b]!,
        law[0]! * (1 - shares[b]!),
        ...Array.from(law).slice(1),
      ]),
      ...(continuation === undefined
        ? {}
        : { continuation: [continuation[0]!, ...Array.from(continuation)] }),
    });
    assert(split <= whole + tolerance, `problem ${index}: ${split} > ${whole}`);
  }
});

Deno.test("under MLRP and CDFP only the next lower action competes and only the best outcome is paid", () => {
  let tried = 0;
  for (let index = 0; tried < 50 && index < 4000; index++) {
    const random = stream(5, "tests", "ordered", index);
    // Mixtures of a bad and a good law at decreasing returns to cost.
    const bad = [0.6, 0.3, 0.1], good = [0.1, 0.3, 0.6];
    const shares = [0, 0.2 + 0.4 * random.uniform(), 0.7 + 0.3 * random.uniform()];
    const laws = shares.map((share) => bad.map((p, i) => (1 - share) * p + share * good[i]!));
    const costs = [0, 0.05 * random.uniform(), 0.05 + 0.3 * random.uniform()];
    if (!hasMonotoneLikelihoodRatio(laws) || !hasConvexDistribution(laws, costs)) continue;
    tried++;
    for (let action = 1; action < 3; action++) {
      const solved = leastPayment({ laws, costs, action });
      assert(solved.feasible);
      const adjacent = (costs[action]! - costs[action - 1]!) /
        (laws[action]![2]! - laws[action - 1]![2]!);
      assertAlmostEquals(solved.zeta, laws[action]![2]! * adjacent, 1e-9);
    }
  }
  assert(tried >= 50);
  assert(!hasMonotoneLikelihoodRatio([[0.2, 0.5, 0.3], [0.3, 0.2, 0.5]]));
});

Deno.test("odd sizes: one action, one outcome, cap zero, equal rows", () => {
  assertEquals(zetaOf({ laws: [[0.5, 0.5]], costs: [0], action: 0 }), 0);
  assertEquals(zetaOf({ laws: [[1], [1]], costs: [0, 0.1], action: 1 }), Infinity);
  assertEquals(zetaOf({ laws: [[1], [1]], costs: [0, 0], action: 1 }), 0);
  assertEquals(zetaOf({ ...C1, action: 2, cap: 0 }), Infinity);
  assertEquals(zetaOf({ ...C1, action: 0, cap: 0 }), 0);
  const twins = { laws: [C1.laws[0]!, C1.laws[2]!, C1.laws[2]!], costs: [0, 0.3, 0.3], action: 2 };
  assertAlmostEquals(zetaOf(twins), 0.36, 1e-12);
});

Deno.test("an impossible outcome (Pa = 0) makes the dual degenerate and is never paid", () => {
  const problem: LeastPaymentProblem = {
    laws: [[0.5, 0.5, 0, 0], [0, 0.4, 0.6, 0], [0.2, 0.2, 0.2, 0.4]],
    costs: [0, 0.2, 0.1],
    action: 1,
  };
  const solved = leastPayment(problem);
  assert(solved.feasible);
  assertEquals(solved.contract[0], 0);
  assertEquals(solved.contract[3], 0);
});

Deno.test("one solver serves many problems without leaving anything behind", () => {
  const solver = new LeastPaymentSolver(3, 2);
  const first = incentiveRows({ ...C1, action: 2 });
  solver.solve(first.Pa, first.rows, first.gaps, 2);
  const fresh = [...solver.contract, solver.zeta, ...solver.multipliers];
  const other = incentiveRows({ ...C1, action: 1 });
  solver.solve(other.Pa, other.rows, other.gaps, 2, 0.45);
  solver.solve(first.Pa, first.rows, first.gaps, 2);
  assertEquals([...solver.contract, solver.zeta, ...solver.multipliers], fresh);
});

Deno.test("wrong shapes are refused", () => {
  assertThrows(() => leastPayment({ ...C1, action: 3 }), RangeError, "action 3");
  assertThrows(() => leastPayment({ ...C1, costs: [0], action: 0 }), RangeError, "1 costs");
  assertThrows(
    () => leastPayment({ ...C1, action: 1, continuation: [0] }),
    RangeError,
    "continuation of 1",
  );
  assertThrows(() => leastPayment({ ...C1, action: 1, cap: -1 }), RangeError, "cap -1");
  assertThrows(() => leastPayment({ ...C1, action: 1, margin: NaN }), RangeError, "margin NaN");
});

Deno.test("laws are views into the instance", () => {
  assertEquals([...lawAt(oneStepExample(), 0, 0, 2)], [0.1, 0.3, 0.6]);
});
