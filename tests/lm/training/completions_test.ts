import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  batchArrays,
  completionBatch,
  completionLogProbs,
  perExampleGradients,
} from "offprint/lm/training/completions.ts";
import { type ArrayTree, type JaxArray, loadJax, toFloats } from "offprint/lm/transformer/jax.ts";
import { initialWeights, toParameters, transformer } from "offprint/lm/transformer/definition.ts";
import { transformerConfig } from "offprint/lm/transformer/config.ts";

const jax = await loadJax();
const config = transformerConfig({
  vocabSize: 32,
  width: 128,
  layers: 2,
  heads: 2,
  keyValueHeads: 1,
  feedForward: 128,
  contextLength: 16,
});
const model = transformer(jax, config);
const weights = initialWeights(config, 7);
const parameters = (): ArrayTree => toParameters(jax, config, weights);
const examples = [
  { prompt: [3, 4], completion: [5, 6, 7] },
  { prompt: [], completion: [9] },
  { prompt: [1, 2, 3, 4, 5], completion: [6, 7] },
];

Deno.test("completionBatch masks prompt and filling", () => {
  const batch = completionBatch(config, examples);
  assertEquals([batch.rows, batch.length], [3, 7]);
  assertEquals([...batch.tokens.subarray(0, 7)], [0, 3, 4, 5, 6, 0, 0]);
  assertEquals([...batch.targets.subarray(0, 7)], [3, 4, 5, 6, 7, 0, 0]);
  assertEquals([...batch.weights.subarray(0, 7)], [0, 0, 1, 1, 1, 0, 0]);
  assertEquals([...batch.weights.subarray(7, 14)], [1, 0, 0, 0, 0, 0, 0]);
});

Deno.test("completionBatch refuses what does not fit", () => {
  assertThrows(
    () => completionBatch(config, [{ prompt: [1], completion: [] }]),
    RangeError,
    "empty",
  );
  assertThrows(() => completionBatch(config, examples, 5), RangeError, "at most 5");
  assertThrows(
    () => completionBatch(config, [{ prompt: [], completion: [32] }]),
    RangeError,
    "token 32",
  );
});

Deno.test("completionLogProbs is the sum of log-softmax rows, whatever else is in the batch", async () => {
  const run = jax.jit((p: ArrayTree, x: JaxArray, y: JaxArray, w: JaxArray) =>
    completionLogProbs(jax, model, p, x, y, w)
  );
  const together = await run(parameters(), ...batchArrays(jax, completionBatch(config, examples)))
    .data();
  for (const [index, example] of examples.entries()) {
    const text = [...example.prompt, ...example.completion];
    const input = jax.numpy.array(Int32Array.from([0, ...text.slice(0, -1)]), {
      shape: [1, text.length],
    });
    const logits = await model.logits(parameters(), input).data();
    let expected = 0;
    for (let i = example.prompt.length; i < text.length; i++) {
      const row = logits.subarray(i * 32, (i + 1) * 32) as Float32Array;
      const total = row.reduce((sum, x) => sum + Math.exp(x), 0);
      expected += row[text[i]!]! - Math.log(total);
    }
    assertAlmostEquals(together[index]!, expected, 2e-5);
  }
});

Deno.test("per-example gradients equal the gradients of single examples", async () => {
  const all = await toFloats(
    perExampleGradients(jax, config)(
      parameters(),
      ...batchArrays(jax, completionBatch(config, examples)),
    ),
  );
  const single = jax.grad((p: ArrayTree, x: JaxArray, y: JaxArray, w: JaxArray) =>
    completionLogProbs(jax, model, p, x, y, w).sum()
  );
  for (const [index, example] of examples.entries()) {
    const alone = await toFloats(
      single(parameters(), ...batchArrays(jax, completionBatch(config, [example]))) as ArrayTree,
    );
    for (const [name, gradient] of alone) {
      const row = all.get(name)!.subarray(index * gradient.length, (index + 1) * gradient.length);
      const largest = gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
      const worst = gradient.reduce((most, g, i) => Math.max(most, Math.abs(g - row[i]!)), 0);
      assert(worst <= 1e-5 * Math.max(1, largest), `${name} of example ${index}: off by ${worst}`);
    }
  }
});
