import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  farsightedExample,
  type Instance,
  lawAt,
  oneStepExample,
  randomInstance,
  reachable,
  regressionExample,
  withCostScale,
  withHorizon,
  withSettings,
} from "offprint/contracts/instance/mod.ts";
import {
  bestResponse,
  evaluate,
  firstBest,
  type Plan,
  plan,
  withoutLimitedLiability,
  zeroContract,
} from "offprint/contracts/planning/mod.ts";
import { stream } from "offprint/random.ts";
import { UserError } from "offprint/errors.ts";

/** 240 instances: every shape from 1×2×2 to 4×5×5, a third sparse, a third capped. */
function* instances(): Generator<Instance> {
  for (let seed = 0; seed < 240; seed++) {
    yield randomInstance({
      H: 1 + seed % 4,
      n: 2 + seed % 4,
      m: 2 + (seed >> 2) % 4,
      seed,
      costScale: 0.2,
      sparsity: seed % 3 === 0 ? 0.4 : 0,
      cap: seed % 3 === 1 ? 0.6 : Infinity,
    });
  }
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  assertEquals(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assertAlmostEquals(actual[i]!, expected[i]!, tolerance, `entry ${i}`);
  }
}

/** The principal's best value at (h, s) over contracts with step 0.02, with the plan's values to follow. */
function bestOnGrid(instance: Instance, found: Plan, h: number, s: number): number {
  const { m } = instance;
  let best = -Infinity;
  for (let i = 0; i <= 50; i++) {
    for (let j = 0; j <= 50; j++) {
      const x = [0.02 * i, 0.02 * j];
      const judged = Array.from({ length: m }, (_, a) => {
        const law = lawAt(instance, h, s, a);
        let agent = -instance.c[(h * 2 + s) * m + a]!, principal = 0;
        for (let k = 0; k < 2; k++) {
          agent += law[k]! * (x[k]! + found.VA[(h + 1) * 2 + k]!);
          const reward = instance.r[((h * 2 + s) * m + a) * 2 + k]!;
          principal += law[k]! * (reward - x[k]! + found.VP[(h + 1) * 2 + k]!);
        }
        return { agent, principal };
      });
      const most = Math.max(...judged.map(({ agent }) => agent));
      for (const { agent, principal } of judged) {
        if (agent >= most - 1e-9) best = Math.max(best, principal);
      }
    }
  }
  return best;
}

Deno.test("the one-step example: inducing full effort is worth 0.39, the mixture action cannot be induced", () => {
  const found = plan(oneStepExample());
  assertAlmostEquals(found.value, 0.39, 1e-12);
  assertAlmostEquals(found.rent, 0.06, 1e-12);
  assertEquals(found.rec[0], 2);
  assertClose(found.Q.slice(0, 3), [0.2, 0.2, 0.39], 1e-12);
  assertAlmostEquals(firstBest(oneStepExample()).value, 0.45, 1e-12);
  const mixed = plan(oneStepExample({}, { mixture: true }));
  assertClose(mixed.zeta.slice(0, 3), [0, 0.2, 0.36], 1e-12);
  assertEquals(mixed.zeta[3], Infinity);
  assertEquals(mixed.Q[3], -Infinity);
});

