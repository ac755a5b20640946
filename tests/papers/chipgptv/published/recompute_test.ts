/** Aggregates of the printed tables, as they were recomputed independently of this code. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  contradictoryCells,
  gainByLevel,
  impossibleCells,
  machineTrends,
  pairedGain,
  printedDefects,
  PUBLISHED_DESIGNS,
  PUBLISHED_NEXT_TOKENS,
  recomputeColumns,
  recomputeNextTokens,
  recomputePrompts,
} from "offprint/papers/chipgptv/published/mod.ts";

function assertNear(got: readonly number[], expected: readonly number[], by: number): void {
  assertEquals(got.length, expected.length);
  got.forEach((value, at) => assertAlmostEquals(value, expected[at]!, by));
}

Deno.test("32 designs in three levels, 33 with next tokens, every cell in range", () => {
  const levels = Map.groupBy(PUBLISHED_DESIGNS, ({ level }) => level);
  assertEquals([...levels.values()].map(({ length }) => length), [10, 10, 12]);
  assertEquals(PUBLISHED_NEXT_TOKENS.length, 33);
  for (const { cells, prompts } of PUBLISHED_DESIGNS) {
    assertEquals(cells.length, 6);
    for (const value of [...cells.map(({ passed }) => passed), ...prompts.flat()]) {
      assertEquals(value >= 0 && value <= 100, true);
    }
  }
});

Deno.test("means of the cells, and the share of designs without an error", () => {
  const columns = recomputeColumns();
  assertNear(
    columns.map(({ meanFunction }) => meanFunction),
    [71.81, 46.88, 22.13, 22.88, 13.41, 3.13],
    0.006,
  );
  assertNear(
    columns.map(({ cleanDesigns }) => cleanDesigns),
    [84.38, 65.63, 25.00, 21.88, 15.63, 25.00],
    0.006,
  );
});

Deno.test("levels, prompts and next tokens", () => {
  const levels = (["logic", "arithmetic", "advanced"] as const).map(gainByLevel);
  assertNear(
    levels.flatMap(({ image, text }) => [image, text]),
    [89.8, 60, 60, 50, 66.7, 33.3],
    0.05,
  );
  const medium = recomputePrompts().find(({ model, prompt }) =>
    model === "GPT-4V" && prompt === "medium"
  )!;
  assertNear([medium.mean, medium.above], [56.25, 59.375], 1e-9);
  const tokens = recomputeNextTokens();
  assertNear(
    tokens.flatMap(({ image, text }) => [image, text]),
    [71.72, 63.64, 28.28, 20.20],
    0.006,
  );
  assertNear(tokens.map(({ z }) => z), [1.2, 1.3], 0.05);
});

Deno.test("image and text less text: three tests of the same 32 pairs", () => {
  const gpt = pairedGain(0), llama = pairedGain(1);
  assertEquals([gpt.wins, gpt.losses, gpt.ties], [10, 3, 19]);
  // Ranks 1, 2.5 (two), 8.5 (ten): the exact p is not that of the normal approximation.
  assertNear([gpt.sign, gpt.wilcoxon, gpt.wilcoxonNormal], [0.0923, 0.0166, 0.0135], 0.0001);
  assertNear([gpt.student.low, gpt.student.high], [6.0, 43.8], 0.06);
  assertNear([llama.student.low, llama.student.high], [-4.8, 23.8], 0.06);
  assertNear(
    [gpt.bootstrap.mean, gpt.bootstrap.low, gpt.bootstrap.high],
    [24.9375, 7.6875, 43.625],
    1e-9,
  );
  assertNear([llama.bootstrap.low, llama.bootstrap.high], [-3.8125, 23.9375], 1e-9);
});

Deno.test("what does not agree: two means, three syntax rates, one prompt average, cells", () => {
  assertEquals(impossibleCells().map(({ errors }) => errors).sort(), [10, 8]);
  const where = printedDefects().map((defect) => defect.where);
  assertEquals(where.filter((line) => line.startsWith("Table 3, function,")).length, 2);
  assertEquals(where.filter((line) => line.startsWith("Table 3, syntax,")).length, 3);
  assertEquals(where.filter((line) => line.startsWith("Table 5,")).length, 1);
  assertEquals(where.filter((line) => line.startsWith("Tables 3 and 5,")).length, 4);
  assertEquals(contradictoryCells(), []);
});

Deno.test("transitions fall with the number of states, declarations do not", () => {
  const { transitions, declarations, outputs } = machineTrends();
  // Centred ranks by hand: covariance −40.5, squares 42 and 40.5.
  assertAlmostEquals(transitions, -Math.sqrt(40.5 / 42), 1e-12);
  assertEquals(declarations, 0);
  assertEquals(outputs < 0 && outputs > -0.8, true);
});
