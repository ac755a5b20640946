import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { farsightedExample, oneStepExample } from "offprint/contracts/instance/mod.ts";
import { bestLinearContract, plan } from "offprint/contracts/planning/mod.ts";
import {
  benchmarkRows,
  bestShare,
  contentPlatform,
  dataLabelling,
  paymentRows,
} from "offprint/papers/contractual_rl/mod.ts";

Deno.test("the best share on the grid is next to the exact one, and never better", () => {
  const exact = bestLinearContract(oneStepExample());
  const share = bestShare(oneStepExample())!;
  assertAlmostEquals(share.share, exact.alpha, 0.01);
  assert(share.value <= exact.value + 1e-12 && share.value > exact.value - 0.01);
});

Deno.test("where the reward depends on the action there is no share", () => {
  assertEquals(bestShare(dataLabelling()), undefined);
  assertEquals(benchmarkRows(dataLabelling()).map(({ plan }) => plan), [
    "optimal contracts",
    "the agent is myopic",
    "no contract",
    "payments may be negative",
    "first best",
  ]);
});

Deno.test("benchmarks of the two-step example, by hand", () => {
  const rows = benchmarkRows(farsightedExample());
  const row = (name: string) => rows.find(({ plan }) => plan === name)!;
  assertAlmostEquals(row("optimal contracts").principal, 1.89, 1e-9);
  assertAlmostEquals(row("optimal contracts").agent, 0.27, 1e-9);
  assertAlmostEquals(row("the agent is myopic").principal, 1.91, 1e-9);
  // Shirking all the way: G with 0.3, then success with 0.5 or 0.3.
  assertAlmostEquals(row("no contract").principal, 3 * (0.3 * 0.5 + 0.7 * 0.3), 1e-12);
  assertAlmostEquals(row("first best").principal, 2.16, 1e-9);
});

Deno.test("payments of a step are those of the plan, with names", () => {
  const rows = paymentRows(farsightedExample(), 1);
  assertEquals(rows.map(({ state, next }) => `${state} → ${next}`), [
    "good: work → no",
    "good: work → yes",
    "bad: work → no",
    "bad: work → yes",
  ]);
  const { contracts } = plan(farsightedExample());
  assertEquals(rows.map(({ payment }) => payment), [...contracts.subarray(4, 8)]);
  assertEquals(paymentRows(contentPlatform(), 0).length, 9);
  assertThrows(() => paymentRows(farsightedExample(), 2), RangeError, "got step 2");
});
