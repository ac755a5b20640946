/**
 * Log-probabilities of completions given prompts, and their gradients example by example: what the
 * preference papers are built on.
 *
 * @module
 */
import {
  type ArrayTree,
  fromFloats,
  fromIntegers,
  type Jax,
  type JaxArray,
} from "../transformer/jax.ts";
import { type BatchArrays, tokenLogProbs } from "./engines/token_losses.ts";
import { type Transformer, transformer } from "../transformer/definition.ts";
import type { TransformerConfig } from "../transformer/config.ts";
import type { Tokens } from "../interface/language_model.ts";
import type { Batch } from "./batches/windows.ts";

/** A prompt and what follows it. */
export interface Completion {
  prompt: Tokens;
  completion: Tokens;
}

/**
 * Lays completions out, one a row: weights are 1 where a token of the completion is predicted, 0 in prompts
 * and filling.
 *
 * @param length tokens per row, begin-of-text included; by default what the longest example needs. jit
 * compiles once per length, so batches of one length are fast.
 * @throws {RangeError} when an example does not fit, or a completion is empty.
 */
export function completionBatch(
  config: TransformerConfig,
  completions: readonly Completion[],
  length?: number,
): Batch {
  const need = (c: Completion): number => c.prompt.length + c.completion.length;
  const rowLength = length ?? completions.reduce((most, c) => Math.max(most, need(c)), 1);
  const size = completions.length * rowLength;
  const bos = config.bos_token_id;
  const tokens = new Int32Array(size).fill(bos);
  const targets = new Int32Array(size).fill(bos);
  const weights = new Float32Array(size);
  completions.forEach((example, row) => {
    if (example.completion.length === 0) {
      throw new RangeError(`completionBatch: example ${row} has an empty completion`);
    }
    if (need(example) > rowLength || need(example) > config.max_position_embeddings) {
      const most = Math.min(rowLength, config.max_position_embeddings);
      throw new RangeError(
        `completionBatch: example ${row} has ${need(example)} tokens, expected at most ${most}`,
      );
    }
    const text = [...example.prompt, ...example.completion];
    for (const token of text) {
      // jax-js reads garbage for a token outside the embedding, without an error.
      if (!(Number.isInteger(token) && token >= 0 && token < config.vocab_size)) {
        throw new RangeError(
          `completionBatch: got token ${token}, expected a whole number in [0, ${config.vocab_size})`,
        );
      }
    }
    const at = row * rowLength;
    targets.set(text, at);
    tokens.set(text.slice(0, -1), at + 1);
    weights.fill(1, at + example.prompt.length, at + text.length);
  });
  return { rows: completions.length, length: rowLength, tokens, targets, weights };
}

/** The arrays of a batch on the device: tokens, targets, weights. */
export function batchArrays(jax: Jax, batch: Batch): BatchArrays {
  const shape = [batch.rows, batch.length];
  return [
    fromIntegers(jax, batch.tokens, shape),
    fromIntegers(jax, batch.targets, shape),
    fromFloats(jax, batch.weights, shape),
  ];
}

/**
 * `log π(completion | prompt)` of each example, `[B]`: the sum of {@linkcode tokenLogProbs} over the
 * completion. Differentiable, under `jit` too. Consumes its arguments.
 */
export function completionLogProbs(
  jax: Jax,
  model: Transformer,
  parameters: ArrayTree,
  ...batch: BatchArrays
): JaxArray {
  return tokenLogProbs(jax, model, parameters, ...batch).sum(-1);
}

/**
 * The gradients of `log π(completion | prompt)` for every example on its own: a jitted function of
 * `(parameters, tokens, targets, weights)` whose result has the shape `[B, …]` for each parameter. It
 * consumes its arguments. `B` copies of the parameters must fit into memory.
 */
export function perExampleGradients(
  jax: Jax,
  config: TransformerConfig,
): (p: ArrayTree, ...batch: BatchArrays) => ArrayTree {
  const model = transformer(jax, config, { embedding: "one-hot" });
  const one = (p: ArrayTree, x: JaxArray, y: JaxArray, w: JaxArray): JaxArray => {
    const row = (array: JaxArray): JaxArray => array.reshape([1, array.shape[0]!]);
    return tokenLogProbs(jax, model, p, row(x), row(y), row(w)).sum();
  };
  const gradient = jax.grad(one) as unknown as (
    p: ArrayTree,
    ...batch: BatchArrays
  ) => ArrayTree;
  return jax.jit((p: ArrayTree, ...batch: BatchArrays): ArrayTree => {
    // The parameters are shared by all examples.
    const shared = Object.fromEntries(Object.keys(p).map((name) => [name, null]));
    return jax.vmap(gradient, [shared, 0, 0, 0])(p, ...batch);
  });
}
