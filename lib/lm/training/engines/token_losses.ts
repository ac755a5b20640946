/**
 * Log-probabilities and losses of given tokens under a transformer, as differentiable functions.
 *
 * @module
 */
import type { ArrayTree, Jax, JaxArray } from "../../transformer/jax.ts";
import type { Transformer } from "../../transformer/definition.ts";

/** The arrays of a batch on the device, as the functions here take them. */
export type BatchArrays = [tokens: JaxArray, targets: JaxArray, weights: JaxArray];

/**
 * `log p(targets[b, t] | tokens[b, ≤ t])` times `weights[b, t]`, `[B, T]`. Weights of 0 mask a position
 * out (prompt tokens, padding); they multiply instead of slicing, which keeps jitted gradients right.
 * Consumes its arguments.
 *
 * @param targets int32 `[B, T]`: the token after each position, i.e. `tokens` shifted by one.
 * @param weights float32 `[B, T]`.
 */
export function tokenLogProbs(
  jax: Jax,
  model: Transformer,
  parameters: ArrayTree,
  ...[tokens, targets, weights]: BatchArrays
): JaxArray {
  const logProbs = jax.nn.logSoftmax(model.logits(parameters, tokens), -1);
  const chosen = jax.nn.oneHot(targets, model.config.vocab_size);
  return logProbs.mul(chosen).sum(-1).mul(weights);
}

/**
 * Weighted mean of `−log p` in nats per token, a scalar: `−Σ w log p / Σ w`. Consumes its arguments.
 */
export function crossEntropy(
  jax: Jax,
  model: Transformer,
  parameters: ArrayTree,
  ...batch: BatchArrays
): JaxArray {
  const total = batch[2].ref.sum();
  return tokenLogProbs(jax, model, parameters, ...batch).sum().neg().div(total);
}
