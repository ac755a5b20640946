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
  linearProgram,
  loadGeneralSolver,
  Tableau,
} from "offprint/contracts/payments/mod.ts";
import { stream } from "offprint/random.ts";
import { randomProblem } from "../random_problem.ts";

const C1: Pick<LeastPaymentProblem, "laws" | "costs"> = {
  laws: [[0.7, 0.2, 0.1], [0.4, 0.4, 0.2], [0.1, 0.3, 0.6]],
  costs: [0, 0.1, 0.3],
};

function zetaOf(problem: LeastPaymentProblem): number {
  const solved = leastPayment(problem);
  return solved.feasible ? solved.zeta : Infinity;
}

/** The simplex alone, whatever closed form would have served. */
function simplexZeta(problem: LeastPaymentProblem): number {
  // A third row that repeats the first and a third outcome that never happens rule the closed forms out.
  const laws = problem.laws.map((law) => [...Array.from(law), 0]);
  return zetaOf({
    ...problem,
    laws: [...laws, laws[problem.action === 0 ? 1 : 0]!],
    costs: [...Array.from(problem.costs), problem.costs[problem.action === 0 ? 1 : 0]!],
    ...(problem.continuation === undefined
      ? {}
      : { continuation: [...Array.from(problem.continuation), 0] }),
  });
}

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

Deno.test("the closed forms for two actions and for two outcomes equal the simplex", () => {
  let solvedBoth = 0;
  for (let index = 0; index < 600; index++) {
    const problem = randomProblem(9, index);
    const two = index % 2 === 0;
    const small: LeastPaymentProblem = two
      ? {
        ...problem,
        laws: problem.laws.slice(0, 2),
        costs: Array.from(problem.costs).slice(0, 2),
        action: index % 4 === 0 ? 1 : 0,
      }
      : {
        ...problem,
        laws: problem.laws.map((law) => [1 - law[0]!, law[0]!]),
        ...(problem.continuation === undefined
          ? {}
          : { continuation: Array.from(problem.continuation).slice(0, 2) }),
      };
    const closed = zetaOf(small), simplex = simplexZeta(small);
    if (closed === Infinity || simplex === Infinity) assertEquals(closed, simplex, `${index}`);
    else {
      solvedBoth++;
      assertAlmostEquals(closed, simplex, 1e-9 * (1 + simplex), `problem ${index}`);
    }
  }
  assert(solvedBoth > 200, `only ${solvedBoth} feasible problems`);
});

Deno.test("two actions, no cap: all is paid where the likelihood ratio is smallest", () => {
  for (let index = 0; index < 200; index++) {
    const { laws } = randomProblem(10, index);
    const [Pb, Pa] = [laws[0]!, laws[1]!];
    const gap = 0.1;
    const ratio = Math.min(
      ...Array.from(Pa, (p, i) => p === 0 ? (Pb[i] === 0 ? Infinity : Infinity) : Pb[i]! / p),
    );
    const solved = leastPayment({ laws: [Pb, Pa], costs: [0, gap], action: 1 });
    if (ratio >= 1) assert(!solved.feasible);
    else {
      assert(solved.feasible);
      assertAlmostEquals(solved.zeta, gap / (1 - ratio), 1e-9 / (1 - ratio));
      assertEquals(solved.contract.filter((pay) => pay > 0).length, 1);
    }
  }
});

Deno.test("two outcomes with a continuation pay on failure when a more successful rival binds", () => {
  // Success is so well followed that the agent would overdo it: the middle action needs pay on failure.
  const solved = leastPayment({
    laws: [[0.8, 0.2], [0.5, 0.5], [0.2, 0.8]],
    costs: [0, 0.1, 0.25],
    action: 1,
    continuation: [0, 1],
  });
  assert(solved.feasible);
  assertEquals(solved.method, "two outcomes");
  assertAlmostEquals(solved.contract[0]!, 0.5, 1e-12);
  assertEquals(solved.contract[1], 0);
});