Deno.test("the two-step example: the whole table to 1e-9", () => {
  const rows: [Parameters<typeof farsightedExample>[0], number, number, number, number][] = [
    [{}, 0.34, 0.425, 1.89, 0.27],
    [{ concept: "myopic" }, 0.32, 0.4, 1.91, 0.25],
    [{ concept: "markov" }, 0.22, 0.275, 1.94, 0.12],
  ];
  for (const [settings, zeta, payment, value, rent] of rows) {
    const found = plan(farsightedExample(settings));
    const name = settings?.concept ?? "recursive";
    assertAlmostEquals(found.zeta[1]!, zeta, 1e-9, name);
    assertAlmostEquals(found.contracts[0]!, payment, 1e-9, name);
    assertAlmostEquals(found.value, value, 1e-9, name);
    assertAlmostEquals(found.rent, rent, 1e-9, name);
  }
  const recursive = plan(farsightedExample());
  assertAlmostEquals(recursive.Q[0]!, 1.6175, 1e-9);
  assertClose(recursive.zeta.slice(4), [0, 0.225, 0, 0.25], 1e-9);
  assertClose(recursive.VP.slice(2, 4), [2.475, 1.25], 1e-9);
  assertClose(recursive.VA.slice(2, 4), [0.125, 0.15], 1e-9);
  assertAlmostEquals(recursive.Q[3 * 2]!, 0.9, 1e-9);
  assertAlmostEquals(firstBest(farsightedExample()).value, 2.16, 1e-9);
  const sold = withoutLimitedLiability(farsightedExample());
  assertAlmostEquals(sold.value, 2.16, 1e-9);
  assertAlmostEquals(sold.rent, 0, 1e-9);
});

Deno.test("the two-step example: a patient principal and a less patient agent", () => {
  const found = plan(farsightedExample({ deltaA: 0.9 }));
  assertAlmostEquals(found.contracts[0]!, 0.4225, 1e-9);
  assertAlmostEquals(found.zeta[1]!, 0.338, 1e-9);
  assertAlmostEquals(found.value, 1.892, 1e-9);
});

Deno.test("the regression instance: the regression table to six decimals", () => {
  const table: [number, number, number, number[], number, number, number, number][] = [
    [3, 0, 1, [0, .026446, 1.8], .588938, .006446, .595385, .588938],
    [3, 1, 1, [0, .061463, .675], .506718, .021463, .528182, .506718],
    [3, 2, 0, [0, .093333, 1.163636], .593750, 0, .593750, .593750],
    [2, 0, 0, [0, .016672, .074074], 1.192958, .003835, 1.196793, 1.192958],
    [2, 1, 0, [0, .047908, 2.311483], 1.142158, .005975, 1.148133, 1.142158],
    [2, 2, 1, [0, .088928, .871419], 1.104030, .032763, 1.136793, 1.112958],
    [1, 0, 0, [0, .029400, 1.554821], 1.717086, .014097, 1.731182, 1.719905],
    [1, 1, 0, [0, .078386, .664815], 1.728137, .019402, 1.747539, 1.732864],
    [1, 2, 1, [0, .066398, .105295], 1.650688, .020494, 1.671182, 1.643849],
  ];
  const found = plan(regressionExample()), best = firstBest(regressionExample());
  const myopic = plan(regressionExample({ concept: "myopic" }));
  for (const [h, s, action, zeta, VP, VA, V, blind] of table) {
    const at = 3 * (h - 1) + s;
    assertEquals(found.rec[at], action);
    assertClose(found.zeta.slice(3 * at, 3 * at + 3), zeta, 5.1e-7);
    assertAlmostEquals(found.VP[at]!, VP, 5.1e-7);
    assertAlmostEquals(found.VA[at]!, VA, 5.1e-7);
    assertAlmostEquals(best.V[at]!, V, 5.1e-7);
    assertAlmostEquals(myopic.VP[at]!, blind, 5.1e-7);
  }
});

Deno.test("on 240 random instances the agent follows, and both sides share the policy's welfare", () => {
  for (const instance of instances()) {
    const { n, H, start } = instance;
    const found = plan(instance);
    const answer = bestResponse(instance, found.contracts, { rec: found.rec });
    assertEquals(answer.actions, found.rec, instance.name);
    assertClose(answer.VA, found.VA, 1e-9);
    assertClose(answer.VP, found.VP, 1e-9);
    assert(found.VA.every((value) => value >= -1e-12), instance.name);
    const judged = evaluate(instance, found.contracts, found.rec);
    assertAlmostEquals(judged.welfare, found.value + found.rent, 1e-9);
    assert(judged.welfare <= firstBest(instance).value + 1e-9);
    assert(found.value >= zeroContract(instance).VP[start]! - 1e-9 || H > 1);
    assertAlmostEquals(judged.visits.slice(H * n).reduce((sum, p) => sum + p, 0), 1, 1e-12);
    assert(found.contracts.every((pay) => pay >= 0 && pay <= instance.cap));
  }
});

