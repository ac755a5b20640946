/** The gradient of preference losses, by the engine's coefficients, against jax-js. */
import { assert } from "@std/assert";
import { batchArrays, completionLogProbs, perExampleGradients } from "offprint/lm/training/mod.ts";
import {
  type ArrayTree,
  fromFloats,
  type JaxArray,
  loadJax,
  tensorViews,
  toFloats,
  toParameters,
  transformer,
} from "offprint/lm/transformer/mod.ts";
import { pairGradients } from "offprint/preference/entanglement/mod.ts";
import { dpo } from "offprint/preference/losses/mod.ts";
import { longestText, pairBatch, referenceOf } from "offprint/preference/pairs/mod.ts";
import { marginMethod } from "offprint/preference/training/mod.ts";
import { policyConfig } from "offprint/papers/gradient_entanglement/mod.ts";
import { drawnWeights, openPolicy, somePairs } from "./fixtures.ts";

const jax = await loadJax();
const BETA = 0.1;

/** The largest difference over the largest entry. */
function distance(got: Float32Array, wanted: Float32Array): number {
  let [difference, largest] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    difference = Math.max(difference, Math.abs(got[i]! - wanted[i]!));
    largest = Math.max(largest, Math.abs(wanted[i]!));
  }
  assert(largest > 0);
  return difference / largest;
}

// The responses of a long pair share nearly all of their gradient, which cancels; the rounding of float32, in
// both engines, is then larger beside what is left.
const CASES = [["single", true, 1e-6], ["single", false, 1e-6], ["long", true, 5e-6]] as const;

for (const [suffix, tied, bound] of CASES) {
  Deno.test(`the DPO gradient is jax-js's in every tensor, ${suffix}, tied ${tied}`, async () => {
    const config = policyConfig({ tied });
    const pairs = somePairs(6, suffix);
    const engine = await openPolicy({ tied });
    // The reference is another policy, so that no margin is 0.
    const other = await openPolicy({ tied, seed: 11 });
    const reference = (await referenceOf(other, pairs)).pairs;
    await other.close();
    const { gradient } = await marginMethod(dpo({ beta: BETA })).gradient(engine, {
      step: 1,
      indices: pairs.map((_, i) => i),
      pairs,
      reference,
      length: longestText(pairs),
    });
    await engine.close();

    const model = transformer(jax, config);
    const batch = pairBatch(config, pairs);
    const constants = Float32Array.from(
      reference.flatMap(({ chosen, rejected }) => [
        chosen.reduce((a, b) => a + b),
        rejected.reduce((a, b) => a + b),
      ]),
    );
    const loss = (p: ArrayTree, x: JaxArray, y: JaxArray, w: JaxArray, r: JaxArray): JaxArray => {
      const ratios = completionLogProbs(jax, model, p, x, y, w).sub(r).reshape([pairs.length, 2]);
      const signs = fromFloats(jax, Float32Array.of(BETA, -BETA), [1, 2]);
      const margin = ratios.mul(signs).sum(-1);
      return jax.nn.softplus(margin.neg()).mean();
    };
    const wanted = await toFloats(
      jax.jit(jax.grad(loss))(
        toParameters(jax, config, drawnWeights(config)),
        ...batchArrays(jax, batch),
        fromFloats(jax, constants, [constants.length]),
      ) as ArrayTree,
    );
    for (const [name, values] of tensorViews(config, gradient)) {
      const error = distance(values, wanted.get(name)!);
      assert(error < bound, `${name}: ${error}`);
    }
  });
}

Deno.test("g_w and g_l are jax-js's per-example gradients", async () => {
  const config = policyConfig();
  const [pair] = somePairs(1, "short");
  const engine = await openPolicy();
  const { chosen, rejected } = await pairGradients(engine, pair!);
  await engine.close();
  const batch = pairBatch(config, [pair!]);
  const each = await toFloats(
    perExampleGradients(jax, config)(
      toParameters(jax, config, drawnWeights(config)),
      ...batchArrays(jax, batch),
    ),
  );
  for (const [side, gradient] of [[0, chosen], [1, rejected]] as const) {
    for (const [name, values] of tensorViews(config, gradient)) {
      const both = each.get(name)!;
      const half = both.length / 2;
      const error = distance(values, both.subarray(side * half, (side + 1) * half));
      assert(error < 1e-5, `${name}: ${error}`);
    }
  }
});
