import { assert, assertEquals, assertRejects } from "@std/assert";
import { JaxEngine } from "offprint/lm/training/engines/jax_engine.ts";
import { OnnxEngine } from "offprint/lm/training/engines/onnx_engine.ts";
import { parameterBlocks, tensorViews } from "offprint/lm/transformer/parameter_blocks.ts";
import { modelRecipe, recipeConfig } from "offprint/lm/transformer/recipe.ts";
import { initialWeights } from "offprint/lm/transformer/definition.ts";
import { parameterCount } from "offprint/lm/transformer/config.ts";
import {
  afterSteps,
  bare,
  batchFor,
  bits,
  clipped,
  config,
  options,
  sameEnd,
  sameGradients,
} from "./engine_cases.ts";

Deno.test("blocks cover every parameter once, neighbours of a kind joined", () => {
  const blocks = parameterBlocks(config);
  let offset = 0;
  for (const block of blocks) {
    assertEquals(block.offset, offset);
    assertEquals(block.shape.reduce((a, b) => a * b, 1), block.size);
    offset += block.size;
  }
  assertEquals(offset, parameterCount(config));
  const joint = blocks.find(({ name }) => name === "model.layers.1.self_attn.qkv_proj.weight")!;
  assertEquals(joint.shape, [128 + 2 * 64, 128]);
  const flat = new Float32Array(offset);
  const views = tensorViews(config, flat);
  views.get("model.layers.1.self_attn.k_proj.weight")![0] = 5;
  assertEquals(flat[joint.offset + 128 * 128], 5);
});

Deno.test("the gradient graph gives jax-js's loss and gradient in every tensor", async () => {
  const ours = await afterSteps(await OnnxEngine.open(options(bare)), 1);
  sameGradients(ours, await afterSteps(await JaxEngine.open(options(bare)), 1));
});

Deno.test("a forward pass with its way back gives the bits of one pass, until the parameters change", async () => {
  const untied = { ...config, tie_word_embeddings: false };
  for (const shapes of [config, untied]) {
    const engine = await OnnxEngine.open({
      ...options(bare),
      config: shapes,
      start: { parameters: initialWeights(shapes, 1) },
    });
    const batch = batchFor(1);
    const wanted = await engine.gradient(batch, batch.weights);
    const pass = await engine.forward(batch);
    assertEquals(bits(pass.logProbs), bits(wanted.logProbs));
    // Passes of other kinds leave it as it is, and it can be gone back through twice.
    await engine.logProbs(batchFor(2));
    const none = await pass.gradient(new Float32Array(batch.weights.length));
    assert(none.every((value) => value === 0));
    assertEquals(bits(await pass.gradient(batch.weights)), bits(wanted.gradient));
    // A longer pass needs more room for what it keeps.
    const longer = { ...batchFor(3), rows: batch.rows / 2, length: 2 * batch.length };
    await engine.forward(longer);
    await assertRejects(() => pass.gradient(batch.weights), Error, "the pass is over");
    const next = await engine.forward(batch);
    await engine.apply(wanted.gradient, 1e-3, 1);
    await assertRejects(() => next.gradient(batch.weights), Error, "the pass is over");
    await engine.close();
  }
});

Deno.test("ten steps with clipping and decay end where jax-js ends", async () => {
  const ours = await afterSteps(await OnnxEngine.open(options(clipped)), 10);
  sameEnd(ours, await afterSteps(await JaxEngine.open(options(clipped)), 10));
});

Deno.test("at the target model's sizes, threads do not change a bit", async () => {
  const target = await modelRecipe("sotu-target");
  const { vocabSize, contextLength } = target.model;
  const count = target.training.batch * contextLength;
  const tokens = Int32Array.from({ length: count }, (_, i) => (i * i + 7919 * i) % vocabSize);
  const weights = new Float32Array(count).fill(1);
  const targets = tokens.map((t) => (3 * t + 1) % vocabSize);
  const batch = { rows: target.training.batch, length: contextLength, tokens, targets, weights };
  const shapes = recipeConfig(target, vocabSize);
  const parameters = initialWeights(shapes, target.seed);
  const results: Float32Array[] = [];
  for (const threads of [1, 2]) {
    const optimizer = { kind: "adamw", ...target.training } as const;
    const engine = await OnnxEngine.open({
      config: shapes,
      optimizer,
      start: { parameters },
      threads,
    });
    results.push((await engine.gradient(batch, weights)).gradient);
    await engine.close();
  }
  assertEquals(bits(results[1]!), bits(results[0]!));
});
