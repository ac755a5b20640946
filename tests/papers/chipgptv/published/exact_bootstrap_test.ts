import { assertAlmostEquals, assertThrows } from "@std/assert";
import { exactBootstrap } from "offprint/papers/chipgptv/published/mod.ts";
import { pairedBootstrap } from "offprint/stats.ts";

Deno.test("all resamples weighed agree with many drawn ones", () => {
  const values = Array.from({ length: 40 }, (_, i) => (i * i) % 37);
  const exact = exactBootstrap(values);
  const drawn = pairedBootstrap(values, values.map(() => 0), { seed: 1, resamples: 100_000 });
  assertAlmostEquals(exact.low, drawn.low, 0.1);
  assertAlmostEquals(exact.high, drawn.high, 0.1);
});

Deno.test("values that are not whole, and too few, are refused", () => {
  assertThrows(() => exactBootstrap([0.5, 1]), RangeError, "0.5, 1");
  assertThrows(() => exactBootstrap([1]), RangeError, "expected two");
});
