import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  type Instance,
  oneStepExample,
  randomInstance,
  withSettings,
} from "offprint/contracts/instance/mod.ts";
import {
  bestLinearContract,
  bestResponse,
  firstBest,
  linearContract,
  plan,
  withoutLimitedLiability,
} from "offprint/contracts/planning/mod.ts";

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
