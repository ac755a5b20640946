import { assertEquals, assertThrows } from "@std/assert";
import { distribution } from "offprint/decoding/verification/mod.ts";
import { UserError } from "offprint/errors.ts";

Deno.test("a distribution that somebody typed in is checked where it enters", () => {
  assertEquals([...distribution("p", [0.1, 0.2, 0.7])], [0.1, 0.2, 0.7]);
  const message = (values: number[]) =>
    assertThrows(() => distribution("the draft p", values), UserError).message;
  assertEquals(
    message([0.4, 0.4, 0.3, 0.2]),
    "the draft p: got 4 probabilities with sum 1.3, expected a distribution: the sum must be 1. " +
      "Change another probability as well.",
  );
  assertEquals(
    message([1.2, -0.2]),
    "the draft p: probability 2 of 2: got -0.2, expected a number from 0 to 1.",
  );
  assertThrows(() => distribution("p", [NaN, 1]), UserError);
  assertThrows(() => distribution("p", []), UserError);
});
