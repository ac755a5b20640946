import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  farsightedExample,
  oneStepExample,
  randomInstance,
  regressionExample,
  twoActionExample,
} from "offprint/contracts/instance/mod.ts";
import {
  ContractBandit,
  explorationLength,
  exploreThenCommit,
  orderedThresholds,
  paymentFor,
  paymentSearch,
  RegretLedger,
  shrinkingMargin,
  withoutMargin,
} from "offprint/contracts/learning/mod.ts";
import { ContractGame, learnContracts, learnWorkLaws } from "offprint/contracts/pamdp/mod.ts";
import { plan } from "offprint/contracts/planning/mod.ts";
import {
  curvePoint,
  curveSlope,
  type Experiment,
  experiments,
  learnerInstance,
} from "offprint/papers/contractual_rl/mod.ts";
import { UserError } from "offprint/errors.ts";
import { stream } from "offprint/random.ts";

const RIVAL = { target: 1, outcome: 2, rivalProbability: 0.1, extraCost: 0.3 };
const all = experiments();

/** The slope over the last decade of `horizons`, with 20 seeds (10 where one run is long). */
function slopeOf(experiment: Experiment, horizons = experiment.horizons, seeds = 20) {
  const points = horizons.map((horizon) => curvePoint(experiment, horizon, seeds));
  return { points, ...curveSlope(points) };
}

function assertWithin(value: number, low: number, high: number, what: string) {
  assert(value >= low && value <= high, `${what}: got ${value}, expected ${low} to ${high}`);
}

Deno.test("regret on the two-action example by hand: a premium when paid too much, a failed inducement when too little", () => {
  const bandit = new ContractBandit(twoActionExample(), stream(1, "tests"));
  bandit.commit(Float64Array.of(0, 0, 0.7), 1, 10);
  assertAlmostEquals(bandit.ledger.premium, 10 * 0.06, 1e-12);
  assertAlmostEquals(bandit.ledger.total, 10 * 0.06, 1e-12);
  bandit.commit(Float64Array.of(0, 0, 0.5), 1, 1);
  // Followed it would bring 0.45; the agent shirks and 0.2 − 0.05 is left.
  assertAlmostEquals(bandit.ledger.premium, 0.6 - 0.06, 1e-12);
  assertAlmostEquals(bandit.ledger.failedInducement, 0.3, 1e-12);
  assertAlmostEquals(bandit.ledger.total, 0.6 + 0.39 - 0.15, 1e-12);
  bandit.commit(new Float64Array(3), 0, 1);
  assertAlmostEquals(bandit.ledger.policyLoss, 0.19, 1e-12);
  assertEquals([bandit.ledger.failures, bandit.ledger.lastFailure, bandit.ledger.episodes], [
    1,
    11,
    12,
  ]);
});

Deno.test("the bandit and the one-step game keep the same ledger and show the same rounds", () => {
  const instance = oneStepExample({ cap: 2 });
  const bandit = new ContractBandit(instance, stream(2, "tests"));
  const game = new ContractGame(instance, stream(2, "tests"));
  const random = stream(3, "tests");
  const rec = new Int32Array(3);
  const contracts = new Float64Array(9);
  for (let t = 0; t < 300; t++) {
    const contract = Float64Array.from({ length: 3 }, () => random.uniform());
    rec[0] = random.integer(3);
    contracts.set(contract);
    const round = bandit.post(contract, rec[0]);
    game.post(contracts, rec);
    const episode = game.play();
    assertEquals([episode.actions[0], episode.states[1]], [round.action, round.outcome]);
    assertAlmostEquals(episode.profit, round.profit, 1e-12);
  }
  for (const part of ["policyLoss", "premium", "failedInducement", "failures"] as const) {
    assertAlmostEquals(game.ledger[part], bandit.ledger[part], 1e-9, part);
  }
});

Deno.test("the game's regret is the benchmark less the exact value, whatever the split", () => {
  for (let seed = 0; seed < 40; seed++) {
    const instance = randomInstance({ H: 3, n: 3, m: 3, seed: 900 + seed });
    const game = new ContractGame(instance, stream(seed, "tests"));
    const random = stream(seed, "tests", "contracts");
    const contracts = Float64Array.from({ length: 27 }, () => 0.5 * random.uniform());
    const rec = Int32Array.from({ length: 9 }, () => random.integer(4) - 1);
    game.post(contracts, rec);
    game.skip(1);
    let profit = 0;
    const episodes = 4000;
    for (let t = 0; t < episodes; t++) profit += game.play().profit;
    const perEpisode = game.ledger.total / game.ledger.episodes;
    const standardError = 1.5 / Math.sqrt(episodes);
    assertAlmostEquals(game.benchmark - perEpisode, profit / episodes, 4 * standardError);
    assertAlmostEquals(game.benchmark, plan(instance).value, 1e-12);
  }
});

