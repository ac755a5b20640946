import { assert, assertEquals, assertThrows } from "@std/assert";
import { formOf, seal, selfCheck } from "offprint/notebook/self_check.ts";

Deno.test("a sealed value accepts what its check would, and nothing a little further away", () => {
  for (const expected of [0, 1 / 3, -2.5, 12345.678, [0.1, 0.2, 0.3], { k: 1e-7, all: [1, 2] }]) {
    const sealed = seal(expected, 1e-9, "salt");
    const moved = (value: unknown, by: number): unknown =>
      typeof value === "number"
        ? value + by
        : Array.isArray(value)
        ? value.map((entry) => moved(entry, by))
        : Object.fromEntries(Object.entries(value!).map(([key, entry]) => [key, moved(entry, by)]));
    for (const by of [0, 1e-10, -1e-10]) selfCheck("same", { got: moved(expected, by), sealed });
    for (const by of [1, -1]) {
      assertThrows(() =>
        selfCheck("other", { got: moved(expected, by * 1.01 * sealed.step), sealed })
      );
    }
    assert(!JSON.stringify(sealed).includes("12345"));
  }
});

Deno.test("another type or shape is told as such", () => {
  const sealed = seal({ k: 0.5, limit: [1, 2] }, 1e-9, "salt");
  assertThrows(
    () => selfCheck("shapes", { got: { k: 0.5, limit: [1] }, sealed, hint: "Two limits." }),
    Error,
    "shapes: got an object with k (a number), limit (a list of one value, a number), " +
      "expected an object with k (a number), limit (a list of 2 numbers). Hint: Two limits.",
  );
  assertEquals(formOf([true, false, true]), "a list of 3 values true or false");
  assertEquals(
    formOf([[1], [2]]),
    "a list of 2 values that are each a list of one value, a number",
  );
  assertEquals(formOf(["a", 1]), "a list of a text, a number");
});

Deno.test("another salt gives another digest, so that one digest tells nothing of another", () => {
  assert(seal(0.5, 1e-9, "a").digest !== seal(0.5, 1e-9, "b").digest);
});
