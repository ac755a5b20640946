import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { bisect, boundarySearch, facetSearch } from "offprint/contracts/boundaries/mod.ts";
import {
  binaryOutcomeExample,
  type Instance,
  lawAt,
  oneStepExample,
  randomInstance,
} from "offprint/contracts/instance/mod.ts";
import {
  boundaryCosts,
  boundarySearchContracts,
  ContractBandit,
  mostLikelyAction,
  orderedThresholds,
  paymentSearch,
  queryHiddenAction,
  roundsPerQuery,
  searchThenUcb,
  separation,
  totalVariation,
  UpperConfidence,
} from "offprint/contracts/learning/mod.ts";
import { leastPayment } from "offprint/contracts/payments/mod.ts";
import { plan } from "offprint/contracts/planning/mod.ts";
import { stream } from "offprint/random.ts";

function lawsOf(instance: Instance): Float64Array[] {
  return Array.from({ length: instance.m }, (_, a) => lawAt(instance, 0, 0, a));
}

Deno.test("bisection on the one-step example's best outcome: the probes worked out by hand, action 1 never seen", () => {
  const bandit = new ContractBandit(oneStepExample({ cap: 1 }), stream(1, "tests"));
  const seen = new Set<number>();
  const contract = new Float64Array(3);
  const found = bisect(
    (pay) => {
      contract[2] = pay;
      const { action } = bandit.post(contract);
      seen.add(action);
      return action === 2;
    },
    0,
    1,
    2 ** -20,
  );
  assertEquals(
    found.probes.slice(0, 5).map(({ at, response }) => [at, response]),
    [[0.5, false], [0.75, true], [0.625, true], [0.5625, false], [0.59375, false]],
  );
  assertEquals(found.probes.length, 20);
  assertAlmostEquals(found.low, 0.59999943, 1e-8);
  assertAlmostEquals(found.high, 0.60000038, 1e-8);
  assertEquals(seen, new Set([0, 2]));
  assertThrows(() => bisect(() => true, 1, 0, 0.1), RangeError, "[1, 0]");
  assertEquals(bisect(() => true, 0, 1, 2).probes, []);
});

Deno.test("the one-step example: boundary points at 0.5 and 0.6 recover all costs, and with them the least payments", () => {
  const instance = oneStepExample({ cap: 1 });
  const bandit = new ContractBandit(instance, stream(2, "tests"));
  const laws = lawsOf(instance);
  const { costs, map } = boundaryCosts(bandit, laws, {
    tolerance: 1e-9,
    random: stream(2, "tests", "search"),
  });
  [0, 0.1, 0.3].forEach((cost, a) => assertAlmostEquals(costs[a]!, cost, 1e-8));
  assertEquals(map.points.map(({ from, to }) => [from, to]), [[0, 1], [0, 2]]);
  assertAlmostEquals(map.points[0]!.contract[1]!, 0.5, 1e-8);
  assertAlmostEquals(map.points[1]!.contract[2]!, 0.6, 1e-8);
  [0, 0.2, 0.36].forEach((zeta, action) => {
    const solved = leastPayment({ laws, costs, action });
    assert(solved.feasible);
    assertAlmostEquals(solved.zeta, zeta, 1e-7);
  });
});

Deno.test("boundary searches recover every cost they meet on random bandits, in few rounds", () => {
  let all = 0;
  for (let seed = 0; seed < 60; seed++) {
    const instance = randomInstance({ H: 1, n: 2 + seed % 4, m: 2 + seed % 5, seed, cap: 3 });
    const bandit = new ContractBandit(instance, stream(seed, "tests"));
    const learnt = boundaryCosts(bandit, lawsOf(instance), {
      tolerance: 1e-8,
      random: stream(seed, "tests", "search"),
    });
    let met = 0;
    for (let a = 0; a < instance.m; a++) {
      if (Number.isNaN(learnt.costs[a]!)) continue;
      met++;
      assertAlmostEquals(learnt.costs[a]!, instance.c[a]!, 1e-6, `${instance.name}, action ${a}`);
    }
    if (met === instance.m) all++;
    const halvings = Math.ceil(Math.log2(3 / 1e-8));
    assert(learnt.rounds <= instance.m * (halvings + 25) + 10, `${learnt.rounds} rounds`);
  }
  assert(all >= 15, `all actions met on ${all} of 60`);
});

