/** SAIL's objective, gradient and routes on policies of a few responses, against golden values and finite differences. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  ascend,
  exactTerms,
  gradientOf,
  logLinearPolicy,
  logPolicy,
  mixtureGradient,
  type OfflinePair,
  optimalPolicy,
  pairTerms,
  policyValue,
  type Route,
  ROUTES,
  sharesOf,
  singleRoute,
  softmaxPolicy,
  type TabularProblem,
} from "offprint/preference/sail/mod.ts";
import { stream } from "offprint/random.ts";
import { assertVector, BANDIT, randomWorld, THETA, wins } from "./tabular_worlds.ts";

/** The three unordered pairs, equally often, with the label's probability. */
const PAIRED: TabularProblem = {
  ...BANDIT,
  pairs: [[0, 1], [0, 2], [1, 2]].map(([first, second]): OfflinePair => ({
    prompt: 0,
    first: first!,
    second: second!,
    probability: wins(BANDIT.reward[0]![first!]!, BANDIT.reward[0]![second!]!),
    weight: 1 / 3,
  })),
};

const plus = (...vectors: Float64Array[]): number[] =>
  Array.from(vectors[0]!, (_, k) => vectors.reduce((sum, vector) => sum + vector[k]!, 0));

/** The objective's gradient by central differences. */
function differences(problem: TabularProblem, theta: readonly number[], route: Route): number[] {
  return theta.map((_, k) => {
    const at = (by: number): number =>
      exactTerms(problem, theta.map((value, i) => i === k ? value + by : value), route).value;
    return (at(1e-6) - at(-1e-6)) / 2e-6;
  });
}

Deno.test("the bilevel gradient is the sum of both terms, and only the sum", () => {
  assertVector(
    logPolicy(BANDIT.policy, THETA)[0]!.map(Math.exp),
    [0.390694, 0.289433, 0.319873],
    5e-7,
  );
  const { value, pair, response, label } = exactTerms(BANDIT, THETA, "DPR");
  assertAlmostEquals(value, -0.709662, 5e-7);
  assertVector(response, [-0.007867, 0.007994, -0.000127], 6e-7);
  assertVector(pair, [0.055481, -0.034624, -0.020857], 6e-7);
  assertEquals([...label], [0, 0, 0]);
  const numeric = differences(BANDIT, THETA, "DPR");
  assertVector(plus(pair, response), numeric, 1e-8);
  assert(Math.abs(pair[0]! - numeric[0]!) > 5e-3, "without the extra term it is another gradient");
});

Deno.test("at the best policy online DPO stands still and the extra term does not", () => {
  const star = optimalPolicy(BANDIT)[0]!;
  assertVector(star.map(Math.exp), [0.814098, 0.066106, 0.119796], 5e-7);
  const { value, pair, response } = exactTerms(BANDIT, star, "DPR");
  assertVector(pair, [0, 0, 0], 1e-12);
  assertVector(response, [-0.011995, 0.009998, 0.001998], 6e-7);
  assertAlmostEquals(value, -0.674816, 5e-7);
});

Deno.test("the fixed points of both terms, by the weight of the extra one", () => {
  const golden: [number, number[], number, number, number][] = [
    [0, [0.814098, 0.066106, 0.119796], 0.873996, 0.235466, 0.756264],
    [0.2, [0.791399, 0.086310, 0.122291], 0.852545, 0.195722, 0.754684],
    [0.3, [0.780999, 0.096045, 0.122956], 0.842477, 0.179089, 0.752932],
    [0.5, [0.762765, 0.113756, 0.123478], 0.824504, 0.152288, 0.748360],
  ];
  for (const [lambda, policy, reward, kl, objective] of golden) {
    const { logProbs } = ascend(BANDIT, singleRoute("DPR", lambda), { steps: 4000, stepSize: 2 });
    assertVector(logProbs[0]!.map(Math.exp), policy, 1e-6);
    const got = policyValue(BANDIT, logProbs);
    assertVector([got.reward, got.kl, got.objective], [reward, kl, objective], 1e-6);
  }
  const { theta, logProbs } = ascend(BANDIT, singleRoute("DPR", 1), { steps: 4000, stepSize: 2 });
  assertVector(logProbs[0]!.map(Math.exp), [0.730338, 0.147401, 0.122261], 1e-6);
  assertAlmostEquals(exactTerms(BANDIT, theta, "DPR").value, -0.668185, 5e-7);
});

