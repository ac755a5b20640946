/** Planned costs: the three printed rows, and the ratio of operations. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { costRatio, plannedCost } from "offprint/papers/treebon/mod.ts";

Deno.test("token counts are the printed ones", () => {
  for (
    const [n, maxTokens, policy, incremental, rescoring, parents] of [
      [128, 192, 24576, 18432, 36864, 32],
      [8, 192, 1536, 1152, 2304, 2],
      [128, 384, 49152, 36864, 73728, 32],
    ] as const
  ) {
    const cost = plannedCost({ n, children: 4, layers: 4, maxTokens });
    assertEquals(
      [cost.policy, cost.incremental, cost.rescoring, cost.reward, cost.parents],
      [policy, incremental, rescoring, policy, parents],
    );
    assertAlmostEquals(costRatio(cost), 1.375, 1e-12);
  }
  assertEquals(costRatio(plannedCost({ n: 128, children: 4, layers: 1, maxTokens: 192 })), 1);
});
