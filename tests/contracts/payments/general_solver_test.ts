import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  incentiveRows,
  leastPayment,
  linearProgram,
  loadGeneralSolver,
} from "offprint/contracts/payments/mod.ts";
import { randomProblem } from "../random_problem.ts";

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
