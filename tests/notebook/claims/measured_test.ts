import { assertEquals } from "@std/assert";
import {
  formatMeasured,
  type MeasuredValue,
  recorded,
  unwrap,
} from "offprint/notebook/claims/measured.ts";

Deno.test("recorded values survive JSON, also what JSON has no form for", () => {
  const cases: [MeasuredValue, unknown, string][] = [
    [null, null, "–"],
    [0.1 + 0.2, 0.30000000000000004, "0.3"],
    [-0, 0, "0"],
    [NaN, "NaN", "NaN"],
    [-Infinity, "-Infinity", "-∞"],
    ["2239/2500", "2239/2500", "2239/2500"],
    [true, true, "yes"],
    [[1, NaN], [1, "NaN"], "1, NaN"],
    [Float32Array.of(0.5, 2), [0.5, 2], "0.5, 2"],
    [["a", "b"], ["a", "b"], "a, b"],
    [[1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6, 7], "1, 2, 3, 4, 5, 6, … (7 values)"],
    [
      { mean: 1, low: -Infinity, high: 2, n: 3 },
      { mean: 1, low: "-Infinity", high: 2, n: 3 },
      "1 [-∞, 2], n = 3",
    ],
    [{ z: [1, -3.5], n: 100 }, { z: [1, -3.5], n: 100 }, "largest of 2 |z|: 3.5, n = 100"],
    [{ z: 0.25 }, { z: 0.25 }, "z = 0.25"],
    [{ z: [-0.25], n: 9 }, { z: [-0.25], n: 9 }, "z = -0.25, n = 9"],
    [{ z: [NaN, 1] }, { z: ["NaN", 1] }, "largest of 2 |z|: NaN"],
    [{ pValue: 0.04 }, { pValue: 0.04 }, "p = 0.04"],
  ];
  for (const [value, stored, text] of cases) {
    const record = recorded(value);
    assertEquals(record as unknown, stored);
    assertEquals(JSON.parse(JSON.stringify(record)), stored);
    assertEquals(formatMeasured(record), text);
  }
});

Deno.test("fields that no rule reads are not recorded", () => {
  const interval = { mean: 1, low: 0, high: 2, n: 3, samples: [1, 2, 3] };
  assertEquals(recorded(interval) as unknown, { mean: 1, low: 0, high: 2, n: 3 });
});

Deno.test("unwrap splits a remark from the value", () => {
  assertEquals(unwrap(3), { value: 3 });
  assertEquals(unwrap([1, 2]), { value: [1, 2] });
  assertEquals(unwrap({ value: null, note: "no compiler" }), { value: null, note: "no compiler" });
  assertEquals(unwrap({ z: 1 }), { value: { z: 1 } });
});

Deno.test("a number below its own tolerance is written as zero, not as noise", () => {
  const limit = { zeroBelow: () => 1e-12 };
  assertEquals(formatMeasured(9.6173e-15, limit), "0 (below 1×10⁻¹²)");
  assertEquals(formatMeasured(-6.9944e-15, limit), "0 (below 1×10⁻¹²)");
  assertEquals(formatMeasured(0, limit), "0");
  assertEquals(formatMeasured(2e-12, limit), "2×10⁻¹²");
  assertEquals(
    formatMeasured([3e-17, 0.2, 1e-10], { zeroBelow: (entry) => [1e-9, 0, 1e-9][entry]! }),
    "0 (below 1×10⁻⁹), 0.2, 0 (below 1×10⁻⁹)",
  );
  assertEquals(formatMeasured({ pValue: 1e-15 }, limit), "p = 1×10⁻¹⁵");
});

Deno.test("a number's digits reach down to the tolerance of its rule", () => {
  const tolerance = (entry: number) => [6e-8, 0.5, 0][entry]!;
  assertEquals(formatMeasured(2.782371583, { tolerance }), "2.78237158");
  assertEquals(
    formatMeasured([2.782371583, 123.456, 1 / 3], { tolerance }),
    "2.78237158, 123.46, 0.33333",
  );
});
