import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { check, CheckError } from "offprint/notebook/check.ts";
import { compare } from "offprint/notebook/compare.ts";

Deno.test("check passes equal values of every kind", () => {
  const pairs: [unknown, unknown][] = [
    [1, 1 + 1e-10],
    [1e12, 1e12 + 100],
    [-0, 0],
    [NaN, NaN],
    [Infinity, Infinity],
    ["a", "a"],
    [true, true],
    [null, null],
    [undefined, undefined],
    [[1, [2, 3]], [1, [2, 3]]],
    [Float32Array.of(1, 2), [1, 2]],
    [{ a: 1, b: [2] }, { b: [2], a: 1 }],
  ];
  for (const [got, expected] of pairs) {
    assertEquals(String(check("same", { got, expected })), "✓ same");
  }
});

Deno.test("check fails with what was got, expected, where, and the hint", () => {
  const cases: [unknown, unknown, string][] = [
    [1, 1.1, "c: got 1, expected 1.1 (tolerance 1e-9)."],
    [NaN, 1, "c: got NaN, expected 1 (tolerance 1e-9)."],
    [1, "1", 'c: got 1, expected "1".'],
    [[1, 2], [1, 2, 3], "c: got a list of 2 values, expected a list of 3 values."],
    [[1, 2, 3], [1, 2], "c: got a list of 3 values, expected a list of 2 values."],
    [{ a: { b: [1] } }, { a: { b: [2] } }, "c: got 1, expected 2 (tolerance 1e-9) at a.b[0]."],
    [[1, undefined], [1], "c: got a list of 2 values, expected a list of 1 value."],
    [
      { a: [1] },
      { a: [1, undefined] },
      "c: got a list of 1 value, expected a list of 2 values at a.",
    ],
    [{ a: 1, z: 2 }, { a: 1 }, "c: got 2, expected no such field at z."],
    [{ z: undefined }, {}, "c: got nothing, expected no such field at z."],
    [{ z: 1 }, { z: 2, y: undefined }, "c: got no such field, expected nothing at y."],
    [
      { toString: 1 },
      { valueOf: 1 },
      "c: got no such field, expected 1 (tolerance 1e-9) at valueOf.",
    ],
    [{}, [], "c: got {}, expected []."],
    [null, 0, "c: got null, expected 0 (tolerance 1e-9)."],
    [-Infinity, Infinity, "c: got -Infinity, expected Infinity (tolerance 1e-9)."],
    [new Date(0), { a: 1 }, 'c: got "1970-01-01T00:00:00.000Z", expected {"a":1}.'],
  ];
  for (const [got, expected, message] of cases) {
    assertEquals(assertThrows(() => check("c", { got, expected }), CheckError).message, message);
  }
  const error = assertThrows(
    () => check("c", { got: 2, expected: 1, tolerance: 0.5, hint: "Divide by n." }),
    CheckError,
  );
  assertEquals(error.message, "c: got 2, expected 1 (tolerance 0.5). Hint: Divide by n.");
  assertEquals([error.check, error.tolerance, error.hint], ["c", 0.5, "Divide by n."]);
});

Deno.test("check: tolerance at its edge, and tolerances that are none", () => {
  check("edge", { got: 1.5, expected: 1, tolerance: 0.5 });
  check("relative above 1", { got: 110, expected: 100, tolerance: 0.1 });
  assertThrows(() => check("c", { got: 1.51, expected: 1, tolerance: 0.5 }), CheckError);
  for (const tolerance of [-1, NaN]) {
    assertThrows(() => check("c", { got: 1, expected: 1, tolerance }), RangeError);
  }
});

Deno.test("check escapes its name in HTML", () => {
  const html = check("<b>", { got: 1, expected: 1 }).bundle()["text/html"];
  assertStringIncludes(String(html), "✓ &lt;b&gt;");
});

Deno.test("compare measures the worst deviation", () => {
  assertEquals(compare([1, 2.25, 3], [1, 2, 3.5], 1).worst, 0.5);
  assertEquals(compare("a", "a", 0).worst, 0);
});
