import { assert, assertEquals, assertThrows } from "@std/assert";
import { shareOf, TOTAL_TOKENS } from "offprint/evaluators/mod.ts";

Deno.test("the shares of a budget", () => {
  const shares = [1, 2, 3, 4, 5, 6].map((k) => shareOf({ tokens: TOTAL_TOKENS, work: 10 }, k));
  assertEquals(shares.map(({ tokens }) => tokens), [3600, 1800, 1200, 900, 720, 600]);
  shares.forEach(({ tokens }, at) => assert(tokens * (at + 1) <= TOTAL_TOKENS));
  assertThrows(() => shareOf({ tokens: 1, work: 1 }, 0), RangeError);
});
