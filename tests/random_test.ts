import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { murmurHash3, Random, stream } from "offprint/random.ts";
import { chiSquare, estimate, variance } from "offprint/stats.ts";

Deno.test("xoshiro128** gives the reference numbers of its authors", () => {
  const random = new Random([1, 2, 3, 4]);
  const drawn = Array.from({ length: 5 }, () => random.uint32());
  assertEquals(drawn, [11520, 0, 5927040, 70819200, 2031721883]);
});

Deno.test("MurmurHash3 (x86, 128 bit) gives its known digests", () => {
  const hex = (text: string) =>
    murmurHash3(new TextEncoder().encode(text)).map((word) => word.toString(16).padStart(8, "0"))
      .join("");
  assertEquals(hex(""), "00000000000000000000000000000000");
  assertEquals(
    hex("The quick brown fox jumps over the lazy dog"),
    "2f1583c3ecee2c675d7bf66ce5e91d2c",
  );
});

Deno.test("named streams are pinned: the first numbers never change", () => {
  const first = (...path: [number, ...(string | number)[]]) => {
    const random = stream(...path);
    return [random.uint32(), random.uint32(), random.uint32()];
  };
  assertEquals(first(1), PINNED.bare);
  assertEquals(first(7, "treebon", 2, 0), PINNED.treebon);
});

const PINNED = {
  bare: [1176153905, 595697054, 2327738654],
  treebon: [450113106, 1790126361, 3329072922],
};

Deno.test("different names give different streams; a name and its number differ", () => {
  assertNotEquals(stream(1, "a").uint32(), stream(1, "b").uint32());
  assertNotEquals(stream(1, "2").uint32(), stream(1, 2).uint32());
  assertNotEquals(stream(1, "a", "b").uint32(), stream(1, "ab").uint32());
  assertThrows(() => stream(NaN), RangeError, "finite");
});

Deno.test("fillUniform gives what as many single draws would, and goes on after them", () => {
  const one = stream(3, "block");
  const block = stream(3, "block");
  for (const count of [0, 1, 7, 1000]) {
    const numbers = new Float64Array(count);
    block.fillUniform(numbers);
    assertEquals(numbers, Float64Array.from({ length: count }, () => one.uniform()));
  }
  assertEquals(block.uint32(), one.uint32());
});

Deno.test("an all-zero state is mended, it would stay zero for ever", () => {
  const random = new Random([0, 0, 0, 0]);
  assert([1, 2, 3, 4, 5, 6].map(() => random.uint32()).some((word) => word !== 0));
});

Deno.test("uniform lies in [0, 1) with the right moments", () => {
  const random = stream(1, "uniform");
  const draws = Float64Array.from({ length: 100_000 }, () => random.uniform());
  assert(draws.every((u) => u >= 0 && u < 1));
  const { mean, standardError } = estimate(draws);
  assert(Math.abs(mean - 0.5) < 4 * standardError);
  assert(Math.abs(variance(draws) - 1 / 12) < 0.001);
});

Deno.test("integer is uniform also where the modulus would bias it", () => {
  const random = stream(1, "integer");
  const bound = 3_000_000_000;
  let upper = 0;
  const n = 40_000;
  for (let i = 0; i < n; i++) if (random.integer(bound) >= bound / 2) upper++;
  assert(Math.abs(upper - n / 2) < 4 * Math.sqrt(n / 4));
  for (const bad of [0, -1, 1.5, NaN, 2 ** 33]) {
    assertThrows(() => random.integer(bad), RangeError, "whole number");
  }
});

Deno.test("categorical follows its weights and never draws a weight of zero", () => {
  const random = stream(1, "categorical");
  const weights = [0, 1, 2, 0, 3, 0];
  const counts = new Array(weights.length).fill(0);
  for (let i = 0; i < 60_000; i++) counts[random.categorical(weights)]++;
  assert(chiSquare(counts, weights).pValue > 1e-4);
  assertEquals([counts[0], counts[3], counts[5]], [0, 0, 0]);
  for (const bad of [[], [0, 0], [NaN, 1], [Infinity]]) {
    assertThrows(() => random.categorical(bad), RangeError, "positive finite sum");
  }
  assertThrows(() => random.categorical([-1, 2, 2]), RangeError, "got weight -1");
});

Deno.test("normal, exponential, gamma and Dirichlet have their means and variances", () => {
  const n = 50_000;
  const near = (draw: () => number, mean: number, spread: number) => {
    const draws = Float64Array.from({ length: n }, draw);
    const found = estimate(draws);
    assert(Math.abs(found.mean - mean) < 4 * found.standardError, `mean ${found.mean}`);
    assert(Math.abs(variance(draws) / spread - 1) < 0.06, `variance ${variance(draws)}`);
  };
  const random = stream(1, "laws");
  near(() => random.normal(), 0, 1);
  near(() => random.exponential(), 1, 1);
  near(() => random.gamma(0.5), 0.5, 0.5);
  near(() => random.gamma(4), 4, 4);
  near(() => random.dirichlet([1, 2, 3])[1]!, 1 / 3, (1 / 3) * (2 / 3) / 7);
  assertThrows(() => random.gamma(0), RangeError, "above 0");
  assertThrows(() => random.dirichlet([1e-9, 1e-9]), RangeError, "expected larger ones");
});

Deno.test("shuffle makes every order equally often", () => {
  const random = stream(1, "shuffle");
  const counts = new Map<string, number>();
  for (let i = 0; i < 12_000; i++) {
    const key = random.shuffle([0, 1, 2]).join("");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assertEquals(counts.size, 6);
  assert(chiSquare([...counts.values()], new Array(6).fill(1)).pValue > 1e-4);
});