Deno.test("facet searches measure the planes of indifference: normals along differences of laws", () => {
  let measured = 0;
  for (let seed = 0; seed < 30; seed++) {
    const instance = seed === 0
      ? oneStepExample({ cap: 1 })
      : randomInstance({ H: 1, n: 3 + seed % 2, m: 3, seed: 70 + seed, cap: 3 });
    const bandit = new ContractBandit(instance, stream(seed, "tests"));
    const search = facetSearch({
      n: instance.n,
      m: instance.m,
      cap: instance.cap,
      tolerance: 1e-8,
      random: stream(seed, "tests", "search"),
    });
    let step = search.next();
    while (!step.done) step = search.next(bandit.post(step.value).action);
    const laws = lawsOf(instance);
    for (const { from, to, normal, offset, error } of step.value.facets) {
      measured++;
      const difference = laws[to]!.map((p, i) => p - laws[from]![i]!);
      const largest = difference.reduce(
        (best, d, i) => Math.abs(d) > Math.abs(difference[best]!) ? i : best,
        0,
      );
      const scale = difference[largest]! / normal[largest]!;
      assert(scale > 0, "the normal points to the action preferred beyond");
      difference.forEach((d, i) => assertAlmostEquals(scale * normal[i]!, d, 1e-5));
      assertAlmostEquals(scale * offset, instance.c[to]! - instance.c[from]!, 1e-5);
      assert(error > 0 && error < 1e-3);
    }
    if (seed === 0) assertEquals(step.value.facets.length, 3);
  }
  assert(measured >= 40, `${measured} planes`);
});

Deno.test("searches need a finite cap and a positive tolerance", () => {
  const random = stream(1);
  assertThrows(
    () => boundarySearch({ n: 2, m: 2, cap: Infinity, tolerance: 0.1, random }).next(),
    RangeError,
    "cap Infinity",
  );
  assertThrows(
    () => boundarySearch({ n: 2, m: 2, cap: 1, tolerance: 0, random }).next(),
    RangeError,
    "tolerance 0",
  );
});

Deno.test("ordered thresholds along one outcome, each search starting at the last", () => {
  const thresholds = [0.1137, 0.2137, 0.3137, 0.4137];
  const instance = binaryOutcomeExample([0, 0.2, 0.4, 0.6, 0.8], thresholds, 1);
  const bandit = new ContractBandit(instance, stream(3, "tests"));
  const found = orderedThresholds(bandit, 1, 1, 1e-6);
  thresholds.forEach((pay, a) => assertAlmostEquals(found[a + 1]!, pay, 1e-6));
  const low = orderedThresholds(bandit, 1, 0.3, 1e-6);
  assertEquals([...low.slice(3)], [Infinity, Infinity]);
  // Where payments skip an action (the one-step example on the best outcome: 0, then 2), both thresholds coincide.
  const skipped = orderedThresholds(
    new ContractBandit(oneStepExample(), stream(3, "tests")),
    2,
    1,
    1e-6,
  );
  assertAlmostEquals(skipped[1]!, 0.6, 1e-6);
  assertAlmostEquals(skipped[2]!, 0.6, 1e-6);
});

Deno.test("hidden actions: 917 rounds per query on the one-step example at T = 10 000, and the answer is right", () => {
  const laws = lawsOf(oneStepExample());
  assertAlmostEquals(totalVariation(laws[0]!, laws[1]!), 0.3, 1e-12);
  assertAlmostEquals(totalVariation(laws[0]!, laws[2]!), 0.6, 1e-12);
  assertAlmostEquals(totalVariation(laws[1]!, laws[2]!), 0.4, 1e-12);
  assertAlmostEquals(separation(laws), 0.3, 1e-12);
  assertEquals(roundsPerQuery(laws, 1e4), 917);
  assertThrows(() => roundsPerQuery([[1, 0], [1, 0]], 10), RangeError, "separation 0");
  for (let seed = 0; seed < 10; seed++) {
    const bandit = new ContractBandit(oneStepExample(), stream(seed, "tests"), {
      observeAction: false,
    });
    assertEquals(bandit.post(new Float64Array(3)).action, -1);
    for (const [pays, action] of [[[0, 0, 0], 0], [[0, 0.55, 0], 1], [[0, 0, 0.7], 2]] as const) {
      assertEquals(queryHiddenAction(bandit, laws, Float64Array.from(pays), 1e4), action);
    }
  }
  assertEquals(mostLikelyAction([[1, 0], [0, 1]], [0, 3]), 1);
});

