/**
 * Training steps: the engine on ONNX Runtime against jax-js and against the speed this project asks for,
 * and whether a long training keeps its memory.
 *
 * @module
 */
import { type BenchRow, interleaved, lessIsBetter } from "offprint/kit/bench/report.ts";
import { JaxEngine } from "offprint/lm/training/jax_engine.ts";
import { OnnxEngine } from "offprint/lm/training/onnx_engine.ts";
import {
  checkedRecipe,
  type ModelRecipe,
  modelRecipe,
  recipeConfig,
} from "offprint/lm/transformer/recipe.ts";
import type { TrainingEngine } from "offprint/lm/training/engine.ts";
import { parameterCount } from "offprint/lm/transformer/config.ts";
import type { Batch } from "offprint/lm/training/windows.ts";
import { stream } from "offprint/random.ts";

/** Tokens per second that the project asks of a model of one million parameters. */
const FLOOR = 2000;
const REPETITIONS = 5;
const STEPS = 1000;

/** Speed at one million parameters, and memory over a thousand steps of a small model. */
export async function trainingRows(): Promise<BenchRow[]> {
  const recipe = await oneMillion();
  const { batch, shape } = sizes(recipe);
  const config = recipeConfig(recipe, recipe.model.vocabSize);
  const engines = {
    onnx: await OnnxEngine.open(recipe, config),
    jax: await JaxEngine.open(recipe, config),
  };
  const counts = { onnx: 0, jax: 0 };
  const step = (name: keyof typeof engines) => (): Promise<unknown> =>
    engines[name].step(batch, 1e-3, ++counts[name]);
  const seconds = await interleaved({ onnx: step("onnx"), jax: step("jax") }, REPETITIONS);
  await engines.onnx.close();
  await engines.jax.close();
  const speed = (name: keyof typeof engines): number => batch.tokens.length / seconds[name];
  const row = (ours: number, peer: number, peerName: string): BenchRow => ({
    name: "training step",
    shape,
    ours,
    peer,
    peerName,
    unit: "tokens/s",
    ratio: ours / peer,
  });
  return [
    row(speed("onnx"), speed("jax"), "jax-js"),
    row(speed("onnx"), FLOOR, "the floor of 2 000"),
    row(speed("jax"), FLOOR, "the floor of 2 000, jax-js itself"),
    await memoryRow("onnx"),
    await memoryRow("jax"),
  ];
}

/** Four layers of width 128 and 2 048 tokens of vocabulary: one million parameters. */
async function oneMillion(): Promise<ModelRecipe> {
  const target = await modelRecipe("sotu-target");
  return checkedRecipe("bench", {
    ...target,
    model: {
      vocabSize: 2048,
      width: 128,
      layers: 4,
      heads: 2,
      keyValueHeads: 2,
      feedForward: 320,
      contextLength: 256,
    },
  });
}

function sizes(recipe: ModelRecipe): { batch: Batch; shape: string } {
  const { vocabSize, contextLength } = recipe.model;
  const count = recipe.training.batch * contextLength;
  const random = stream(1, "bench-training");
  const draw = (): Int32Array =>
    Int32Array.from({ length: count }, () => 1 + random.integer(vocabSize - 1));
  const weights = new Float32Array(count).fill(1);
  const parameters = parameterCount(recipeConfig(recipe, vocabSize));
  return {
    batch: { tokens: draw(), targets: draw(), weights },
    shape: `${parameters} parameters, ${recipe.training.batch} × ${contextLength} tokens`,
  };
}

/** Resident memory after a thousand steps beside that after a hundred. */
async function memoryRow(name: "onnx" | "jax"): Promise<BenchRow> {
  const recipe = await modelRecipe("tiny");
  const config = recipeConfig(recipe, recipe.model.vocabSize);
  const { batch, shape } = sizes(recipe);
  const engine: TrainingEngine = name === "onnx"
    ? await OnnxEngine.open(recipe, config)
    : await JaxEngine.open(recipe, config);
  let early = 0;
  for (let step = 1; step <= STEPS; step++) {
    await engine.step(batch, 1e-3, step);
    if (step === STEPS / 10) early = Deno.memoryUsage().rss;
  }
  const late = Deno.memoryUsage().rss;
  await engine.close();
  return lessIsBetter({
    name: `memory of training, ${name}`,
    shape: `${shape}; after ${STEPS} steps`,
    ours: late / 2 ** 20,
    peer: early / 2 ** 20,
    peerName: `after ${STEPS / 10} steps`,
    unit: "MB",
  });
}
