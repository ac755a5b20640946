/** The exact preference-tuned policy: soft values, the printed example, mixtures. */
import { assertAlmostEquals } from "@std/assert";
import { markovChain } from "offprint/lm/exact/mod.ts";
import {
  type ChainTask,
  drawText,
  exactPolicy,
  mixedLogRatios,
  policyChain,
  totalReward,
} from "offprint/papers/treebon/mod.ts";
import { stream } from "offprint/random.ts";

const fair = markovChain({ name: "fair", vocabSize: 2, first: [0.5, 0.5], next: () => [0.5, 0.5] });
/** r(00, 01, 10, 11) = (0, 1, .5, .5). */
const EXAMPLE: ChainTask = {
  base: fair,
  horizon: 2,
  beta: 1,
  reward: (step, previous, token) => step === 1 ? 0 : [[0, 1], [0.5, 0.5]][previous]![token]!,
};

Deno.test("the printed example: values, log-ratios, full sums, the policy", () => {
  const { value, logRatio } = exactPolicy(EXAMPLE);
  assertAlmostEquals(value(1, 0), 0.5618596, 1e-7);
  assertAlmostEquals(value(2, 0), 0.6201145, 1e-7);
  assertAlmostEquals(value(2, 1), 0.5, 1e-7);
  assertAlmostEquals(logRatio(1, 0, 0), 0.0582549, 1e-7);
  assertAlmostEquals(logRatio(1, 0, 1), -0.0618596, 1e-7);
  const texts = [[0, 0], [0, 1], [1, 0], [1, 1]] as const;
  const sums = texts.map(([a, b]) => logRatio(1, 0, a) + logRatio(2, a, b));
  [-0.5618596, 0.4381404, -0.0618596, -0.0618596].forEach((printed, i) =>
    assertAlmostEquals(sums[i]!, printed, 1e-7)
  );
  const chain = policyChain("tuned", EXAMPLE, logRatio);
  const policy = texts.map(([a, b]) => chain.row(1, 0)[a]! * chain.row(2, a)[b]!);
  [0.142537, 0.3874556, 0.2350037, 0.2350037].forEach((printed, i) =>
    assertAlmostEquals(policy[i]!, printed, 1e-7)
  );
});

Deno.test("β times the sum over a prefix is the soft value gained, on a random chain", () => {
  const rows = (step: number, previous: number) =>
    stream(8, "row", step, previous).dirichlet(new Float64Array(5).fill(0.7));
  const task: ChainTask = {
    base: markovChain({
      name: "random",
      vocabSize: 5,
      first: rows(1, 0),
      next: rows,
      stationaryFrom: Infinity,
    }),
    horizon: 9,
    beta: 2.5,
    reward: (step, previous, token) => stream(8, "reward", step, previous, token).normal(),
  };
  const { value, logRatio } = exactPolicy(task);
  const text = drawText(task, stream(8, "text"));
  let sum = 0;
  text.forEach((token, i) => {
    sum += logRatio(i + 1, text[i - 1] ?? 0, token);
    const gained = totalReward(task, text.slice(0, i + 1)) + value(i + 2, token) - value(1, 0);
    assertAlmostEquals(task.beta * sum, gained, 1e-10);
  });
  assertAlmostEquals(task.beta * sum, totalReward(task, text) - value(1, 0), 1e-10);
});

Deno.test("a mixture learned wholly is the exact policy, not at all the base, and stays a distribution", () => {
  const exact = exactPolicy(EXAMPLE);
  for (const learned of [0, 0.3, 1]) {
    const mixed = mixedLogRatios(EXAMPLE, exact, learned);
    const mass = [0, 1].reduce((sum, token) => sum + 0.5 * Math.exp(mixed(2, 0, token)), 0);
    assertAlmostEquals(mass, 1, 1e-12);
    const expected = learned === 0 ? 0 : learned === 1 ? exact.logRatio(2, 0, 1) : undefined;
    if (expected !== undefined) assertAlmostEquals(mixed(2, 0, 1), expected, 1e-12);
  }
});
