import { assert, assertEquals, assertRejects } from "@std/assert";
import { JaxEngine } from "offprint/lm/training/engines/jax_engine.ts";
import { OnnxEngine } from "offprint/lm/training/engines/onnx_engine.ts";
import { parameterBlocks, tensorViews } from "offprint/lm/transformer/parameter_blocks.ts";
import {
  checkedRecipe,
  type ModelRecipe,
  modelRecipe,
  recipeConfig,
} from "offprint/lm/transformer/recipe.ts";
import type {
  EngineOptions,
  TrainingEngine,
  TrainingState,
} from "offprint/lm/training/engines/engine.ts";
import {
  languageModelLoss,
  languageModelStep,
} from "offprint/lm/training/engines/language_model_step.ts";
import { initialWeights } from "offprint/lm/transformer/definition.ts";
import { parameterCount, tensorShapes } from "offprint/lm/transformer/config.ts";
import type { Batch } from "offprint/lm/training/batches/windows.ts";
import { stream } from "offprint/random.ts";

/** Grouped heads, two layers, a context and vocabulary that are no multiple of anything. */
const recipe: ModelRecipe = checkedRecipe("recipe", {
  ...await modelRecipe("tiny"),
  model: {
    vocabSize: 45,
    width: 128,
    layers: 2,
    heads: 4,
    keyValueHeads: 2,
    feedForward: 96,
    contextLength: 11,
  },
});
const config = recipeConfig(recipe, recipe.model.vocabSize);

/** Weights of order one, so that every gradient is far from zero. */
function drawState(): TrainingState {
  const random = stream(3, "engine-weights");
  const parameters = new Map<string, Float32Array>();
  const zeros = (): Map<string, Float32Array> =>
    new Map([...parameters].map(([name, values]) => [name, new Float32Array(values.length)]));
  for (const [name, shape] of tensorShapes(config)) {
    const size = shape.reduce((a, b) => a * b, 1);
    const deviation = name.includes("embed") ? 1 : 1 / Math.sqrt(shape.at(-1)!);
    const draw = shape.length === 1
      ? () => 1 + 0.2 * random.normal()
      : () => deviation * random.normal();
    parameters.set(name, Float32Array.from({ length: size }, draw));
  }
  return { parameters, first: zeros(), second: zeros() };
}

/** Repeated tokens on purpose: their rows add up in the embedding's gradient. */
function batchFor(step: number): Batch {
  const random = stream(4, "engine-batch", step);
  const count = recipe.training.batch * recipe.model.contextLength;
  const draw = (): Int32Array => Int32Array.from({ length: count }, () => random.integer(20));
  const weights = Float32Array.from({ length: count }, (_, i) => i % 11 < 3 ? 0 : 1);
  const { batch: rows } = recipe.training;
  return { rows, length: recipe.model.contextLength, tokens: draw(), targets: draw(), weights };
}

/** The largest difference over the largest value. */
function distance(got: Float32Array, wanted: Float32Array): number {
  assertEquals(got.length, wanted.length);
  let [difference, largest] = [0, 0];
  for (let i = 0; i < got.length; i++) {
    difference = Math.max(difference, Math.abs(got[i]! - wanted[i]!));
    largest = Math.max(largest, Math.abs(wanted[i]!));
  }
  assert(largest > 0);
  return difference / largest;
}

/** What both engines start from. */
function options({ training }: ModelRecipe): EngineOptions {
  return { config, optimizer: { kind: "adamw", ...training }, start: drawState() };
}

/** A recipe whose new first moments are the gradients. */
const bare: ModelRecipe = {
  ...recipe,
  training: { ...recipe.training, beta1: 0, clipNorm: 1e9, weightDecay: 0 },
};

async function afterSteps(engine: TrainingEngine, steps: number) {
  const reports = [];
  for (let step = 1; step <= steps; step++) {
    reports.push(await languageModelStep(engine, batchFor(step), 1e-3, step));
  }
  const evaluated = await languageModelLoss(engine, batchFor(100));
  const state = await engine.state();
  await engine.close();
  return { reports, evaluated, state };
}

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
  const [ours, theirs] = [
    await afterSteps(await OnnxEngine.open(options(bare)), 1),
    await afterSteps(await JaxEngine.open(options(bare)), 1),
  ];
  const [a, b] = [ours.reports[0]!, theirs.reports[0]!];
  assert(Math.abs(a.loss - b.loss) < 1e-5 * b.loss, `${a.loss} ${b.loss}`);
  assert(Math.abs(a.gradientNorm - b.gradientNorm) < 1e-5 * b.gradientNorm);
  for (const [name, gradient] of theirs.state.first) {
    const error = distance(ours.state.first.get(name)!, gradient);
    assert(error < 2e-5, `${name}: ${error}`);
  }
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
  const clipped = { ...recipe, training: { ...recipe.training, clipNorm: 0.5 } };
  const ours = await afterSteps(await OnnxEngine.open(options(clipped)), 10);
  const theirs = await afterSteps(await JaxEngine.open(options(clipped)), 10);
  assert(theirs.reports.every(({ gradientNorm }) => gradientNorm > 0.5));
  assert(Math.abs(ours.evaluated - theirs.evaluated) < 1e-4 * theirs.evaluated);
  for (const kind of ["parameters", "first", "second"] as const) {
    for (const [name, values] of theirs.state[kind]) {
      const error = distance(ours.state[kind].get(name)!, values);
      assert(error < 1e-3, `${kind}/${name}: ${error}`);
    }
  }
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

/** Bit patterns, so that equality is exact. */
function bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.slice().buffer);
}
