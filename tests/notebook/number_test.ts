import { assertEquals, assertThrows } from "@std/assert";
import { formatNumber } from "offprint/notebook/number.ts";

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
