import { assertEquals } from "@std/assert";
import { judge } from "offprint/notebook/ledger.ts";
import { type MeasuredValue, recorded } from "offprint/notebook/measured.ts";
import { describeOutcome } from "offprint/notebook/outcome.ts";
import type { Rule } from "offprint/notebook/rules.ts";

function outcome(rule: Rule, value: MeasuredValue, compared?: number): string {
  const claim = { id: "77.x", kind: "trend", check: rule } as const;
  const verdict = judge(claim, value, compared);
  const count = compared === undefined ? {} : { compared };
  return describeOutcome({ verdict, measured: recorded(value), rule, ...count });
}

const SENTENCES: [Rule, MeasuredValue, string][] = [
  [{ rule: "equals", value: 0 }, 0, "Measured: 0, exactly as the rule asks."],
  [{ rule: "equals", value: "2/3" }, "1/3", "Measured: 1/3; the rule asks for exactly 2/3."],
  [
    { rule: "within", value: 0.7, absolute: 0.01 },
    0.701,
    "Measured: 0.701; allowed is 0.7 ± 0.01.",
  ],
  [
    { rule: "within", value: [1, 2], absolute: 0.01 },
    [1, 2.005],
    "All 2 values agree: the farthest is off by 0.005; at most 0.01 is allowed.",
  ],
  [
    { rule: "within", value: [1, 2, 3], relative: 0.01 },
    [1, 2.5, 4],
    "2 of 3 values are too far off: the farthest is off by 1; at most 1 % is allowed.",
  ],
  [{ rule: "within", value: [1], absolute: 0 }, [1], "The value agrees exactly."],
  [
    { rule: "atMost", bound: 1e-12 },
    3e-16,
    "Measured: 0 (below 1×10⁻¹²); at most 1×10⁻¹² is what the rule asks for.",
  ],
  [
    { rule: "intervalAbove", bound: 0 },
    { mean: 0.2, low: -0.1, high: 0.5, n: 40 },
    "The mean of 40 is 0.2, its interval -0.1 to 0.5: not wholly above 0.",
  ],
  [
    { rule: "monotone", direction: "decreasing", strict: true },
    [3, 2, 1],
    "Each of the 2 steps goes down, from 3 to 1.",
  ],
  [
    { rule: "monotone", direction: "increasing" },
    [3, 2, 4],
    "1 of 2 steps does not go up.",
  ],
  [
    { rule: "zBelow", z: 4 },
    { z: -1.25 },
    "The comparison is off by 1.3 standard errors; less than 4 is allowed.",
  ],
  [
    { rule: "zBelow", z: 4 },
    { z: [1, NaN] },
    "The worst of 2 comparisons is off by NaN standard errors; less than 4 is allowed.",
  ],
  [
    { rule: "pAbove", p: 1e-4 },
    { pValue: 0.31 },
    "The test of fit gives p = 0.31; the rule asks for more than 0.0001.",
  ],
  [
    { rule: "needs", what: "a larger machine" },
    2.5,
    "Not run here: a verdict needs a larger machine. The closest that this run measured is 2.5.",
  ],
];

for (const [rule, value, sentence] of SENTENCES) {
  Deno.test(`outcome in words: ${sentence}`, () => assertEquals(outcome(rule, value), sentence));
}

Deno.test("an outcome says how many comparisons stand behind it, or that there were none", () => {
  const rule: Rule = { rule: "equals", value: 0 };
  assertEquals(outcome(rule, 0, 60), "Measured: 0 in 60 comparisons, exactly as the rule asks.");
  assertEquals(
    outcome(rule, 0, 0),
    "Not run here: a verdict needs at least one comparison: none was made. " +
      "The closest that this run measured is 0.",
  );
});
