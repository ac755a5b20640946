import { assertEquals, assertThrows } from "@std/assert";
import { success } from "offprint/evaluators/mod.ts";

Deno.test("success and completion", () => {
  const tests = [[1, 1, 0], [1, 1], [0, 0, 1], [1, 1, 1]].map((row) => row.map(Boolean));
  assertEquals(success(tests), { pooled: 8 / 11, perProblem: 0.75, completion: 0.5 });
  assertThrows(() => success([[]]), RangeError);
});