Deno.test("2 400 random programs agree with HiGHS, with zero duality gap or a Farkas certificate", async () => {
  const highs = await loadGeneralSolver();
  let infeasible = 0, capped = 0, pivots = 0;
  for (let index = 0; index < 2400; index++) {
    const problem = randomProblem(8, index);
    const ours = leastPayment(problem);
    const theirs = highs.zeta(problem);
    assertEquals(theirs < Infinity, ours.feasible, `problem ${index}`);
    const { Pa, rows, gaps } = incentiveRows(problem);
    const n = Pa.length, cap = problem.cap ?? Infinity;
    const weights = Array.from(ours.multipliers).filter((_, b) => b !== problem.action);
    const capValue = cap === Infinity
      ? 0
      : cap * ours.capPrices.reduce((sum, price) => sum + price, 0);
    const dual = weights.reduce((sum, lambda, b) => sum + lambda * gaps[b]!, 0) - capValue;
    for (let i = 0; i < n; i++) {
      const priced = weights.reduce((sum, lambda, b) => sum + lambda * rows[b * n + i]!, 0) -
        ours.capPrices[i]!;
      // Dual feasibility, or for a ray: no payment helps all weighted rows at once.
      assert(priced <= (ours.feasible ? Pa[i]! : 0) + 1e-9, `problem ${index}, outcome ${i}`);
    }
    if (ours.feasible) {
      const tolerance = 1e-9 * (1 + Math.abs(ours.zeta));
      assertAlmostEquals(ours.zeta, theirs, tolerance, `problem ${index}`);
      assertAlmostEquals(ours.zeta, dual, 1e-8 * (1 + ours.zeta), `problem ${index}`);
      assert(ours.contract.every((pay) => pay >= 0 && pay <= cap + 1e-12));
      const paid = ours.contract.filter((pay) => pay > 1e-12).length;
      if (cap === Infinity) assert(paid <= Math.min(n, gaps.length), `problem ${index}: ${paid}`);
      pivots = Math.max(pivots, ours.pivots);
      if (cap < Infinity && ours.contract.some((pay) => pay === cap)) capped++;
    } else {
      infeasible++;
      assert(dual > 1e-12, `problem ${index}: the certificate demands ${dual}`);
    }
  }
  assert(infeasible > 200 && capped > 50, `${infeasible} infeasible, ${capped} at the cap`);
  assert(pivots <= 60, `${pivots} pivots`);
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

Deno.test("the tableau maximises, prices its rows and finds rays", () => {
  const tableau = new Tableau(2, 2);
  tableau.reset(2, 2);
  // max 3a + 2b, a + b ≤ 4, a ≤ 3.
  for (const [row, column, value] of [[0, 0, 1], [0, 1, 1], [1, 0, 1]] as const) {
    tableau.set(row, column, value);
  }
  tableau.setBound(0, 4);
  tableau.setBound(1, 3);
  tableau.setProfit(0, 3);
  tableau.setProfit(1, 2);
  assertEquals(tableau.maximize(), "optimal");
  assertEquals(tableau.value, 11);
  const found = new Float64Array(2);
  tableau.solution(found);
  assertEquals([...found], [3, 1]);
  tableau.prices(found);
  assertEquals([...found], [2, 1]);
  tableau.reset(1, 2);
  tableau.set(0, 0, 1);
  tableau.set(0, 1, -1);
  tableau.setBound(0, 1);
  tableau.setProfit(0, 1);
  assertEquals(tableau.maximize(), "unbounded");
  tableau.ray(found);
  assertEquals([...found], [1, 1]);
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

Deno.test("laws that differ by little: solved here and by HiGHS, rows scaled", async () => {
  const highs = await loadGeneralSolver();
  const close = (got: number, expected: number, relative: number) =>
    assert(Math.abs(got / expected - 1) < relative, `${got}, expected ${expected}`);
  const rare = {
    laws: [[1, 0, 0], [1 - 2e-9, 1e-9, 1e-9], [1 - 1e-9, 1e-9, 0]],
    costs: [0, 3e-10, 2e-10],
    action: 1,
  };
  const paid = leastPayment(rare);
  assert(paid.feasible);
  close(paid.zeta, 3e-10, 1e-6);
  [0, 0.2, 0.1].forEach((pay, i) => assertAlmostEquals(paid.contract[i]!, pay, 1e-6));
  close(highs.zeta(rare), 3e-10, 1e-6);
  for (const d of [5e-12, 1e-10, 1e-9, 1e-7, 1e-3, 0.1]) {
    const twins = {
      laws: [[0.5, 0.5, 0], [0.5 - d, 0.5 + d, 0], [0.5 - d / 2, 0.5 + d / 2, 0]],
      costs: [0, 0.3 * d, 0.2 * d],
      action: 1,
    };
    const solved = leastPayment(twins);
    assert(solved.feasible, `${d}`);
    // Probabilities are rounded to 1e-16, of which d is a small multiple.
    const relative = 1e-9 + 1e-15 / d;
    close(solved.zeta, 0.3 * (0.5 + d), relative);
    close(highs.zeta(twins), 0.3 * (0.5 + d), relative);
    // Multipliers are those of the rows as they came: λ·gap is the payment.
    const { gaps } = incentiveRows(twins);
    close(solved.multipliers[0]! * gaps[0]! + solved.multipliers[2]! * gaps[1]!, solved.zeta, 1e-9);
  }
});

Deno.test("equal laws stay infeasible: what rounding leaves of them is no incentive", async () => {
  const highs = await loadGeneralSolver();
  const law = [0.1 + 0.2, 0.3, 0.4];
  const same = { laws: [law, [0.3, 0.3, 0.4], [0.2, 0.3, 0.5]], costs: [0, 0.1, 0.1], action: 1 };
  assert(law[0] !== 0.3 && !leastPayment(same).feasible);
  assertEquals(highs.zeta(same), Infinity);
  const pair = { laws: [law, [0.3, 0.3, 0.4]], costs: [0, 0.1], action: 1 };
  assert(!leastPayment(pair).feasible);
  // However little the rival with the same law is cheaper, no contract induces the action.
  for (const d of [5e-12, 1e-11, 1e-10, 1e-9, 1e-3]) {
    const wanted = [0.5 - d, 0.5 + d, 0];
    const rival = {
      laws: [[0.5, 0.5, 0], wanted, wanted],
      costs: [0, 0.3 * d, 0.2 * d],
      action: 1,
    };
    assert(!leastPayment(rival).feasible, `${d}`);
    assertEquals(highs.zeta(rival), Infinity, `${d}`);
  }
});

Deno.test("a program in text refuses incentives that HiGHS would drop", () => {
  const problem = { laws: [[0.5, 0.5], [0.5 - 1e-10, 0.5 + 1e-10]], costs: [0, 1e-11], action: 1 };
  assertThrows(() => linearProgram([problem]), RangeError, "HiGHS drops smaller ones");
});
