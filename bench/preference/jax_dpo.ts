/**
 * The peers of preference training in jax-js: a DPO step with loss, gradient and AdamW jitted into one function,
 * and the two gradients of a pair by a jitted `vmap(grad)`.
 *
 * @module
 */
import {
  type AdamWOptions,
  adamWState,
  adamWStep,
  type Batch,
  batchArrays,
  completionLogProbs,
  perExampleGradients,
} from "offprint/lm/training/mod.ts";
import {
  type ArrayTree,
  fromFloats,
  type JaxArray,
  loadJax,
  toFloats,
  toParameters,
  transformer,
  type TransformerConfig,
} from "offprint/lm/transformer/mod.ts";
import { dot } from "offprint/preference/entanglement/mod.ts";

/** A DPO step to be called again and again. */
export async function jaxDpoStep(
  config: TransformerConfig,
  weights: Map<string, Float32Array>,
  options: AdamWOptions,
  batch: Batch,
  { beta, reference }: { beta: number; reference: Float32Array },
): Promise<() => Promise<void>> {
  const jax = await loadJax();
  const model = transformer(jax, config);
  const loss = (p: ArrayTree, ...x: JaxArray[]): JaxArray => {
    const sums = completionLogProbs(jax, model, p, x[0]!, x[1]!, x[2]!);
    const ratios = sums.sub(x[3]!).reshape([batch.rows / 2, 2]);
    const margin = ratios.mul(fromFloats(jax, Float32Array.of(beta, -beta), [1, 2])).sum(-1);
    return jax.nn.softplus(margin.neg()).mean();
  };
  const step = adamWStep(jax, loss, options);
  let state = adamWState(jax, toParameters(jax, config, weights));
  let count = 0;
  return async () => {
    count++;
    const scalar = (value: number): JaxArray => jax.numpy.array(value);
    const [next, report] = step(
      state,
      scalar(3e-4),
      scalar(1 - options.beta1 ** count),
      scalar(1 - options.beta2 ** count),
      [...batchArrays(jax, batch), fromFloats(jax, reference, [batch.rows])],
    );
    state = next;
    await report.loss.data();
    await report.gradientNorm.data();
  };
}

/** I, N_w and N_l of the two rows of a batch. */
export async function jaxPairProducts(
  config: TransformerConfig,
  weights: Map<string, Float32Array>,
  batch: Batch,
): Promise<() => Promise<number[]>> {
  const jax = await loadJax();
  const gradients = perExampleGradients(jax, config);
  return async () => {
    const tree = gradients(toParameters(jax, config, weights), ...batchArrays(jax, batch));
    const products = [0, 0, 0];
    for (const values of (await toFloats(tree)).values()) {
      const half = values.length / 2;
      const [w, l] = [values.subarray(0, half), values.subarray(half)];
      products[0]! += dot(w, l);
      products[1]! += dot(w, w);
      products[2]! += dot(l, l);
    }
    for (const array of Object.values(tree)) array.dispose();
    return products;
  };
}
