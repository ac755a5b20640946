import * as assertions from "@std/assert";
import {
  assertEquals,
  AssertionError,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";

Deno.test("each assertion passes on what it says and throws AssertionError otherwise", () => {
  const cases: [() => void, () => void][] = [
    [() => assertions.assert(1), () => assertions.assert(0, "zero")],
    [() => assertEquals({ a: [1] }, { a: [1] }), () => assertEquals([1], [2])],
    [() => assertions.assertNotEquals(1, 2), () => assertions.assertNotEquals([1], [1])],
    [() => assertions.assertStrictEquals("a", "a"), () => assertions.assertStrictEquals({}, {})],
    [() => assertions.assertAlmostEquals(1, 1 + 1e-9), () => assertions.assertAlmostEquals(1, 1.1)],
    [() => assertions.assertGreater(2, 1), () => assertions.assertGreater(1, 1)],
    [() => assertions.assertGreaterOrEqual(1, 1), () => assertions.assertGreaterOrEqual(0, 1)],
    [() => assertions.assertLess(1, 2), () => assertions.assertLess(NaN, 2)],
    [() => assertions.assertLessOrEqual(2, 2), () => assertions.assertLessOrEqual(3, 2)],
    [() => assertions.assertExists(0), () => assertions.assertExists(null)],
    [
      () => assertions.assertInstanceOf(new TypeError("x"), TypeError),
      () => assertions.assertInstanceOf(new Error("x"), TypeError),
    ],
    [
      () => assertions.assertStringIncludes("abc", "b"),
      () => assertions.assertStringIncludes("abc", "z"),
    ],
    [() => assertMatch("abc", /b/), () => assertMatch("abc", /z/)],
  ];
  for (const [passes, fails] of cases) {
    passes();
    assertThrows(fails, AssertionError);
  }
});

Deno.test("assertAlmostEquals never takes NaN for a number", () => {
  assertThrows(() => assertions.assertAlmostEquals(NaN, 1, 10), AssertionError);
  assertThrows(() => assertions.assertAlmostEquals(1, NaN, 10), AssertionError);
});

Deno.test("assertThrows and assertRejects check class and text, and return the error", async () => {
  const range = () => {
    throw new RangeError("too far");
  };
  assertEquals(assertThrows(range, RangeError, "far").message, "too far");
  assertThrows(() => assertThrows(range, TypeError), AssertionError, "expected an instance");
  assertThrows(() => assertThrows(range, RangeError, "near"), AssertionError, "contain");
  assertThrows(() => assertThrows(() => 1), AssertionError, "expected the function to throw");
  const rejects = () => Promise.reject(new RangeError("too late"));
  assertEquals((await assertRejects(rejects, RangeError, "late")).message, "too late");
  await assertRejects(() => assertRejects(() => Promise.resolve(1)), AssertionError, "fulfilled");
});