Deno.test("with the policy's own labels the pair term vanishes", () => {
  const { value, pair, label, response } = exactTerms(BANDIT, THETA, "DPP");
  assertAlmostEquals(value, -0.687423, 5e-7);
  assertVector(response, [-0.000215, -0.001533, 0.001749], 6e-7);
  assertVector(label, [-0.013810, -0.002785, 0.016595], 6e-7);
  assertVector(pair, [0, 0, 0], 1e-15);
  assertVector(plus(label, response), differences(BANDIT, THETA, "DPP"), 1e-8);
});

Deno.test("data pairs, labelled by the policy and by the data", () => {
  const self = exactTerms(PAIRED, THETA, "DDP");
  assertAlmostEquals(self.value, -0.684785, 5e-7);
  assertVector(self.label, [-0.018834, -0.005984, 0.024818], 6e-7);
  assertVector(self.pair, [0, 0, 0], 1e-15);
  assertVector(self.label, differences(PAIRED, THETA, "DDP"), 1e-8);
  const offline = exactTerms(PAIRED, THETA, "DPO");
  assertAlmostEquals(offline.value, -0.714002, 5e-7);
  assertVector(offline.pair, [0.078073, -0.052833, -0.025240], 6e-7);
  assertVector(offline.pair, differences(PAIRED, THETA, "DPO"), 1e-8);
});

Deno.test("every route's gradient is that of its objective, in log-linear worlds too", () => {
  for (let seed = 0; seed < 5; seed++) {
    const world = randomWorld(seed);
    const random = stream(seed, "theta");
    const theta = [0, 1, 2].map(() => random.normal());
    for (const route of ROUTES) {
      const { pair, label, response } = exactTerms(world, theta, route);
      assertVector(plus(pair, label, response), differences(world, theta, route), 1e-8);
    }
  }
});

Deno.test("the label term is half the square of F, and flips the sign of a pair below −5", () => {
  const pairAt = (u: number) => ({
    first: u / 0.1,
    second: 0,
    firstReference: 0,
    secondReference: 0,
  });
  for (const u of [-7, -1, 0, 0.2, 3]) {
    const loss = (at: number): number => {
      const { value } = pairTerms(pairAt(at), { beta: 0.1, probability: 1 });
      return -value - 0.1 * value ** 2;
    };
    const slope = (loss(u + 1e-6) - loss(u - 1e-6)) / 2e-6;
    const { value, pair, label } = pairTerms(pairAt(u), { beta: 0.1, probability: 1 });
    assertAlmostEquals(0.1 * slope, -(pair + 0.2 * label), 1e-9);
    assertEquals(Math.sign(pair + 0.2 * label), value < -5 ? -1 : 1);
  }
});

Deno.test("the score has mean 0", () => {
  for (let seed = 0; seed < 3; seed++) {
    const world = randomWorld(seed);
    const logProbs = logPolicy(world.policy, [0.4, -1, 2]);
    const weights = logProbs.map((row) => row.map(Math.exp));
    assertVector(gradientOf(world.policy, logProbs, weights), [0, 0, 0], 1e-12);
  }
});

Deno.test("a function of the prompt added to the log-ratio changes nothing", () => {
  const world = randomWorld(3);
  const shifted: TabularProblem = {
    ...world,
    reference: world.reference.map((row, x) => Array.from(row, (value) => value + 3 * x - 1)),
  };
  for (const route of ROUTES) {
    const [a, b] = [world, shifted].map((each) => exactTerms(each, [1, 0.5, -0.3], route));
    assertAlmostEquals(a!.value, b!.value, 1e-12);
    assertVector(plus(a!.pair, a!.label, a!.response), plus(b!.pair, b!.label, b!.response), 1e-12);
  }
});

