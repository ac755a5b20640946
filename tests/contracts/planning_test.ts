import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { type GeneralSolver, loadGeneralSolver } from "offprint/contracts/payments/mod.ts";
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
  bestLinearContract,
  bestResponse,
  commitment,
  evaluate,
  firstBest,
  linearContract,
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

Deno.test("the one-step example: the best linear contract shares 4/7 and brings 9/28", () => {
  const linear = bestLinearContract(oneStepExample());
  assertAlmostEquals(linear.alpha, 4 / 7, 1e-12);
  assertAlmostEquals(linear.value, 9 / 28, 1e-12);
  assertEquals(linear.action, 2);
  // A fine grid finds nothing better.
  for (let k = 0; k <= 1000; k++) {
    const contracts = linearContract(oneStepExample(), k / 1000);
    assert(bestResponse(oneStepExample(), contracts).VP[0]! <= linear.value + 1e-9);
  }
  // Under a cap of 0.5 on the best outcome the share is at most a half.
  assert(bestLinearContract(oneStepExample({ cap: 0.5 })).alpha <= 0.5);
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

Deno.test("the two-step example: least payments of whole policies are sums of least payments along the way", () => {
  const instance = farsightedExample();
  const expected: [number[], number, number][] = [
    [[1, 1, 1, 1], 0.57, 1.89],
    [[1, 1, 1, 0], 0.4, 1.94],
    [[0, 0, 1, 1], 0.2425, 1.6175],
  ];
  for (const [forced, payment, value] of expected) {
    const found = plan(instance, { forced });
    const { payments } = evaluate(instance, found.contracts, found.rec);
    assertAlmostEquals(payments[0]! + payments[1]!, payment, 1e-9);
    assertAlmostEquals(found.value, value, 1e-9);
  }
});

Deno.test("the two-step example: a grid of contracts with step 0.025 finds no commitment better than 1.94", () => {
  const instance = farsightedExample();
  const contracts = new Float64Array(8);
  let best = -Infinity;
  for (let xG = 0; xG <= 24; xG++) {
    for (let g = 0; g <= 24; g++) {
      for (let b = 0; b <= 24; b++) {
        contracts[0] = 0.025 * xG;
        contracts[5] = 0.025 * g;
        contracts[7] = 0.025 * b;
        best = Math.max(best, bestResponse(instance, contracts).VP[0]!);
      }
    }
  }
  assertAlmostEquals(best, 1.94, 1e-9);
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

Deno.test("commitment is worth at least as much as the recursion, on random two-step instances more in some", () => {
  let strict = 0;
  for (let seed = 0; seed < 40; seed++) {
    const instance = randomInstance({ H: 2, n: 3, m: 3, seed: 500 + seed, costScale: 0.2 });
    const recursive = plan(instance).value;
    const committed = commitment(withSettings(instance, { concept: "markov" }));
    assert(committed.value >= recursive - 1e-9, instance.name);
    if (committed.value > recursive + 1e-6) strict++;
    const answer = bestResponse(instance, committed.contracts, { rec: committed.rec });
    assertAlmostEquals(answer.VP[0]!, committed.value, 1e-9);
  }
  assert(strict > 0, "no instance in which commitment helps");
});

Deno.test("commitment refuses more policies than it could try", () => {
  const large = randomInstance({ H: 4, n: 5, m: 5, seed: 1 });
  assertThrows(
    () => plan(withSettings(large, { concept: "markov" })),
    UserError,
    "5^16 deterministic policies",
  );
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

Deno.test("selling the firm: without limited liability rents vanish and first best is reached when inducible", () => {
  for (const instance of instances()) {
    if (instance.H !== 2) continue;
    const sold = withoutLimitedLiability(instance);
    assert(sold.VA.every((value) => Math.abs(value) < 1e-9), instance.name);
    assert(sold.value <= firstBest(instance).value + 1e-9);
    assert(sold.value >= plan(withSettings(instance, { cap: Infinity })).value - 1e-9);
    const answer = bestResponse(instance, sold.contracts, { rec: sold.rec });
    assertEquals(answer.actions, sold.rec);
  }
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

/**
 * The best deterministic Markov commitment by an independent form: for each policy one program for HiGHS in which
 * the agent's values are variables beside the payments.
 */
function jointOptimum(highs: GeneralSolver, instance: Instance): number {
  const { H, n, m, P, r, c, deltaA, deltaP, cap, start } = instance;
  const reached = reachable(instance);
  const places = Array.from({ length: H * n }, (_, at) => at).filter((at) => reached[at] === 1);
  let best = -Infinity;
  for (let policy = 0; policy < m ** places.length; policy++) {
    const actions = new Int32Array(H * n);
    let rest = policy;
    for (const at of places) {
      actions[at] = rest % m;
      rest = Math.floor(rest / m);
    }
    const rows: string[] = [], free: string[] = [], objective: string[] = [];
    const term = (value: number, name: string) =>
      Math.abs(value) < 1e-15 ? "" : ` ${value < 0 ? "-" : "+"} ${Math.abs(value)} ${name}`;
    for (const at of places) {
      const h = Math.floor(at / n), a = actions[at]!;
      // v = P_a · (x + δ v′) − c_a, and no other action is better.
      const worth = (b: number) =>
        Array.from({ length: n }, (_, i) => {
          const p = P[(at * m + b) * n + i]!;
          const now = term(-p, `x${at}_${i}`);
          return now + (h + 1 < H ? term(-p * deltaA, `v${at - at % n + n + i}`) : "");
        }).join("");
      rows.push(` e${at}: v${at}${worth(a)} = ${-c[at * m + a]!}`);
      for (let b = 0; b < m; b++) {
        if (b !== a) rows.push(` i${at}_${b}: v${at}${worth(b)} >= ${-c[at * m + b]!}`);
      }
      free.push(` v${at} free`);
      for (let i = 0; i < n; i++) {
        free.push(cap < Infinity ? ` 0 <= x${at}_${i} <= ${cap}` : ` x${at}_${i} >= 0`);
      }
    }
    let visits = Array.from({ length: n }, (_, s) => Number(s === start));
    let reward = 0;
    for (let h = 0; h < H; h++) {
      const later = new Array<number>(n).fill(0);
      for (let s = 0; s < n; s++) {
        if (visits[s] === 0) continue;
        for (let i = 0; i < n; i++) {
          const at = h * n + s, index = (at * m + actions[at]!) * n + i;
          const share = visits[s]! * P[index]!;
          objective.push(term(deltaP ** h * share, `x${at}_${i}`));
          reward += deltaP ** h * share * r[index]!;
          later[i]! += share;
        }
      }
      visits = later;
    }
    const { Status, ObjectiveValue } = highs.solve(
      [
        "Minimize",
        ` obj:${objective.join("")}`,
        "Subject To",
        ...rows,
        "Bounds",
        ...free,
        "End",
        "",
      ]
        .join("\n"),
    );
    if (Status === "Optimal") best = Math.max(best, reward - ObjectiveValue);
    else assertEquals(Status, "Infeasible");
  }
  return best;
}

Deno.test("commitment is the optimum of all payments together, whoever is the more patient", async () => {
  const highs = await loadGeneralSolver();
  let deferred = 0;
  for (let seed = 0; seed < 24; seed++) {
    const [deltaA, deltaP] = [[1, 0.6], [0.9, 0.5], [0.8, 0.8], [0.6, 1], [1, 0], [0.9, 0.85]][
      seed % 6
    ]!;
    const size = seed % 4 === 3 ? { H: 3, n: 2, m: 2 } : { H: 2, n: 3, m: 2 };
    const drawn = randomInstance({ ...size, seed: 900 + seed, costScale: 0.2 });
    const instance = withSettings(drawn, { concept: "markov", deltaA: deltaA!, deltaP: deltaP! });
    const found = plan(instance);
    const label = `seed ${seed}, deltaA ${deltaA}, deltaP ${deltaP}`;
    assertAlmostEquals(found.value, jointOptimum(highs, instance), 1e-7, label);
    // The contracts are worth what the plan says, to an agent that answers as well as it can.
    const answer = bestResponse(instance, found.contracts, { rec: found.rec });
    assertAlmostEquals(answer.VP[instance.start]!, found.value, 1e-8, label);
    assertAlmostEquals(answer.VA[instance.start]!, found.rent, 1e-8, label);
    // What least payments state by state would give, which was called exact.
    if (deltaP! < deltaA!) {
      const states = plan(instance, { forced: found.rec });
      if (found.value > states.value + 1e-6) deferred++;
    }
  }
  assert(deferred >= 3, `${deferred} instances in which deferring pays`);
});

Deno.test("commitment with caps is exact where each policy is one program", async () => {
  const highs = await loadGeneralSolver();
  for (let seed = 0; seed < 6; seed++) {
    const drawn = randomInstance({ H: 2, n: 2, m: 2, seed: 70 + seed, costScale: 0.2 });
    const settings = { concept: "markov", deltaA: 1, deltaP: 0.7, cap: 0.5 } as const;
    const instance = withSettings(drawn, settings);
    assertAlmostEquals(plan(instance).value, jointOptimum(highs, instance), 1e-7, `${seed}`);
  }
});

Deno.test("a less patient principal with payments below 0 would borrow without end: refused", () => {
  const instance = farsightedExample({ concept: "markov", deltaA: 1, deltaP: 0.9 });
  assertThrows(() => plan(instance, { liability: "none" }), UserError, "borrow from the agent");
  assertAlmostEquals(
    plan(withSettings(instance, { deltaP: 1 }), { liability: "none" }).value,
    2.16,
    1e-9,
  );
});