Deno.test("following the plan has no regret of any kind", () => {
  for (const instance of [farsightedExample(), regressionExample(), learnerInstance()]) {
    const { contracts, rec } = plan(instance);
    const game = new ContractGame(instance, stream(1, "tests"));
    game.post(contracts, rec);
    game.skip(1000);
    assertAlmostEquals(game.ledger.total, 0, 1e-8);
    assertAlmostEquals(game.ledger.policyLoss, 0, 1e-8);
    assertEquals(game.ledger.failures, 0);
  }
  // Commitment in the two-step example beats the recursive benchmark: its policy loss is negative.
  const committed = plan(farsightedExample({ concept: "markov" }));
  const game = new ContractGame(farsightedExample(), stream(1, "tests"));
  game.post(committed.contracts, committed.rec);
  game.skip(1);
  assertAlmostEquals(game.ledger.policyLoss, 1.89 - 1.94, 1e-9);
});

Deno.test("ledgers add up", () => {
  const ledger = new RegretLedger();
  ledger.add(1, 2, 3, false);
  ledger.add(0.5, 0, 0, true, 4);
  assertEquals([ledger.total, ledger.episodes, ledger.failures, ledger.lastFailure], [8, 5, 4, 5]);
});

Deno.test("margins √(ln T/2t) sum to at most √(2T ln T), and the two-action example's premium is about 0.72 of it", () => {
  for (const horizon of [10, 1000, 100_000]) {
    let sum = 0;
    for (let t = 1; t <= horizon; t++) sum += Math.sqrt(Math.log(horizon) / (2 * t));
    assert(sum <= Math.sqrt(2 * horizon * Math.log(horizon)));
  }
  // Payment 0.3/(0.5 − ε) instead of 0.6, with probability 0.6: 0.72 ε to first order.
  const premium = 0.6 * (paymentFor(RIVAL, 0.6 - 1e-5, 3) - 0.6);
  assertAlmostEquals(premium / 1e-5, 0.72, 1e-4);
});

Deno.test("runs are repeated exactly by the same seed and differ by another", () => {
  for (const id of ["S1", "S4", "S5", "S6-margin"] as const) {
    assertEquals(all[id].run(1000, 3).total, all[id].run(1000, 3).total);
    assert(all[id].run(1000, 3).total !== all[id].run(1000, 4).total);
  }
});

Deno.test("the shrinking margin has slope ½ and never loses the agent", () => {
  const { points, slope } = slopeOf(all.S1, [1e3, 1e4, 1e5, 316228, 1e6]);
  assertWithin(slope, 0.42, 0.55, "slope");
  assertEquals(points.reduce((sum, { failures }) => sum + failures, 0), 0);
  const last = points.at(-1)!;
  assertWithin(last.regret.mean / Math.sqrt(1e6 * Math.log(1e6)), 1, 1.15, "R/√(T ln T)");
  for (const [k, published] of [145, 414, 1229, 2185, 3976].entries()) {
    const { mean, standardError } = points[k]!.regret;
    assertWithin(mean, published - 4.5 * standardError, published + 4.5 * standardError, `T${k}`);
  }
});

Deno.test("explore then commit has slope ⅔ and a log", () => {
  const { points, slope } = slopeOf(all.S2, [1e3, 1e4, 1e5, 316228, 1e6]);
  assertWithin(slope, 0.6, 0.72, "slope");
  for (const { horizon, regret } of points) {
    const scale = horizon ** (2 / 3) * Math.log(horizon) ** (1 / 3);
    assertWithin(regret.mean / scale, 1.8, 2.2, `R/(T^⅔ ln^⅓ T) at ${horizon}`);
  }
  assertEquals(explorationLength(1e6), 23996);
  assertEquals(explorationLength(2), 2);
});

Deno.test("without a margin regret is linear: the agent is lost and no data come back", () => {
  const { points, slope } = slopeOf(all.S3, [1e3, 1e4, 1e5]);
  assertWithin(slope, 0.95, 1.05, "slope");
  assert(points[2]!.failures > 0.9e5);
});

Deno.test("search + UCB: slope ½ when the gap shrinks with T, logarithmic when it does not", () => {
  const scaled = slopeOf(all.S4, [1e4, 31623, 1e5], 40);
  assertWithin(scaled.slope, 0.42, 0.55, "slope with gap 1/√T");
  const fixed = slopeOf(all["S4-fixed-gap"], [1e4, 31623, 1e5], 40);
  assert(fixed.slope < 0.3, `slope with fixed gap: ${fixed.slope}`);
});

Deno.test("the naive grid has slope ⅔ on its last decade", () => {
  const { points, slope } = slopeOf(all.S5, [1e3, 1e4, 31623, 1e5]);
  assertWithin(slope, 0.6, 0.72, "slope");
  for (const [k, published] of [137, 724, 1441, 3292].entries()) {
    assertWithin(points[k]!.regret.mean, 0.96 * published, 1.04 * published, `T${k}`);
  }
});

