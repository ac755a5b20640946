import { assert, assertEquals, assertThrows } from "@std/assert";
import type { MeasuredValue } from "offprint/notebook/claims/measured.ts";
import {
  describeRule,
  MeasuredShapeError,
  passes,
  type Rule,
  ruleSchema,
} from "offprint/notebook/claims/rules.ts";

type Cases = [rule: Rule, passing: MeasuredValue[], failing: MeasuredValue[], wrong: unknown[]];

const interval = (low: number, high: number, n = 10) => ({ mean: (low + high) / 2, low, high, n });

const CASES: Cases[] = [
  [{ rule: "equals", value: 4 }, [4], [4.0000001, NaN, -4], ["4", [4], null, true, undefined]],
  [{ rule: "equals", value: 0 }, [0, -0], [NaN], []],
  [{ rule: "equals", value: "2239/2500" }, ["2239/2500"], ["2239/2501"], [0.8956]],
  [{ rule: "equals", value: true }, [true], [false], [1, "true"]],
  [
    { rule: "equals", value: [1, 2] },
    [[1, 2], Float64Array.of(1, 2)],
    [[1, 3], [1], [1, 2, 3], [], [1, NaN]],
    [1, ["1", "2"], null],
  ],
  [
    { rule: "within", value: 10, absolute: 0.5 },
    [9.5, 10.5, 10],
    [9.49, 11, NaN, Infinity],
    ["10", [10], null, interval(9, 11)],
  ],
  [{ rule: "within", value: -10, relative: 0.1 }, [-9, -11], [-8.9, 10], []],
  [{ rule: "within", value: 100, absolute: 1, relative: 0.1 }, [90, 110], [89], []],
  [{ rule: "within", value: 0, absolute: 0 }, [0, -0], [1e-300, NaN], []],
  [
    { rule: "within", value: [1, 2], absolute: 0.1 },
    [[1.05, 1.95], Float32Array.of(1, 2)],
    [[1, 2.2], [NaN, 2]],
    [1, [1], [1, 2, 3], ["1", "2"], []],
  ],
  [{ rule: "atMost", bound: 1 }, [1, -5, -Infinity], [1.01, NaN], ["1", [1], null]],
  [{ rule: "atLeast", bound: 1 }, [1, Infinity], [0.99, NaN], [true, {}]],
  [
    { rule: "intervalAbove", bound: 0 },
    [interval(0.01, 1), { mean: 5, low: 0.1, high: 1, n: 1 }],
    [interval(0, 1), interval(-1, -0.5), interval(NaN, 1), { mean: NaN, low: 1, high: 2, n: 3 }],
    [
      interval(1, 0.5),
      interval(0.1, 1, 0),
      interval(0.1, 1, 2.5),
      { mean: 1, low: 0.5, high: 2 },
      0.5,
      [0.5, 1],
      null,
    ],
  ],
  [{ rule: "intervalBelow", bound: 0 }, [interval(-2, -1)], [interval(-1, 0)], [{ z: 1 }]],
  [
    { rule: "monotone", direction: "increasing" },
    [[1, 2, 3], [1, 1, 1], [-Infinity, 0, Infinity]],
    [[1, 0.999], [1, NaN, 2], [NaN, NaN]],
    [[1], [], 3, ["a", "b"], null],
  ],
  [
    { rule: "monotone", direction: "decreasing", strict: true, tolerance: 0.5 },
    [[3, 2, 1]],
    [[3, 2.5], [3, 2.6], [1, 2]],
    [],
  ],
  [
    { rule: "monotone", direction: "decreasing", tolerance: 0.5 },
    [[3, 3.5, 3]],
    [[3, 3.6]],
    [],
  ],
  [
    { rule: "zBelow", z: 4 },
    [{ z: -3.99 }, { z: [1, -2, 3.9] }, { z: 0, n: 100 }, { z: Float64Array.of(1) }],
    [{ z: 4 }, { z: -4 }, { z: [1, -5] }, { z: NaN }, { z: [0, NaN] }, { z: Infinity }],
    [{ z: [] }, 1, [1, 2], { z: "1" }, null],
  ],
  [
    { rule: "pAbove", p: 0.01 },
    [0.011, { pValue: 1 }],
    [0.01, { pValue: 0 }, NaN, { pValue: NaN }],
    [-0.1, 1.1, { pValue: 2 }, { p: 0.5 }, "0.5", null],
  ],
];

