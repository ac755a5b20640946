import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  comparePaired,
  passShare,
  signedRank,
  signedRankNormal,
  type Solved,
} from "offprint/problems/mod.ts";
import { normalCdf } from "offprint/stats.ts";

const solved = (passed: readonly number[]): Solved[] =>
  passed.map((count, i) => ({ name: `p${i}`, group: "g", samples: 5, compiled: 5, passed: count }));

Deno.test("signed ranks by hand: all signs alike, ties, zeros, symmetric", () => {
  assertAlmostEquals(signedRank([1, 2, 3, 4, 5]), 2 / 32, 1e-12);
  assertAlmostEquals(signedRank([0, -1, -2, -3, -4, -5, 0]), 2 / 32, 1e-12);
  assertEquals(signedRank([1, -1, 2, -2]), 1);
  assertEquals(signedRank([]), 1);
  // Ranks 1.5, 1.5, 3: sums 0 … 6, of 8 ways those at most 1.5 or at least 4.5 away from 3 by 1.5.
  assertAlmostEquals(signedRank([1, 1, -2]), 1, 1e-12);
  assertAlmostEquals(signedRank([1, 1, 2]), 2 / 8, 1e-12);
  // Against the count over all ways of giving signs.
  const values = [0.2, -0.4, 0.4, 0.6, 0.6, 0.6, -0.2, 1, 0.8];
  const sizes = values.map(Math.abs);
  const rank = (size: number) => {
    const below = sizes.filter((other) => other < size - 1e-9).length;
    const equal = sizes.filter((other) => Math.abs(other - size) < 1e-9).length;
    return below + (equal + 1) / 2;
  };
  const total = sizes.reduce((sum, size) => sum + rank(size), 0);
  const sumOf = (signs: number) =>
    sizes.reduce((sum, size, i) => sum + (signs >> i & 1) * rank(size), 0);
  const seen = Math.abs(
    values.reduce((s, v) => s + (v > 0 ? rank(Math.abs(v)) : 0), 0) - total / 2,
  );
  let extreme = 0;
  for (let signs = 0; signs < 2 ** values.length; signs++) {
    if (Math.abs(sumOf(signs) - total / 2) >= seen - 1e-9) extreme++;
  }
  assertAlmostEquals(signedRank(values), extreme / 2 ** values.length, 1e-12);
});

Deno.test("two systems on the same problems", () => {
  const a = solved([5, 5, 3, 0, 4, 5]), b = solved([0, 5, 1, 1, 0, 2]);
  const { wins, losses, ties, student, bootstrap, sign, wilcoxon } = comparePaired(a, b);
  assertEquals([wins, losses, ties], [4, 1, 1]);
  assertAlmostEquals(student.mean, 13 / 30, 1e-12);
  assertAlmostEquals(bootstrap.mean, student.mean, 1e-12);
  assertAlmostEquals(sign, 12 / 32, 1e-12);
  assert(wilcoxon > 0.05 && wilcoxon < 0.2);
  assertThrows(() => comparePaired(a, b.slice(1)), RangeError, "different problems");
});

Deno.test("one problem has a share and no interval", () => {
  const { mean, low, n } = passShare(solved([2]), 1);
  assertEquals([mean, low, n], [0.4, NaN, 1]);
});

Deno.test("the normal approximation of signed ranks corrects its variance for ties", () => {
  // n = 4 without ties: sum 10, expected 5, variance 4·5·9/24 = 7.5.
  assertAlmostEquals(signedRankNormal([1, 2, 3, 4]), 2 * normalCdf(-5 / Math.sqrt(7.5)), 1e-12);
  // Four equal sizes have rank 2.5 each: variance 4·6.25/4.
  assertAlmostEquals(signedRankNormal([1, 1, 1, 1]), 2 * normalCdf(-5 / Math.sqrt(6.25)), 1e-12);
  assertEquals(signedRankNormal([0]), 1);
});
