/**
 * The peer of a training step: jax-js with loss, gradient and AdamW jitted into one function.
 *
 * @module
 */
import { type AdamWOptions, adamWState, adamWStep } from "offprint/lm/training/engines/adamw.ts";
import {
  type ArrayTree,
  fromFloats,
  fromIntegers,
  type JaxArray,
  loadJax,
} from "offprint/lm/transformer/jax.ts";
import { crossEntropy } from "offprint/lm/training/engines/token_losses.ts";
import { initialWeights, toParameters, transformer } from "offprint/lm/transformer/definition.ts";
import type { TransformerConfig } from "offprint/lm/transformer/config.ts";
import type { Batch } from "offprint/lm/training/batches/windows.ts";

/** A language-model step on fresh weights, to be called again and again; `close` frees it. */
export async function jaxStep(
  config: TransformerConfig,
  options: AdamWOptions,
  { rows, length, tokens, targets, weights }: Batch,
): Promise<{ step: () => Promise<void>; close: () => void }> {
  const jax = await loadJax();
  const model = transformer(jax, config);
  const loss = (p: ArrayTree, ...x: JaxArray[]): JaxArray =>
    crossEntropy(jax, model, p, x[0]!, x[1]!, x[2]!);
  const jitted = adamWStep(jax, loss, options);
  let state = adamWState(jax, toParameters(jax, config, initialWeights(config, 1)));
  let count = 0;
  const scalar = (value: number): JaxArray => jax.numpy.array(value);
  return {
    step: async () => {
      count++;
      const [next, report] = jitted(
        state,
        scalar(1e-3),
        scalar(1 - options.beta1 ** count),
        scalar(1 - options.beta2 ** count),
        [
          fromIntegers(jax, tokens, [rows, length]),
          fromIntegers(jax, targets, [rows, length]),
          fromFloats(jax, weights, [rows, length]),
        ],
      );
      state = next;
      await report.loss.data();
      await report.gradientNorm.data();
    },
    close: () => {
      for (const tree of Object.values(state)) {
        for (const array of Object.values(tree)) array.dispose();
      }
      jitted.dispose();
    },
  };
}
