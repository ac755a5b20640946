import { assertEquals, assertThrows } from "@std/assert";
import { formatBeside, formatNumber, formatTo } from "offprint/notebook/output/number.ts";

Deno.test("formatNumber: significant digits without trailing zeros", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [-0, "0"],
    [0.1 + 0.2, "0.3"],
    [1 / 3, "0.3333"],
    [-2 / 3, "-0.6667"],
    [2.5, "2.5"],
    [3.5125038, "3.513"],
    [99999.5, "100000"],
    [12345.678, "12346"],
    [123456, "123456"],
    [1e15, "1×10¹⁵"],
    [1234567.8, "1.235×10⁶"],
    [0.0001, "0.0001"],
    [0.00001234, "1.234×10⁻⁵"],
    [9.9996, "10"],
    [1e-300, "1×10⁻³⁰⁰"],
    [5e-324, "4.941×10⁻³²⁴"],
    [NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "-∞"],
  ];
  for (const [x, text] of cases) assertEquals(formatNumber(x), text, String(x));
});

Deno.test("formatNumber: as many digits as asked for", () => {
  assertEquals(formatNumber(Math.PI, 1), "3");
  assertEquals(formatNumber(Math.PI, 6), "3.14159");
  assertEquals(formatNumber(0.1, 17), "0.10000000000000001");
  for (const digits of [0, 18, 2.5, NaN]) {
    assertThrows(() => formatNumber(1, digits), RangeError, `got digits ${digits}`);
  }
});

Deno.test("formatTo: digits down to the step, never more than a double holds", () => {
  const cases: [number, number, string][] = [
    [2.782371583, 6e-8, "2.78237158"],
    [1234.56789, 0.001, "1234.568"],
    [-0.000123456, 1e-8, "-0.00012346"],
    [1 / 3, 0, "0.3333"],
    [1 / 3, 1e-30, "0.333333333333333"],
    [0, 1e-9, "0"],
    [NaN, 1e-9, "NaN"],
  ];
  for (const [x, step, text] of cases) assertEquals(formatTo(x, step), text, String(x));
});

Deno.test("formatBeside: a number that is not the bound never reads like it", () => {
  const cases: [number, number, string][] = [
    [0.0500004, 0.05, "0.0500004"],
    [0.049, 0.05, "0.049"],
    [0.05, 0.05, "0.05"],
    [0.1 + 0.2, 0.3, "0.30000000000000004"],
    [NaN, 4, "NaN"],
  ];
  for (const [x, bound, text] of cases) assertEquals(formatBeside(x, bound), text, String(x));
});
