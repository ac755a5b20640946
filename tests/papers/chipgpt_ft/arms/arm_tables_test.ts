import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  type ArmForm,
  armRows,
  meanArmRows,
  repairRow,
  sharedSeeds,
} from "offprint/papers/chipgpt_ft/arms/mod.ts";
import type { Results } from "offprint/verilog/problems/mod.ts";

const asked = (passed: number[], compiled = passed) => ({
  set: "s",
  asking: "description",
  samples: 5,
  temperature: 0.1,
  names: passed.map((_, at) => `p${at}`),
  groups: passed.map((_, at) => at % 2 === 0 ? "syntax" : "elaboration"),
  compiled,
  passed,
});
const results: Results = {
  format: 1,
  runs: [
    { model: "a", arm: "a", seed: 1, asked: [asked([5, 0], [5, 5])] },
    { model: "a", arm: "a", seed: 2, asked: [asked([0, 0])] },
    { model: "b", arm: "b", seed: 2, asked: [asked([1, 1])] },
  ],
};
const rounded = (x: number) => Number(x.toFixed(9));
const forms: ArmForm[] = ["a", "b"].map((arm) => ({ arm, asking: "description", label: arm }));

Deno.test("a row for each training, and their means", () => {
  const rows = armRows(results, ["s", "not asked"], forms);
  assertEquals(rows.map(({ label, seed, pass1 }) => [label, seed, rounded(pass1)]), [
    ["a", 1, 0.5],
    ["a", 2, 0],
    ["b", 2, 0.2],
  ]);
  assertAlmostEquals(rows[2]!.pass5, 1);
  assertEquals(
    meanArmRows(rows).map(({ label, seeds, pass1, compiles }) => [
      ...[label, seeds, rounded(pass1), rounded(compiles)],
    ]),
    [["a", 2, 0.25, 0.5], ["b", 1, 0.2, 0.2]],
  );
});

Deno.test("trainings that both arms have", () => {
  const of = (arm: string) => ({ arm, set: "s", asking: "description" });
  assertEquals(sharedSeeds(results, of("a"), of("b")), [2]);
  assertEquals(sharedSeeds(results, of("a"), of("c")), []);
});

Deno.test("repairs by class of mistake", () => {
  assertEquals(repairRow(asked([5, 0, 0, 0], [5, 5, 0, 0])), {
    problems: 4,
    pass1: 0.25,
    syntax: 0.5,
    elaboration: 0,
    compiles: 0.5,
  });
});