Deno.test("two steps: slope ½ with a shrinking margin, ⅔ with explore then commit, nobody shirks", () => {
  const margin = slopeOf(all["S6-margin"], [1e5, 316228, 1e6]);
  assertWithin(margin.slope, 0.42, 0.55, "shrinking margin");
  const explore = slopeOf(all["S6-explore"], [1e5, 316228, 1e6]);
  assertWithin(explore.slope, 0.6, 0.72, "explore then commit");
  for (const { failures } of [...margin.points, ...explore.points]) assertEquals(failures, 0);
  for (const [k, published] of [13073, 21550, 36661].entries()) {
    assertWithin(margin.points[k]!.regret.mean, 0.92 * published, 1.08 * published, `T${k}`);
  }
});

Deno.test("the general learner on the two-step example and on a random 3×3×3 instance: slope at most 0.72, failures vanish", () => {
  for (const id of ["general-C2", "general-random"] as const) {
    const { points, slope } = slopeOf(all[id], [1e5, 316228, 1e6], 10);
    assertWithin(slope, 0.5, 0.72, id);
    const last = points.at(-1)!;
    assert(last.failures < 1, `${id}: ${last.failures} failures at T = 10⁶`);
    assert(last.lastFailure < 1e5, `${id}: the last failure at ${last.lastFailure}`);
    assertAlmostEquals(last.failedInducement, 0, 1);
  }
});

Deno.test("the general learner ends with the planner's actions wherever it goes", () => {
  const instance = learnerInstance();
  const found = plan(instance);
  const game = new ContractGame(instance, stream(1, "tests"));
  const run = learnContracts(game, { horizon: 200_000, random: stream(1, "tests", "search") });
  assertEquals(run.rec[0], found.rec[0]);
  for (let at = 3; at < 9; at++) if (run.rec[at] !== -1) assertEquals(run.rec[at], found.rec[at]);
  assert(run.exploration < 20_000 && run.replans < 200);
});

Deno.test("the general learner also learns a myopic agent", () => {
  const instance = farsightedExample({ cap: 3, concept: "myopic" });
  const game = new ContractGame(instance, stream(2, "tests"));
  learnContracts(game, { horizon: 100_000, random: stream(2, "tests", "search") });
  assert(game.ledger.failures < 5);
  assert(game.ledger.total < 0.1 * 100_000, `regret ${game.ledger.total}`);
});

Deno.test("learners say what they cannot take", () => {
  const uncapped = new ContractGame(farsightedExample(), stream(1));
  assertThrows(
    () => learnContracts(uncapped, { horizon: 10, random: stream(1) }),
    UserError,
    "got cap Infinity, expected a finite cap",
  );
  assertThrows(
    () => learnWorkLaws(uncapped, { horizon: 10, method: "shrinking margin" }),
    UserError,
    "2 states, 2 actions, cap Infinity",
  );
  assertThrows(
    () => new ContractBandit(farsightedExample(), stream(1)),
    RangeError,
    "H = 2, expected 1",
  );
});

Deno.test("learners that watch actions refuse a game that hides them", () => {
  const hidden = { observeAction: false };
  const bandit = new ContractBandit(twoActionExample(), stream(1), hidden);
  const game = new ContractGame(farsightedExample({ cap: 3 }), stream(1), hidden);
  assertEquals(game.play().actions, Int32Array.of(-1, -1));
  for (
    const learn of [
      () => shrinkingMargin(bandit, 10, RIVAL),
      () => withoutMargin(bandit, 10, RIVAL),
      () => exploreThenCommit(bandit, 10, RIVAL),
      () => orderedThresholds(bandit, 2, 1, 0.1),
      () => paymentSearch(2, 1)(bandit, 1, 0.1),
      () => learnWorkLaws(game, { horizon: 10, method: "shrinking margin" }),
      () => learnContracts(game, { horizon: 10, random: stream(1) }),
    ]
  ) {
    assertThrows(learn, UserError, "got observeAction: false");
  }
});

Deno.test("tiny horizons are played to the end", () => {
  for (const horizon of [1, 2, 5]) {
    const bandit = new ContractBandit(twoActionExample(), stream(horizon, "tests"));
    shrinkingMargin(bandit, horizon, RIVAL);
    assertEquals(bandit.ledger.episodes, horizon);
    const control = new ContractBandit(twoActionExample(), stream(horizon, "tests"));
    withoutMargin(control, horizon, RIVAL);
    assertEquals(control.ledger.episodes, horizon);
    for (const id of ["S2", "S5", "general-C2"] as const) {
      assertEquals(all[id].run(horizon, 1).episodes, horizon, id);
    }
  }
  assertThrows(() => curveSlope([curvePoint(all.S2, 1000, 2)]), RangeError, "got 1 points");
});
