import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { type GeneralSolver, loadGeneralSolver } from "offprint/contracts/payments/mod.ts";
import {
  farsightedExample,
  type Instance,
  randomInstance,
  reachable,
  withSettings,
} from "offprint/contracts/instance/mod.ts";
import { bestResponse, commitment, evaluate, plan } from "offprint/contracts/planning/mod.ts";
import { UserError } from "offprint/errors.ts";

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
  assertThrows(() => plan(instance, { liability: "none" }), UserError, "borrows without limit");
  assertAlmostEquals(
    plan(withSettings(instance, { deltaP: 1 }), { liability: "none" }).value,
    2.16,
    1e-9,
  );
});