Deno.test("with no recommendation, ties go to the principal, so it gets no less", () => {
  for (const instance of instances()) {
    if (instance.H > 1) continue;
    const found = plan(instance);
    const answer = bestResponse(instance, found.contracts);
    assert(answer.VP[instance.start]! >= found.value - 1e-8, instance.name);
  }
});

Deno.test("shifting the agent's continuation by a constant changes only its value", () => {
  for (const instance of instances()) {
    const { H, n, m } = instance;
    if (H < 2) continue;
    const before = plan(instance);
    // A gift of 0.3 on every transition of the last step shifts what step H − 1 sees.
    const gift = before.contracts.map((pay, i) => i >= (H - 1) * n * n ? pay + 0.3 : pay);
    const answer = bestResponse(instance, gift, { rec: before.rec });
    assertEquals(answer.actions, before.rec);
    for (let s = 0; s < n; s++) assertAlmostEquals(answer.VA[s]!, before.VA[s]! + 0.3, 1e-9);
    assertEquals(m, instance.m);
  }
});

Deno.test("scaling rewards and costs scales payments and values", () => {
  for (const instance of instances()) {
    if (instance.cap < Infinity) continue;
    const before = plan(instance);
    for (const factor of [1e-3, 7, 1e4]) {
      const scaled = withCostScale(
        { ...instance, r: instance.r.map((reward) => factor * reward) },
        factor,
      );
      const after = plan(scaled);
      const tolerance = 1e-9 * factor * instance.H + 1e-10;
      assertAlmostEquals(after.value, factor * before.value, tolerance);
      assertAlmostEquals(after.rent, factor * before.rent, tolerance);
    }
  }
});

Deno.test("a payment may be deferred into the next contract", () => {
  const instance = farsightedExample();
  const { contracts, rec } = plan(instance);
  const deferred = contracts.slice();
  deferred[0] = 0;
  deferred[4]! += 0.425;
  deferred[5]! += 0.425;
  const answer = bestResponse(instance, deferred, { rec });
  assertEquals(answer.actions.slice(2), rec.slice(2));
  assertEquals(answer.actions[0], rec[0]);
  assertAlmostEquals(answer.VP[0]!, 1.89, 1e-9);
  assertAlmostEquals(answer.VA[0]!, 0.27, 1e-9);
});

Deno.test("no tied action would bring the principal more", () => {
  for (const instance of instances()) {
    const { H, n, m, P, r, c } = instance;
    const found = plan(instance);
    for (let h = 0; h < H; h++) {
      for (let s = 0; s < n; s++) {
        const at = h * n + s;
        const utility = (a: number) => {
          let sum = -c[at * m + a]!;
          for (let i = 0; i < n; i++) {
            sum += P[(at * m + a) * n + i]! *
              (found.contracts[at * n + i]! + found.VA[(h + 1) * n + i]!);
          }
          return sum;
        };
        const worth = (a: number) => {
          let sum = 0;
          for (let i = 0; i < n; i++) {
            const index = (at * m + a) * n + i;
            sum += P[index]! *
              (r[index]! - found.contracts[at * n + i]! + found.VP[(h + 1) * n + i]!);
          }
          return sum;
        };
        const chosen = found.rec[at]!;
        for (let a = 0; a < m; a++) {
          assert(utility(a) <= utility(chosen) + 1e-8, `${instance.name}: better for the agent`);
          if (utility(a) >= utility(chosen) - 1e-12) {
            assert(worth(a) <= worth(chosen) + 1e-8, `${instance.name}: better for the principal`);
          }
        }
      }
    }
  }
});