Deno.test("hidden actions: the boundary search works through queries", () => {
  const instance = oneStepExample({ cap: 1 });
  const laws = lawsOf(instance);
  const bandit = new ContractBandit(instance, stream(4, "tests"), { observeAction: false });
  const learnt = boundaryCosts(bandit, laws, {
    tolerance: 1e-3,
    random: stream(4, "tests", "search"),
    respond: (contract) => queryHiddenAction(bandit, laws, contract, 1e4),
  });
  [0, 0.1, 0.3].forEach((cost, a) => assertAlmostEquals(learnt.costs[a]!, cost, 1e-3));
  assertEquals(learnt.rounds % 917, 0);
});

Deno.test("search, margin and bandit each stay below their term", () => {
  for (const horizon of [300, 1000, 10_000, 100_000]) {
    const reward = 0.7 + 5 / Math.sqrt(horizon);
    const instance = binaryOutcomeExample([0, 0.6, 0.8], [0.3, 0.4], reward);
    const value = plan(instance).value;
    const bandit = new ContractBandit(instance, stream(5, "tests", horizon));
    const run = searchThenUcb(bandit, {
      horizon,
      search: paymentSearch(1, 1),
      actions: [1, 2],
      rewards: [0, reward],
    });
    assertEquals(run.searchRounds, 2 * Math.ceil(Math.log2(horizon)));
    assert(run.searchRegret <= run.searchRounds * value);
    // Found to width 1/T: at most the width and the safety margin too much, each round.
    assert(run.marginRegret <= (1 / horizon + 2e-9) * horizon);
    assert(run.banditRegret <= 4 * Math.sqrt(2 * horizon * Math.log(horizon)));
    assertEquals(bandit.ledger.episodes, horizon);
    assertAlmostEquals(run.searchRegret + run.banditRegret, bandit.ledger.total, 1e-9);
  }
});

Deno.test("search + UCB with known laws and unknown costs: contracts within the tolerance of the best", () => {
  const instance = oneStepExample({ cap: 1 });
  const bandit = new ContractBandit(instance, stream(6, "tests"));
  const run = searchThenUcb(bandit, {
    horizon: 20_000,
    search: boundarySearchContracts(lawsOf(instance), stream(6, "tests", "search")),
    rewards: [0, 0.5, 1],
  });
  assertEquals(run.contracts.map((contract) => contract !== null), [true, true, true]);
  assertAlmostEquals(run.contracts[2]![2]!, 0.6, 1e-3);
  assertEquals(bandit.ledger.failures, bandit.ledger.failures);
  assert(run.banditRegret < 0.1 * 20_000);
});

Deno.test("a contract that fails moves towards the safe one until the agent follows", () => {
  const instance = oneStepExample({ cap: 1 });
  const bandit = new ContractBandit(instance, stream(7, "tests"));
  searchThenUcb(bandit, {
    horizon: 4000,
    search: () => Float64Array.of(0, 0, 0.5),
    actions: [2],
    rewards: [0, 0.5, 1],
    safe: () => Float64Array.of(0, 0, 1),
  });
  assert(bandit.ledger.failures > 0 && bandit.ledger.failures < 20);
  assert(bandit.ledger.lastFailure < 30, "the last failure comes early");
});

Deno.test("UCB tries every arm first, then trusts the better one", () => {
  const ucb = new UpperConfidence([1, 1, 1], 1000);
  for (let arm = 0; arm < 3; arm++) {
    assertEquals(ucb.pick(), arm);
    ucb.update(arm, arm / 2);
  }
  const random = stream(8, "tests");
  for (let t = 0; t < 1000; t++) {
    const arm = ucb.pick();
    ucb.update(arm, arm / 2 + 0.1 * random.normal());
  }
  assert(ucb.counts[2]! > 900, `${ucb.counts}`);
});
