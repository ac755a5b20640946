import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { equation, EquationError } from "offprint/notebook/equation.ts";

const latex = String.raw`x^2`;
function square(x: number): number {
  return x * x;
}

Deno.test("equation shows LaTeX, the function, its module and how well they agree", () => {
  const shown = equation({
    id: "square",
    latex: ` ${latex}\n`,
    source: "offprint/stats.ts",
    fn: square,
    checks: [{ args: [3], equals: 9 }, { args: [0.1], equals: 0.01 }],
  });
  assertEquals(
    shown.bundle()["text/markdown"],
    "$$\nx^2\n$$\n\n*square*: computed by `square` (`offprint/stats.ts`); agrees with 2 values, off by at most 1.7×10⁻¹⁸.",
  );
  assertEquals(
    String(shown),
    "x^2\nsquare: computed by square (offprint/stats.ts); agrees with 2 values, off by at most 1.7×10⁻¹⁸.",
  );
});

Deno.test("equation: checks as a function, exact agreement, a function without a name", () => {
  const shown = equation({
    id: "pair",
    latex,
    fn: (x: number) => [x, 2 * x],
    checks: () => [{ args: [2], equals: [2, 4] }],
  });
  assertStringIncludes(
    String(shown),
    "computed by a function of this cell; agrees exactly with 1 value.",
  );
});

Deno.test("equation: a function that disagrees throws with everything to see why", () => {
  const error = assertThrows(
    () =>
      equation({
        id: "square",
        latex,
        fn: square,
        checks: [{ args: [2], equals: 4 }, { args: [3], equals: 9.5, tolerance: 1e-3 }],
      }),
    EquationError,
  );
  assertEquals(
    error.message,
    "equation square: square(3) gave 9, expected 9.5 (tolerance 0.001). The equation is x^2",
  );
  assertEquals(
    [error.equation, error.args, error.got, error.expected, error.tolerance],
    ["square", [3], 9, 9.5, 0.001],
  );
  const list = assertThrows(
    () =>
      equation({
        id: "pair",
        latex,
        fn: (xs: number[]) => Float64Array.from(xs),
        checks: [{ args: [[1, 2]], equals: Float64Array.of(1, 3) }],
      }),
    EquationError,
  );
  assertStringIncludes(list.message, "a function of this cell([1, 2])[1] gave 2, expected 3");
  assertThrows(
    () => equation({ id: "nan", latex, fn: () => NaN, checks: [{ args: [], equals: 1 }] }),
    EquationError,
    "gave NaN",
  );
});

Deno.test("equation: nothing to check, a promise and a wrong tolerance are refused", () => {
  assertThrows(() => equation({ id: "e", latex, fn: square, checks: [] }), TypeError, "no checks");
  assertThrows(
    () =>
      equation({
        id: "e",
        latex,
        fn: (x: number) => Promise.resolve(x),
        checks: [{ args: [1], equals: Promise.resolve(1) }],
      }),
    TypeError,
    "got a promise",
  );
  assertThrows(
    () =>
      equation({ id: "e", latex, fn: square, checks: [{ args: [1], equals: 1, tolerance: -1 }] }),
    RangeError,
    "tolerance -1",
  );
});
