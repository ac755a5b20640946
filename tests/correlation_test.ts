import { assertAlmostEquals, assertEquals } from "@std/assert";
import { correlation, spearman } from "offprint/correlation.ts";

Deno.test("correlation by hand, and of a list that does not vary", () => {
  assertEquals(correlation([1, 1], [0, 1]), 0);
  assertAlmostEquals(correlation([1, 2, 3], [3, 2, 1]), -1, 1e-12);
});

Deno.test("ranks look at the order alone, and equal values share their mean rank", () => {
  assertEquals(spearman([1, 2, 3], [1, 10, 11]), 1);
  // Ranks 1, 2.5, 2.5, 4 against 1 to 4: 4.5 / √(5 · 4.5).
  assertAlmostEquals(spearman([1, 2, 3, 4], [0, 5, 5, 9]), 4.5 / Math.sqrt(22.5), 1e-12);
  assertEquals(spearman([1, 2], [3, 3]), 0);
});