Deno.test("each rule passes, fails and refuses what it should", () => {
  for (const [rule, passing, failing, wrong] of CASES) {
    const name = JSON.stringify(rule);
    assertEquals(ruleSchema.parse(rule), rule);
    for (const measured of passing) {
      assert(passes(rule, measured), `${name} should pass ${JSON.stringify(measured)}`);
    }
    for (const measured of failing) {
      assert(!passes(rule, measured), `${name} should fail ${JSON.stringify(measured)}`);
    }
    for (const measured of wrong) {
      const error = assertThrows(
        () => passes(rule, measured as MeasuredValue),
        MeasuredShapeError,
        `rule ${rule.rule}: got `,
        `${name} should refuse ${JSON.stringify(measured)}`,
      );
      assert(error instanceof TypeError);
    }
  }
});

Deno.test("a wrong shape is told with what was expected", () => {
  const message = (rule: Rule, measured: unknown) =>
    assertThrows(() => passes(rule, measured as MeasuredValue), MeasuredShapeError).message;
  assertEquals(
    message({ rule: "within", value: [1, 2, 3], absolute: 0 }, [1, 2]),
    "rule within: got a list of 2 (number), expected a list of 3 numbers",
  );
  assertEquals(
    message({ rule: "intervalAbove", bound: 0 }, { mean: 1, low: 0, high: 2 }),
    "rule intervalAbove: got an object { mean, low, high }, expected { mean, low, high, n } with low ≤ high and n ≥ 1",
  );
  assertEquals(
    message({ rule: "equals", value: "a" }, 3),
    "rule equals: got a number (3), expected a string",
  );
  assertEquals(
    message({ rule: "atMost", bound: 3 }, undefined),
    "rule atMost: got undefined, expected a number",
  );
});

Deno.test("needs is never passed, whatever is measured", () => {
  for (const measured of [null, 1, "x", [1], interval(1, 2)]) {
    assert(!passes({ rule: "needs", what: "a GPU" }, measured));
  }
});

Deno.test("rules outside the closed set, or with wrong fields, are refused", () => {
  const wrong: unknown[] = [
    { rule: "eval", code: "1" },
    { rule: "within", value: 1 },
    { rule: "within", value: 1, absolute: -1 },
    { rule: "within", value: [], absolute: 1 },
    { rule: "within", value: NaN, absolute: 1 },
    { rule: "equals", value: null },
    { rule: "atMost", bound: Infinity },
    { rule: "atMost", bound: 1, note: "x" },
    { rule: "monotone", direction: "up" },
    { rule: "zBelow", z: 0 },
    { rule: "pAbove", p: 1 },
    { rule: "needs", what: "" },
    {},
    null,
  ];
  for (const rule of wrong) assert(!ruleSchema.safeParse(rule).success, JSON.stringify(rule));
});

Deno.test("each rule has words", () => {
  assertEquals(CASES.map(([rule]) => describeRule(rule)), [
    "exactly 4",
    "exactly 0",
    "exactly 2239/2500",
    "exactly true",
    "exactly 1, 2",
    "10 ± 0.5",
    "-10 ± 10 %",
    "100 ± 1 or 10 %",
    "exactly 0",
    "1, 2 ± 0.1",
    "at most 1",
    "at least 1",
    "whole interval above 0",
    "whole interval below 0",
    "no step decreasing",
    "each step decreasing by more than 0.5",
    "no step increasing by more than 0.5",
    "within 4 standard errors",
    "p value above 0.01",
  ]);
});

Deno.test("a tolerance that is zero is not written", () => {
  const words = (value: number | number[], rest: object) =>
    describeRule({ rule: "within", value, ...rest });
  assertEquals(words([1, 2], { absolute: 0 }), "exactly 1, 2");
  assertEquals(words(10, { absolute: 0, relative: 0.05 }), "10 ± 5 %");
  assertEquals(words(10, { absolute: 0.1, relative: 0 }), "10 ± 0.1");
  assertEquals(words([0, 0], { relative: 0.05 }), "exactly 0, 0");
  assertEquals(words([0, 1], { relative: 0.05 }), "0, 1 ± 5 %");
});
