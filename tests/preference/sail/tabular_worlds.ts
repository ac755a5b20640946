/** Policies of a few responses, and finite differences, for tests of SAIL in closed form. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  logLinearPolicy,
  type OfflinePair,
  softmaxPolicy,
  type TabularProblem,
} from "offprint/preference/sail/mod.ts";
import { stream } from "offprint/random.ts";

export const THETA = [0.2, -0.1, 0];

/** One prompt and three responses: the setting of the golden values. */
export const BANDIT: TabularProblem = {
  policy: softmaxPolicy([3]),
  reference: [[0.5, 0.3, 0.2].map(Math.log)],
  reward: [[1, 0, 0.5]],
  beta: 0.5,
  pairs: [],
};

export const wins = (a: number, b: number): number => 1 / (1 + Math.exp(b - a));

/** A log-linear world with five prompts and pairs whose labels were drawn. */
export function randomWorld(seed: number): TabularProblem {
  const random = stream(seed, "sail test world");
  const table = (scale: number) =>
    Array.from({ length: 5 }, () => Array.from({ length: 4 }, () => scale * random.normal()));
  const reward = table(1);
  const reference = table(0.8).map((row) => {
    const sum = Math.log(row.reduce((a, b) => a + Math.exp(b), 0));
    return row.map((logit) => logit - sum);
  });
  const features = table(1).map((row) => row.map(() => [0, 1, 2].map(() => random.normal())));
  const pairs = Array.from({ length: 30 }, (): OfflinePair => {
    const first = random.integer(4);
    const second = (first + 1 + random.integer(3)) % 4;
    return {
      prompt: random.integer(5),
      first,
      second,
      probability: random.integer(2),
      weight: 1 / 30,
    };
  });
  return { policy: logLinearPolicy(reference, features), reference, reward, beta: 0.3, pairs };
}

export function assertVector(
  got: ArrayLike<number>,
  wanted: readonly number[],
  tolerance: number,
): void {
  assertEquals(got.length, wanted.length);
  wanted.forEach((value, k) => assertAlmostEquals(got[k]!, value, tolerance));
}
