import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  farsightedExample,
  type InstanceJson,
  instanceToJson,
  oneStepExample,
  parseInstance,
  randomInstance,
  regressionExample,
  withSettings,
} from "offprint/contracts/instance/mod.ts";
import {
  bestResponse,
  firstBest,
  linearContract,
  plan,
  zeroContract,
} from "offprint/contracts/planning/mod.ts";
import {
  contentPlatform,
  dataLabelling,
  maintenanceChain,
  simplexRegions,
} from "offprint/papers/contractual_rl/mod.ts";
import { UserError } from "offprint/errors.ts";

type Loose = { [key: string]: unknown };

/** The regression instance as JSON, changed by `spoil`. */
function spoilt(spoil: (json: InstanceJson & Loose) => void): unknown {
  const json = instanceToJson(regressionExample()) as InstanceJson & Loose;
  spoil(json);
  return json;
}

Deno.test("an instance survives the way to JSON and back", () => {
  for (const instance of [oneStepExample({ cap: 2 }), farsightedExample(), maintenanceChain()]) {
    const text = JSON.stringify(instanceToJson(instance));
    const again = parseInstance(JSON.parse(text));
    assertEquals(again.P, instance.P);
    assertEquals(again.r, instance.r);
    assertEquals(again.c, instance.c);
    assertEquals(again.cap, instance.cap);
    assertEquals(again.labels.actions, instance.labels.actions);
  }
});

Deno.test("the regression instance's weights follow its arithmetic rule", () => {
  const { P } = regressionExample();
  [[3, 10, 6], [8, 4, 11], [2, 9, 5]].forEach((weights, a) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, next) => assertEquals(P[a * 3 + next], weight / total));
  });
});

Deno.test("each mistake is one line that names the field and (h, s, a)", () => {
  const cases: [(json: InstanceJson & Loose) => void, string][] = [
    [(json) => json.P[1]![2]![0]![1]! += 0.01, "P[1][2][0] at (h=2, s=2, a=0): got"],
    [(json) => json.P[0]![0]![1] = [1.5, -0.5, 0], "P[0][0][1][1] at (h=1, s=0, a=1): got -0.5"],
    [(json) => json.c[2]![1]![2] = -0.1, "c[2][1][2] at (h=3, s=1, a=2): got -0.1"],
    [(json) => json.c[0]![0]![0] = 0.1, "c[0][0][0] at (h=1, s=0, a=0): got 0.1, expected 0"],
    [(json) => json.c[0]![0] = [0, 1], 'c[0][0] at (h=1, s=0): got "2 entries", expected 3'],
    [(json) => json.P[2]!.pop(), 'P[2]: got "2 entries", expected 3, one for each state'],
    [(json) => json.P[0]![1]![2] = [1, 0], 'P[0][1][2] at (h=1, s=1, a=2): got "2 entries"'],
    [(json) => json.r[0]![0] = [1, 2], 'r[0][0] at (h=1, s=0): got "2 entries", expected 3'],
    [(json) => json.r.pop(), 'r: got "2 entries", expected 3, one for each step'],
    [(json) => json.P[0]![0]![0]![0] = NaN, "P[0][0][0][0] at (h=1, s=0, a=0): got NaN"],
    [(json) => json.cap = -1, "cap: got -1, expected a number above 0, or null"],
    [(json) => json.start = 3, "start: got 3, expected a state from 0 to 2"],
    [(json) => (json as Loose)["concept"] = "greedy", 'concept: got "greedy"'],
    [(json) => json.agent = "myopic", "got nothing"],
    [(json) => json["horizon"] = 3, 'expected no field "horizon"'],
    [(json) => json.deltaA = 2, "deltaA: got 2"],
    [(json) => (json as Loose)["P"] = "no", 'P: got "no", expected a list'],
    [(json) => json.labels = { actions: ["one"] }, 'labels.actions: got "1 entries"'],
  ];
  for (const [spoil, line] of cases) {
    const json = spoilt(spoil);
    if (line === "got nothing") {
      // A myopic agent under the recursive concept is allowed: it is the myopic concept by another name.
      parseInstance(json);
      continue;
    }
    const error = assertThrows(() => parseInstance(json, "mine.json"), UserError);
    assert(
      error.message.startsWith("mine.json: ") && error.message.includes(line),
      `${error.message}\n  should tell: ${line}`,
    );
    assert(!error.message.includes("\n"), error.message);
  }
  assertThrows(() => parseInstance(null), UserError, "instance: the whole: got null");
  assertThrows(
    () => parseInstance(spoilt((json) => [json["concept"], json["agent"]] = ["markov", "myopic"])),
    UserError,
    "farsighted with this concept",
  );
});

