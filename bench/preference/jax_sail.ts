/**
 * The peer of SAIL's exact gradient: the objective of the policy's own responses with the oracle's labels, in jax-js,
 * differentiated and jitted by the library.
 *
 * @module
 */
import { fromFloats, type JaxArray, loadJax } from "offprint/lm/transformer/mod.ts";
import type { TabularProblem } from "offprint/preference/sail/mod.ts";

/** A jitted gradient of DPR's objective in the parameters; every prompt has the same number of responses. */
export async function jaxSailGradient(
  { policy, reference, reward, beta }: TabularProblem,
): Promise<(theta: ArrayLike<number>) => Promise<Float32Array>> {
  const jax = await loadJax();
  const prompts = reference.length;
  const responses = reference[0]!.length;
  const flat = (rows: readonly ArrayLike<number>[]): Float32Array =>
    Float32Array.from(rows.flatMap((row) => Array.from(row)));
  const shape = [prompts, responses];
  const features = fromFloats(
    jax,
    flat(policy.features.flat()),
    [prompts * responses, policy.parameters],
  );
  const base = fromFloats(jax, flat(policy.base), shape);
  const old = fromFloats(jax, flat(reference), shape);
  const labels = fromFloats(
    jax,
    flat(
      reward.flatMap((row) =>
        Array.from(row, (_, w) => Array.from(row, (_, l) => 1 / (1 + Math.exp(row[l]! - row[w]!))))
      ),
    ),
    [prompts, responses, responses],
  );
  const objective = (theta: JaxArray): JaxArray => {
    const scores = jax.numpy.matmul(features.ref, theta.reshape([policy.parameters, 1]));
    const logProbs = jax.nn.logSoftmax(scores.reshape(shape).add(base.ref), -1);
    const ratio = logProbs.ref.sub(old.ref).mul(beta);
    const margin = ratio.ref.reshape([prompts, responses, 1])
      .sub(ratio.reshape([prompts, 1, responses]));
    const value = jax.nn.softplus(margin.neg()).neg();
    const mass = jax.numpy.exp(
      logProbs.ref.reshape([prompts, responses, 1]).add(logProbs.reshape([prompts, 1, responses])),
    );
    return mass.mul(labels.ref).mul(value).sum().mul(2 / prompts);
  };
  const gradient = jax.jit(jax.grad(objective) as unknown as (theta: JaxArray) => JaxArray);
  return async (theta) =>
    await gradient(fromFloats(jax, Float32Array.from(theta), [policy.parameters]))
      .data() as Float32Array;
}
