import { assertEquals } from "@std/assert";
import { judge } from "offprint/notebook/claims/ledger.ts";
import { type MeasuredValue, recorded } from "offprint/notebook/claims/measured.ts";
import { describeOutcome } from "offprint/notebook/claims/outcome.ts";
import type { Rule } from "offprint/notebook/claims/rules.ts";

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
    { rule: "within", value: 2.7823716, absolute: 6e-8 },
    2.782371583,
    "Measured: 2.78237158; allowed is 2.7823716 ± 6×10⁻⁸.",
  ],
  [
    { rule: "within", value: 0.4, absolute: 1e-12 },
    0.40000000000000036,
    "Measured: 0.4; allowed is 0.4 ± 1×10⁻¹².",
  ],
  [
    { rule: "atMost", bound: 0.05 },
    0.0500004,
    "Measured: 0.0500004; at most 0.05 is what the rule asks for.",
  ],
  [
    { rule: "intervalAbove", bound: 1 },
    { mean: 1.5, low: 1.000003, high: 2, n: 9 },
    "The mean of 9 is 1.5, its interval 1.000003 to 2: wholly above 1.",
  ],
  [
    { rule: "intervalBelow", bound: 1 },
    { mean: 0.5, low: 0, high: 0.999998, n: 9 },
    "The mean of 9 is 0.5, its interval 0 to 0.999998: wholly below 1.",
  ],
  [
    { rule: "zBelow", z: 4 },
    { z: [3.997, 1] },
    "The worst of 2 comparisons is off by 3.997 standard errors; less than 4 is allowed.",
  ],
  [
    { rule: "pAbove", p: 0.01 },
    { pValue: 0.00999996 },
    "The test of fit gives p = 0.00999996; the rule asks for more than 0.01.",
  ],
  [
    { rule: "within", value: [100, 10], absolute: 0.5, relative: 0.01 },
    [100.5, 10.4],
    "All 2 values agree: the farthest is off by 0.4; at most 0.5 is allowed.",
  ],
  [
    { rule: "within", value: [1, 2], absolute: 0.01 },
    [1, 2.005],
    "All 2 values agree: the farthest is off by 0.005; at most 0.01 is allowed.",
  ],
  [
    { rule: "within", value: [1, 2, 3], relative: 0.01 },
    [1, 2.5, 4],
    "2 of 3 values are too far off: the farthest is off by 33 %; at most 1 % is allowed.",
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
    "A verdict needs a larger machine. The closest that this run measured is 2.5.",
  ],
];

for (const [rule, value, sentence] of SENTENCES) {
  Deno.test(`outcome in words: ${sentence}`, () => assertEquals(outcome(rule, value), sentence));
}

Deno.test("an outcome says how many comparisons stand behind it, or that there were none", () => {
  const rule: Rule = { rule: "equals", value: 0 };
  // Not "1 in 60 comparisons": of a share that would read as one of sixty.
  assertEquals(outcome(rule, 0, 60), "Measured in 60 comparisons: 0, exactly as the rule asks.");
  assertEquals(outcome(rule, 0, 1), "Measured in 1 comparison: 0, exactly as the rule asks.");
  assertEquals(
    outcome(rule, 0, 0),
    "A verdict needs at least one comparison: none was made. " +
      "The closest that this run measured is 0.",
  );
});