Deno.test("rewards may depend on the action; then linear contracts are refused", () => {
  const json = instanceToJson(oneStepExample()) as { r: number[][][][] };
  json.r[0]![0]![2] = [0, 0.5, 2];
  const instance = parseInstance(json);
  assertEquals(plan(instance).rec[0], 2);
  assertThrows(() => linearContract(instance, 0.5), UserError, "(h=1, s=0, s'=2)");
});

Deno.test("scenarios: the plan is worth more than paying nothing, less than first best", () => {
  for (const instance of [contentPlatform(), dataLabelling(), maintenanceChain()]) {
    const found = plan(instance);
    assert(found.value > zeroContract(instance).VP[0]! + 0.05, instance.name);
    assert(found.value + found.rent <= firstBest(instance).value + 1e-9, instance.name);
  }
  // Care pays off later: an agent that does not see it must be paid more.
  const chain = maintenanceChain();
  const blind = withSettings(chain, { concept: "myopic", agent: "myopic" });
  assert(plan(chain).value > plan(blind).value + 0.1);
});

Deno.test("scenarios keep their shape when their numbers change", () => {
  for (const n of [3, 4, 5] as const) assertEquals(maintenanceChain({ n, H: 3 }).n, n);
  assertEquals(contentPlatform({ H: 2, inertia: 0 }).H, 2);
  assertEquals(dataLabelling({ auditRate: 1, cap: 2 }).cap, 2);
  assertThrows(() => dataLabelling({ costs: [0.1, 0.2, 0.3] }), UserError, "c[0][0][0]");
});

Deno.test("the regions of the one-step example's contracts tile the triangle and are where the agent's answer says", () => {
  const instance = oneStepExample();
  const regions = simplexRegions(instance, 1.2);
  assertEquals(regions.map(({ action }) => action), [0, 1, 2]);
  assertAlmostEquals(regions.reduce((sum, { share }) => sum + share, 0), 1, 1e-12);
  for (const { action, corners } of regions) {
    const inside = [0, 1, 2].map((i) =>
      corners.reduce((sum, { contract }) => sum + contract[i]!, 0) / corners.length
    );
    assertAlmostEquals(inside[0]! + inside[1]! + inside[2]!, 1.2, 1e-12);
    assertEquals(bestResponse(instance, [...inside, ...inside, ...inside]).actions[0], action);
  }
  const top = regions[2]!.corners.find(({ contract }) => contract[2] === 1.2)!;
  assertEquals([top.x, top.contract], [0.5, [0, 0, 1.2]]);
  // Half effort needs 0.5 on the middle outcome: a budget below that buys nothing.
  assertEquals(simplexRegions(instance, 0.4).map(({ action, share }) => [action, share]), [[0, 1]]);
  assertThrows(() => simplexRegions(farsightedExample(), 1), RangeError, "H = 2");
  assertThrows(() => simplexRegions(instance, 0), RangeError, "budget 0");
});

Deno.test("random instances are fixed by their seed and always valid", () => {
  const one = randomInstance({ H: 2, n: 3, m: 4, seed: 5, sparsity: 0.6 });
  assertEquals(randomInstance({ H: 2, n: 3, m: 4, seed: 5, sparsity: 0.6 }).P, one.P);
  parseInstance(JSON.parse(JSON.stringify(instanceToJson(one))));
  assertThrows(() => randomInstance({ H: 0, n: 1, m: 1, seed: 1 }), RangeError, "H=0");
});
