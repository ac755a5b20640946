import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { leastPayment, type LeastPaymentProblem } from "offprint/contracts/payments/mod.ts";
import { randomProblem } from "../random_problem.ts";
import { zetaOf } from "./some_programs.ts";

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
