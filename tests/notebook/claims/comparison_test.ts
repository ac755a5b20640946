import { assertEquals } from "@std/assert";
import { missingComparison } from "offprint/notebook/claims/comparison.ts";
import type { MeasuredValue } from "offprint/notebook/claims/measured.ts";
import type { Rule } from "offprint/notebook/claims/rules.ts";

const above: Rule = { rule: "intervalAbove", bound: 0 };
const falling: Rule = { rule: "monotone", direction: "decreasing" };
const within: Rule = { rule: "within", value: 1, absolute: 0.1 };
const wide = { mean: 1, low: -1, high: 3, n: 20 };

const NOTHING: [what: string, rule: Rule, value: MeasuredValue, needs: string][] = [
  ["a tool is absent", within, { needs: "Icarus Verilog" }, "Icarus Verilog"],
  ["an empty list", falling, [], "at least one value: there are none"],
  ["an empty typed list", falling, new Float64Array(0), "at least one value: there are none"],
  ["one value has no step", falling, [3], "at least two values: there is one"],
  ["all values alike", falling, [2, 2, 2], "values that differ: all 3 are the same"],
  [
    "the largest of none",
    { rule: "atMost", bound: 0 },
    Math.max(...[]),
    "at least one value: there are none",
  ],
  [
    "the least of none",
    { rule: "atLeast", bound: 0 },
    Math.min(...[]),
    "at least one value: there are none",
  ],
  ["one observation", above, { ...wide, n: 1 }, "at least two observations: there is one"],
  ["no observation", above, { ...wide, n: 0 }, "at least two observations: there are 0"],
  [
    "identical arms",
    { rule: "intervalBelow", bound: 0 },
    { mean: 0, low: 0, high: 0, n: 7 },
    "arms that differ: all 7 differences are 0",
  ],
  ["no scores", { rule: "zBelow", z: 4 }, { z: [] }, "at least one score: there are none"],
];

for (const [what, rule, value, needs] of NOTHING) {
  Deno.test(`nothing compared: ${what}`, () => {
    assertEquals(missingComparison(rule, value), needs);
  });
}

Deno.test("something compared: the rule decides, also when the news is bad", () => {
  assertEquals(missingComparison(above, wide), undefined);
  assertEquals(missingComparison(above, { mean: 1, low: 1, high: 1, n: 3 }), undefined);
  assertEquals(missingComparison(above, { mean: NaN, low: NaN, high: NaN, n: 3 }), undefined);
  assertEquals(missingComparison({ ...falling, strict: true }, [2, 2]), undefined);
  assertEquals(missingComparison(falling, [2, 1, 1]), undefined);
  assertEquals(missingComparison({ rule: "atMost", bound: 0 }, Infinity), undefined);
  assertEquals(missingComparison({ rule: "zBelow", z: 4 }, { z: 0 }), undefined);
  assertEquals(missingComparison({ rule: "equals", value: 0 }, 0), undefined);
});

Deno.test("comparisons are counted where the notebook says how many, or the ledger how many it asks", () => {
  const rule: Rule = { rule: "equals", value: 0 };
  assertEquals(missingComparison(rule, 0, { compared: 5 }), undefined);
  assertEquals(
    missingComparison(rule, 0, { compared: 0 }),
    "at least one comparison: none was made",
  );
  assertEquals(
    missingComparison(rule, 0, { compared: 5, required: 6 }),
    "6 comparisons: 5 were made",
  );
});
