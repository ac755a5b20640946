import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { ONE_STEP, oneStepExample, withCostScale } from "offprint/contracts/instance/mod.ts";
import { leastPayment } from "offprint/contracts/payments/mod.ts";
import { bestResponse } from "offprint/contracts/planning/mod.ts";
import { answerTo, contractsExploration } from "offprint/papers/contractual_rl/mod.ts";

Deno.test("the figure's agent answers as the library's does, ties included", () => {
  for (const scale of [0.5, 1, 1.3, 2]) {
    const instance = withCostScale(oneStepExample(), scale);
    for (let middle = 0; middle <= 12; middle++) {
      for (let best = 0; best <= 12; best++) {
        const contract = [0, middle / 10, best / 10];
        const all = Float64Array.from({ length: 9 }, (_, i) => contract[i % 3]!);
        const { actions, VA, VP } = bestResponse(instance, all);
        const own = answerTo(contract, scale);
        const what = `costs × ${scale}, contract ${contract}`;
        assertEquals(own.action, actions[instance.start], what);
        assertAlmostEquals(own.kept, VP[instance.start]!, 1e-9, what);
        assertAlmostEquals(Math.max(...own.utilities), VA[instance.start]!, 1e-9, what);
      }
    }
  }
});

Deno.test("cheapest contracts pay nothing on the worst outcome, so the picture leaves none out", () => {
  const { start, controls, draw } = contractsExploration;
  const costs = controls["costs"]!, wanted = controls["wanted"]!;
  assert(costs.kind === "range" && wanted.kind === "choice");
  assertEquals(wanted.options, ONE_STEP.actions);
  for (let scale = costs.min; scale <= costs.max + 1e-9; scale += costs.step) {
    ONE_STEP.actions.forEach((name, action) => {
      const least = leastPayment({
        laws: ONE_STEP.laws,
        costs: ONE_STEP.costs.map((cost) => scale * cost),
        action,
      });
      assert(least.feasible);
      assertEquals(least.contract[0], 0);
      const drawn = draw({ ...start, costs: scale, wanted: name });
      const zeta = drawn.readings.find(({ label }) => label.startsWith("least expected payment"))!;
      assertAlmostEquals(zeta.value, least.zeta, 1e-12);
      // Under the contract that the program finds no action is better for the agent.
      const { utilities } = answerTo([...least.contract], scale);
      assertAlmostEquals(utilities[action]!, Math.max(...utilities), 1e-9, `${name}, ${scale}`);
    });
  }
});
