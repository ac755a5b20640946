import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  discordantPairs,
  neededAlone,
  problemsExploration,
  PUBLISHED_GENERATION,
  PUBLISHED_MODELS,
  solved,
} from "offprint/papers/chipgpt_ft/mod.ts";
import { mcnemarExact } from "offprint/problems/mod.ts";

Deno.test("the figure starts at what the paper's table says of the 17 problems", () => {
  const rows = PUBLISHED_GENERATION.filter(({ set }) => set === "Thakur");
  const [ours, theirs] = ["ours-13B", "Thakur"].map((model) =>
    rows.map((row) => solved(row, PUBLISHED_MODELS.findIndex((name) => name === model)))
  );
  const [onlyFirst, onlySecond] = discordantPairs(rows, "ours-13B", "Thakur");
  const both = ours!.filter((is, i) => is && theirs![i]).length;
  const neither = rows.length - both - onlyFirst - onlySecond;
  assertEquals({ ...problemsExploration.start }, { both, onlyFirst, onlySecond, neither });
});

Deno.test("problems that do not decide leave p as it is; the coloured bars are p", () => {
  const p = (values: Record<string, number>) =>
    problemsExploration.draw({ ...problemsExploration.start, ...values }).readings
      .find(({ label }) => label === "McNemar's exact p")!.value;
  assertEquals(p({ both: 0, neither: 40 }), p({ both: 40, neither: 1 }));
  for (const [onlyFirst, onlySecond] of [[0, 0], [3, 1], [6, 0], [14, 2], [2, 14]] as const) {
    const n = onlyFirst + onlySecond;
    let extreme = 0, splits = 2 ** -n;
    for (let k = 0; k <= n; k++) {
      if (Math.max(k, n - k) >= Math.max(onlyFirst, onlySecond)) extreme += splits;
      splits *= (n - k) / (k + 1);
    }
    assertAlmostEquals(p({ onlyFirst, onlySecond }), Math.min(1, extreme), 1e-12);
  }
});

Deno.test("how many are needed alone is the least number with a small p", () => {
  for (const other of [0, 1, 2, 5]) {
    const needed = neededAlone(other);
    assertEquals(mcnemarExact(needed, other) < 0.05, true);
    assertEquals(mcnemarExact(needed - 1, other) < 0.05, false);
  }
  assertEquals([neededAlone(0), neededAlone(1)], [6, 8]);
});
