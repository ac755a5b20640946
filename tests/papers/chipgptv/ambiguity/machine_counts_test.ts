import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  agreeingTables,
  log2Exact,
  type PartialTable,
  reachableFunctions,
  reachableShapes,
  transitionFunctions,
} from "offprint/papers/chipgptv/ambiguity/mod.ts";

const family = (states: number, inputBits = 1) => ({ states, inputBits });

Deno.test("transition functions of 2 to 6 states with one input bit are 16 to 2 176 782 336, 4.00 to 31.02 bits", () => {
  const counts = [2, 3, 4, 5, 6].map((n) => transitionFunctions(family(n)));
  assertEquals(counts, [16n, 729n, 65_536n, 9_765_625n, 2_176_782_336n]);
  const bits = counts.map((count) => Number(log2Exact(count).toFixed(2)));
  assertEquals(bits, [4, 9.51, 16, 23.22, 31.02]);
});

Deno.test("with all states reachable there are 12, 432, 31 488, 3 856 200; up to names 12, 216, 5 248, 160 675", () => {
  const sizes = [2, 3, 4, 5];
  assertEquals(sizes.map((n) => reachableFunctions(family(n))), [12n, 432n, 31_488n, 3_856_200n]);
  assertEquals(sizes.map((n) => reachableShapes(family(n))), [12n, 216n, 5_248n, 160_675n]);
});

Deno.test("the closed forms are what counting one by one gives, for several inputs and with stated transitions", () => {
  const nothing = (n: number, inputBits: number): PartialTable =>
    Array.from({ length: n }, () => Array(2 ** inputBits).fill(null));
  for (const [n, b] of [[1, 1], [2, 0], [3, 0], [5, 0], [2, 1], [3, 1], [4, 1], [2, 2]] as const) {
    const { all, reachable } = agreeingTables(nothing(n, b));
    assertEquals(BigInt(all), transitionFunctions(family(n, b)));
    assertEquals(BigInt(reachable), reachableFunctions(family(n, b)));
  }
  const some: PartialTable = [[1, null], [null, 2], [0, 0]];
  assertEquals(BigInt(agreeingTables(some).all), transitionFunctions(family(3), 4));
});

Deno.test("log2Exact is right far beyond a double", () => {
  assertEquals(log2Exact(1n), 0);
  assertEquals(log2Exact(2n ** 5000n), 5000);
  assertAlmostEquals(log2Exact(3n ** 1000n), 1000 * Math.log2(3), 1e-9);
  assertThrows(() => log2Exact(0n), RangeError);
});

Deno.test("more stated transitions than there are, and impossible families, are refused", () => {
  assertThrows(() => transitionFunctions(family(2), 5), UserError, "from 0 to 4");
  assertThrows(() => reachableFunctions(family(0)), UserError, "states");
  assertThrows(() => agreeingTables(Array(9).fill([null, null])), RangeError, "at most");
});