Deno.test("DDP alone sharpens a preference and never turns it", () => {
  const problem: TabularProblem = {
    policy: softmaxPolicy([2]),
    reference: [[Math.log(0.5), Math.log(0.5)]],
    reward: [[0, 0]],
    beta: 0.5,
    pairs: [{ prompt: 0, first: 0, second: 1, probability: 1, weight: 1 }],
  };
  for (const start of [0.3, -0.02, -2]) {
    const margins: number[] = [];
    ascend(problem, singleRoute("DDP", 1), {
      steps: 200,
      stepSize: 1,
      start: [start, 0],
      onStep: (_, theta) => margins.push(0.5 * (theta[0]! - theta[1]!)),
    });
    for (let i = 1; i < margins.length; i++) {
      assert(Math.abs(margins[i]!) > Math.abs(margins[i - 1]!));
      assertEquals(Math.sign(margins[i]!), Math.sign(start));
    }
  }
});

Deno.test("reverse KL: the penalty is a gradient, the follow-up's estimator raises both responses", () => {
  const world = randomWorld(2);
  const theta = [0.5, 1, -0.4];
  const at = (by: number, k: number): number =>
    policyValue(
      world,
      logPolicy(world.policy, theta.map((value, i) => i === k ? value + by : value)),
    ).kl;
  const without = mixtureGradient(world, theta, {});
  const held = mixtureGradient(world, theta, {}, { reverseKl: 0.7 });
  theta.forEach((_, k) => {
    const slope = (at(1e-6, k) - at(-1e-6, k)) / 2e-6;
    assertAlmostEquals(held[k]! - without[k]!, -0.7 * slope, 1e-8);
  });
  const single = { ...PAIRED, pairs: [{ ...PAIRED.pairs[0]!, weight: 1 }] };
  const plain = mixtureGradient(single, THETA, {});
  const raised = mixtureGradient(single, THETA, {}, {
    reverseKl: 0.7,
    reverseKlMode: "token-mean",
  });
  assert(raised[0]! > plain[0]! && raised[1]! > plain[1]!);
});

Deno.test("features that do not fit the reference are refused", () => {
  const error = assertThrows(() => logLinearPolicy([[-1, -1]], [[[1]]]), UserError);
  assertEquals(
    error.message,
    "log-linear policy: features of prompt 0: got 1 responses, expected 2, as many as the reference has.",
  );
});

Deno.test("the fast sum over a mixture is that of the terms, in every mode and at far margins", () => {
  for (const scale of [0.3, 3, 40]) {
    for (const mode of ["formula", "as-published"] as const) {
      // So far out the published term is not defined.
      if (scale === 40 && mode === "as-published") continue;
      for (const ties of ["keep", "drop"] as const) {
        const world = randomWorld(21);
        const theta = [0.3, -0.4, 0.9].map((value) => scale * value);
        const mixture = {
          DDP: { share: 0.2, coefficient: 0.5 },
          DPP: { share: 0.3, coefficient: 0.7 },
          DPR: { share: 0.1, coefficient: 0.9 },
        };
        const wanted = [0, 0, 0];
        for (const route of ROUTES) {
          const { share, coefficient } = sharesOf(mixture)[route];
          const { pair, label, response } = exactTerms(world, theta, route, { mode, ties });
          wanted.forEach((_, k) => {
            wanted[k]! += share * (pair[k]! + coefficient * (label[k]! + response[k]!));
          });
        }
        const size = Math.max(...wanted.map(Math.abs), 1e-3);
        assertVector(mixtureGradient(world, theta, mixture, { mode, ties }), wanted, 1e-11 * size);
      }
    }
  }
});
