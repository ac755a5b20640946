import { assert, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { combinations, logSpace, range } from "offprint/sweeps/mod.ts";

Deno.test("ranges hold both ends and no rounding", () => {
  assertEquals(range(0, 1, 0.1), [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  assertEquals(range(1, 2, 0.4), [1, 1.4, 1.8]);
  assertEquals(range(3, 3), [3]);
  assertEquals(logSpace(0.1, 10, 3), [0.1, 1, 10]);
});

Deno.test("ranges and axes that make no sense are one line each", () => {
  const wrong: [() => unknown, string][] = [
    [() => range(0, 1, 0), "one that never ends"],
    [() => range(0, 0, 0), "one that never ends"],
    [() => range(0, 1, 1e-9), "one that never ends"],
    [() => range(0, Infinity, 1), "one that never ends"],
    [() => range(0, 1, -1), "one without values"],
    [() => range(0, 0.4), "a range from 0 to 0.4: got no step"],
    [() => logSpace(0, 1, 3), "two ends above 0"],
    [() => logSpace(1, 2, 1.5), "at least 2"],
    [() => combinations({ a: [1], b: [] }), "axis b: got no value"],
    [() => combinations({ a: [1, 2, 1] }), "axis a: got 1 twice"],
    [() => combinations({ a: range(1, 2000), b: range(1, 2000) }), "4000000 combinations"],
  ];
  for (const [run, part] of wrong) {
    const { message } = assertThrows(run, UserError, part);
    assert(!message.includes("\n"));
  }
});

Deno.test("values that are equal only as text are different", () => {
  assertEquals(combinations({ a: [0, -0, "0", NaN, null] }).length, 5);
});
