import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { clusterBootstrap } from "offprint/cluster_bootstrap.ts";
import { stream } from "offprint/random.ts";
import { mean, pairedBootstrap } from "offprint/stats.ts";

const share = ([part, all]: readonly number[]): number => part! / all!;

Deno.test("with clusters of one it is the ordinary bootstrap of a mean", () => {
  const random = stream(1, "values");
  const values = Array.from({ length: 40 }, () => random.normal());
  const own = clusterBootstrap(values.map((value) => [value, 1]), share, { seed: 5 });
  const plain = pairedBootstrap(values, values.map(() => 0), { seed: 5 });
  assertAlmostEquals(own.mean, mean(values), 1e-12);
  assertAlmostEquals(own.low, plain.low, 0.03);
  assertAlmostEquals(own.high, plain.high, 0.03);
});

Deno.test("values that agree within a cluster widen the interval", () => {
  const random = stream(2, "clusters");
  const clusters = Array.from({ length: 20 }, () => Number(random.uniform() < 0.5));
  const width = ({ low, high }: { low: number; high: number }): number => high - low;
  const clustered = clusterBootstrap(clusters.map((one) => [10 * one, 10]), share, { seed: 1 });
  const singles = clusterBootstrap(
    clusters.flatMap((one) => Array.from({ length: 10 }, () => [one, 1])),
    share,
    { seed: 1 },
  );
  assertEquals(clustered.mean, singles.mean);
  // Ten equal values in a cluster count as one: the width grows by the root of ten.
  assertAlmostEquals(width(clustered) / width(singles), Math.sqrt(10), 0.5);
});

Deno.test("p values: small where all clusters agree, 1 where the statistic is 0 throughout", () => {
  const at = (value: number) =>
    clusterBootstrap(Array.from({ length: 9 }, () => [value, 1]), share, {
      seed: 1,
      resamples: 500,
    });
  assertEquals(at(1).p, 1 / 500);
  assertEquals(at(0).p, 1);
  assert(clusterBootstrap([[0, 0], [1, 1], [0, 1]], share, { seed: 1 }).high <= 1);
  assertThrows(() => clusterBootstrap([[1, 1]], share, { seed: 1 }), RangeError, "1 clusters");
});