Deno.test("at the last step far-sighted and myopic are the same", () => {
  for (const instance of instances()) {
    const { H, n } = instance;
    const far = plan(instance);
    const near = plan(withSettings(instance, { concept: "myopic", agent: "myopic" }));
    assertClose(near.VP.slice((H - 1) * n), far.VP.slice((H - 1) * n), 1e-12);
    if (H === 1) assertClose(near.contracts, far.contracts, 0);
  }
});

Deno.test("a myopic agent answers the myopic plan as planned, and still receives what follows", () => {
  for (const instance of instances()) {
    const blind = withSettings(instance, { concept: "myopic", agent: "myopic" });
    const found = plan(blind);
    const answer = bestResponse(blind, found.contracts, { rec: found.rec });
    assertEquals(answer.actions, found.rec);
    assertClose(answer.VA, found.VA, 1e-9);
  }
});

Deno.test("no contract of a grid beats the recursion in any state, given the continuation", () => {
  for (let seed = 0; seed < 12; seed++) {
    const instance = randomInstance({ H: 2, n: 2, m: 3, seed: 100 + seed, costScale: 0.15 });
    const found = plan(instance);
    for (let h = 0; h < 2; h++) {
      for (let s = 0; s < 2; s++) {
        const best = bestOnGrid(instance, found, h, s);
        assert(best <= found.VP[h * 2 + s]! + 1e-9, `${instance.name}: ${best}`);
      }
    }
  }
});

Deno.test("a tight cap costs the principal, never the agent's participation", () => {
  let last = -Infinity;
  for (const cap of [0.1, 0.3, 0.5, 0.56, 0.58, 0.6, 2]) {
    const found = plan(oneStepExample({ cap }));
    assert(found.value >= last - 1e-12, `cap ${cap}`);
    assert(found.rent >= -1e-12);
    last = found.value;
  }
  assertAlmostEquals(last, 0.39, 1e-12);
  assertAlmostEquals(plan(oneStepExample({ cap: 0.1 })).value, 0.2, 1e-12);
});

Deno.test("horizon, cost scale and discounting behave at their ends", () => {
  const base = randomInstance({ H: 1, n: 3, m: 3, seed: 3 });
  const long = withHorizon(base, 5);
  assertEquals(long.P.length, 5 * base.P.length);
  const free = plan(withCostScale(long, 0));
  assertAlmostEquals(free.rent, 0, 1e-12);
  assertAlmostEquals(free.value, firstBest(withCostScale(long, 0)).value, 1e-9);
  // An agent that does not value the future is paid as a myopic one.
  const impatient = plan(withSettings(long, { deltaA: 0 }));
  const myopic = plan(withSettings(long, { concept: "myopic", agent: "myopic" }));
  assertClose(impatient.contracts, myopic.contracts, 1e-12);
  assertEquals([...reachable(withSettings(farsightedExample(), { start: 0 }))], [1, 0, 1, 1]);
  assertThrows(() => withHorizon(base, 0), RangeError, "0 steps");
  assertThrows(() => withCostScale(base, -1), RangeError, "factor -1");
});

Deno.test("forcing an action that nothing induces is told with its place", () => {
  assertThrows(
    () => plan(oneStepExample({}, { mixture: true }), { forced: [3, 3, 3] }),
    UserError,
    "forced action at (h=1, s=0): got 3",
  );
});

Deno.test("random contracts: values of the agent's answer equal an independent simulation by hand", () => {
  const instance = randomInstance({ H: 3, n: 3, m: 3, seed: 12 });
  const random = stream(12, "tests", "contracts");
  const contracts = Float64Array.from({ length: 27 }, () => random.uniform());
  const { actions, VA, VP } = bestResponse(instance, contracts);
  const judged = evaluate(instance, contracts, actions);
  assertClose(judged.VA, VA, 1e-12);
  assertClose(judged.VP, VP, 1e-12);
  assertAlmostEquals(judged.welfare, VA[0]! + VP[0]!, 1e-12);
});
