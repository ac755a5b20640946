import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { equation, EquationError } from "offprint/notebook/equation.ts";

function square(x: number): number {
  return x * x;
}

Deno.test("equation shows the function, its module and how well they agree", () => {
  const shown = equation({
    id: "square",
    source: "offprint/stats.ts",
    fn: square,
    checks: [{ args: [3], equals: 9 }, { args: [0.1], equals: 0.01 }],
  });
  assertEquals(
    shown.bundle()["text/html"],
    '<p class="offprint-equation" data-equation="square">✓ square: <code>square</code> (<code>offprint/stats.ts</code>), checked on 2 values, off by at most 1.7×10⁻¹⁸.</p>',
  );
  assertEquals(
    String(shown),
    "✓ square: square (offprint/stats.ts), checked on 2 values, off by at most 1.7×10⁻¹⁸.",
  );
});

Deno.test("equation: checks as a function, exact agreement, a function without a name", () => {
  const shown = equation({
    id: "pair",
    fn: (x: number) => [x, 2 * x],
    checks: () => [{ args: [2], equals: [2, 4] }],
  });
  assertStringIncludes(
    String(shown),
    "a function of this cell, checked on 1 value, equal each time.",
  );
});

Deno.test("equation: a function that disagrees throws with everything to see why", () => {
  const error = assertThrows(
    () =>
      equation({
        id: "square",
        fn: square,
        checks: [{ args: [2], equals: 4 }, { args: [3], equals: 9.5, tolerance: 1e-3 }],
      }),
    EquationError,
  );
  assertEquals(
    error.message,
    "equation square: square(3) gave 9, expected 9.5 (tolerance 0.001).",
  );
  assertEquals(
    [error.equation, error.args, error.got, error.expected, error.tolerance],
    ["square", [3], 9, 9.5, 0.001],
  );
  const list = assertThrows(
    () =>
      equation({
        id: "pair",
        fn: (xs: number[]) => Float64Array.from(xs),
        checks: [{ args: [[1, 2]], equals: Float64Array.of(1, 3) }],
      }),
    EquationError,
  );
  assertStringIncludes(list.message, "a function of this cell([1, 2])[1] gave 2, expected 3");
  assertThrows(
    () => equation({ id: "nan", fn: () => NaN, checks: [{ args: [], equals: 1 }] }),
    EquationError,
    "gave NaN",
  );
});

Deno.test("equation: nothing to check, a promise and a wrong tolerance are refused", () => {
  assertThrows(() => equation({ id: "e", fn: square, checks: [] }), TypeError, "no checks");
  assertThrows(
    () =>
      equation({
        id: "e",
        fn: (x: number) => Promise.resolve(x),
        checks: [{ args: [1], equals: Promise.resolve(1) }],
      }),
    TypeError,
    "got a promise",
  );
  assertThrows(
    () => equation({ id: "e", fn: square, checks: [{ args: [1], equals: 1, tolerance: -1 }] }),
    RangeError,
    "tolerance -1",
  );
});
