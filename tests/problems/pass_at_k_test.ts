import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { PUBLISHED_GENERATION, PUBLISHED_MODELS, solved } from "offprint/papers/chipgpt_ft/mod.ts";
import { mcnemarExact, passAtK } from "offprint/problems/mod.ts";

Deno.test("pass@k on examples worked out by hand", () => {
  const examples: [number, number, number, number][] = [
    [5, 1, 1, 0.2],
    [5, 2, 3, 0.9],
    [10, 3, 5, 0.916667],
    [20, 3, 5, 0.600877],
    [20, 3, 10, 0.894737],
    [20, 18, 5, 1],
    [100, 10, 10, 0.669524],
  ];
  for (const [n, c, k, expected] of examples) assertAlmostEquals(passAtK(n, c, k), expected, 1e-6);
  assertAlmostEquals((passAtK(5, 0, 1) + passAtK(5, 1, 1) + passAtK(5, 0, 1)) / 3, 0.066667, 1e-6);
  assertThrows(() => passAtK(5, 6, 1), RangeError);
  assertThrows(() => passAtK(5, 1, 0), RangeError);
});

Deno.test("every percentage of Table 5 follows from its cells", () => {
  const count = (set: string | undefined, strict = false) =>
    PUBLISHED_MODELS.map((_, model) =>
      PUBLISHED_GENERATION.filter((row) =>
        (set === undefined || row.set === set) && solved(row, model, strict)
      ).length
    );
  assertEquals(count("Thakur"), [11, 11, 12, 10, 7, 8]);
  assertEquals(count("RTLLM"), [5, 1, 4, 1, 1, 1]);
  assertEquals(count(undefined), [16, 12, 16, 11, 8, 9]);
  assertEquals([count("Thakur", true)[2], count(undefined, true)[2]], [11, 14]);
});

Deno.test("McNemar's exact test on the paper's discordant problems", () => {
  assertAlmostEquals(mcnemarExact(3, 1), 0.625, 1e-9);
  assertAlmostEquals(mcnemarExact(9, 2), 0.0654, 1e-4);
  assertAlmostEquals(mcnemarExact(14, 2), 0.0042, 1e-4);
  assertEquals(mcnemarExact(0, 0), 1);
});
