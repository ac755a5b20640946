import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  answersOf,
  answersWithoutSeed,
  armGain,
  armResults,
  compileRates,
  pairedDifference,
  passRates,
  ratesOver,
  seedsOf,
} from "offprint/papers/chipgpt_ft/arms/mod.ts";
import type { Results } from "offprint/verilog/problems/mod.ts";

/** Two arms, two seeds, four problems of two families, two answers each. */
const results: Results = {
  format: 1,
  runs: ([
    ["high", 1, [2, 2, 1, 0]],
    ["high", 2, [2, 0, 1, 0]],
    ["low", 1, [1, 1, 0, 0]],
    ["low", 2, [0, 0, 0, 0]],
  ] as const).map(([arm, seed, passed]) => ({
    model: `verilog-${arm}`,
    arm,
    seed,
    asked: [{
      ...{ set: "s", asking: "d", samples: 2, temperature: 0.1 },
      names: ["a", "b", "c", "d"],
      groups: ["f", "f", "f", "g"],
      compiled: passed.map((count) => Math.min(2, count + 1)),
      passed: [...passed],
    }],
  })),
};
const [high, low] = ["high", "low"].map((arm) => ({ arm, set: "s", asking: "d" }));

Deno.test("a gain has the same mean over problems and seeds, and its own over families", () => {
  assertEquals(seedsOf(results, high!), [1, 2]);
  assertEquals(passRates(answersOf(results, high!, 2)), [1, 0, 0.5, 0]);
  assertEquals([...ratesOver(results, high!, [1, 2])], [["a", 1], ["b", 0.5], ["c", 0.5], [
    "d",
    0,
  ]]);
  const { problems, families, seeds } = armGain(results, high!, low!, [1, 2]);
  // Problems: .75, .25, .5, 0. Families: their mean .5, and 0. Seeds: .375 and .375.
  assertAlmostEquals(problems.mean, 0.375);
  assertAlmostEquals(families.mean, 0.25);
  assertEquals([seeds!.mean, seeds!.low, seeds!.high, seeds!.n], [0.375, 0.375, 0.375, 2]);
  assertEquals([problems.n, families.n], [4, 2]);
  // Student's interval of four values: 3.182 standard errors to each side.
  assertAlmostEquals(problems.high - problems.mean, 3.18245 * Math.sqrt(0.3125 / 3 / 4), 1e-4);
  assertEquals(armGain(results, high!, low!, [1]).seeds, undefined);
  assertAlmostEquals(armGain(results, high!, low!, [1, 2], compileRates).problems.mean, 0.1875);
});

Deno.test("what was not asked is an error, not a zero", () => {
  assertThrows(() => armGain(results, high!, low!, [1, 3]), UserError, "seed 3");
  assertThrows(() => pairedDifference(new Map([["x", 1]]), new Map()), UserError, '"x"');
  assertThrows(
    () => answersWithoutSeed(results, { model: "inverse", set: "s", asking: "d" }),
    UserError,
    "--baselines",
  );
});

Deno.test("the committed results: one budget, the same problems for all, three seeds where they are claimed", async () => {
  const committed = await armResults();
  const trained = committed.runs.filter(({ arm }) =>
    arm !== undefined && !arm.startsWith("repair")
  );
  const budgets = trained.map(({ trainedTokens }) => trainedTokens!);
  // Whole windows of 256: no two arms come out at the same token, but within a window for each of 8 epochs.
  assert(Math.max(...budgets) - Math.min(...budgets) < 8 * 256, budgets.join(", "));
  assert(Math.max(...budgets) <= 1_000_000);
  for (const { arm } of trained) {
    const sets = trained.filter((run) => run.arm === arm)
      .map(({ asked }) =>
        JSON.stringify(asked.map(({ set, asking, names }) => [set, asking, names]))
      );
    assertEquals(new Set(sets).size, 1, arm);
  }
  const asking = "description";
  for (const set of ["held-out parameters", "held-out families"]) {
    assertEquals(seedsOf(committed, { arm: "aligned", set, asking }), [1, 2, 3]);
    assertEquals(seedsOf(committed, { arm: "completion", set, asking }), [1, 2, 3]);
    const inverse = answersWithoutSeed(committed, { model: "inverse", set, asking });
    assert(inverse.passed.every((count) => count === inverse.samples));
  }
});
