import { assertEquals } from "@std/assert";
import { Tableau } from "offprint/contracts/payments/mod.ts";

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
