import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromIntegers, loadJax } from "offprint/lm/transformer/jax.ts";
import { modelThreads, onnxModel } from "offprint/lm/onnx/transformer_model.ts";
import { createSession, threadCount } from "offprint/lm/onnx/runtime.ts";
import { UserError } from "offprint/errors.ts";
import { toParameters, transformer } from "offprint/lm/transformer/definition.ts";
import { transformerConfig, type TransformerSizes } from "offprint/lm/transformer/config.ts";
import { stream } from "offprint/random.ts";
import { conformance } from "../conformance.ts";
import { trainedLikeWeights } from "../trained_like_weights.ts";

/** Shapes with one and two heads per group, one and more layers, and capacities that grow. */
const SIZES: Record<string, TransformerSizes> = {
  "draft-shaped": {
    vocabSize: 300,
    width: 128,
    layers: 1,
    heads: 2,
    keyValueHeads: 1,
    feedForward: 256,
    contextLength: 80,
  },
  "target-shaped": {
    vocabSize: 300,
    width: 128,
    layers: 3,
    heads: 4,
    keyValueHeads: 4,
    feedForward: 128,
    contextLength: 150,
  },
};

Deno.test("a small model gets one thread, a large one its share of the cores", () => {
  const small = transformerConfig(SIZES["target-shaped"]!);
  assertEquals(modelThreads(small), 1);
  assertEquals(modelThreads({ ...small, num_hidden_layers: 500 }), threadCount());
});

for (const [name, sizes] of Object.entries(SIZES)) {
  const config = transformerConfig(sizes);
  conformance(`ONNX ${name}`, {
    model: () => onnxModel(config, trainedLikeWeights(config), { name, threads: 1 }),
    ceiling: 2e-5,
    hidden: true,
  });

  Deno.test(`ONNX ${name}: logits equal the training graph's within 1e-4`, async () => {
    const weights = trainedLikeWeights(config);
    const model = await onnxModel(config, weights, { threads: 1 });
    const jax = await loadJax();
    const random = stream(8, "onnx-text");
    const text = Array.from({ length: 70 }, () => 1 + random.integer(config.vocab_size - 1));
    const input = fromIntegers(jax, [config.bos_token_id, ...text], [1, text.length + 1]);
    const trained = transformer(jax, config);
    const expected = await trained.logits(toParameters(jax, config, weights), input).data();
    const sequence = await model.open(text.slice(0, 3));
    const rows: Float32Array[] = [sequence.logits];
    for (let at = 3; at < text.length;) {
      const count = 1 + at % 7;
      rows.push(...(await sequence.extend(text.slice(at, at + count))).logits);
      at += count;
    }
    let worst = 0;
    let largest = 0;
    rows.forEach((row, i) =>
      row.forEach((value, token) => {
        const other = expected[(i + 3) * config.vocab_size + token]!;
        worst = Math.max(worst, Math.abs(value - other));
        largest = Math.max(largest, Math.abs(other));
      })
    );
    assertEquals(rows.length, text.length - 2);
    assert(largest > 1, "the logits are too small to tell anything");
    assert(worst <= 1e-4, `off by ${worst}`);
    sequence.close();
    await model.close();
  });
}

Deno.test("a sequence of another model is refused in a batch", async () => {
  const config = transformerConfig(SIZES["draft-shaped"]!);
  const a = await onnxModel(config, trainedLikeWeights(config), { threads: 1 });
  const b = await onnxModel(config, trainedLikeWeights(config), { threads: 1 });
  const sequence = await a.open([1]);
  await assertRejects(() => b.extendBatch([sequence], [[1]]), TypeError, "another model");
  sequence.close();
  await a.close();
  await b.close();
});

Deno.test("a graph that ONNX Runtime refuses is one clear line", async () => {
  const error = await assertRejects(
    () => createSession("broken.onnx", new Uint8Array([1, 2, 3, 4])),
    UserError,
    "broken.onnx",
  );
  assert(!error.message.includes("\n"), error.message);
});
