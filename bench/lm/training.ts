/**
 * Training steps: the engine on ONNX Runtime against jax-js and against the speed this project asks for,
 * and whether a long training keeps its memory.
 *
 * @module
 */
import { type BenchRow, interleaved, lessIsBetter } from "offprint/kit/bench/report.ts";
import { JaxEngine } from "offprint/lm/training/engines/jax_engine.ts";
import { OnnxEngine } from "offprint/lm/training/engines/onnx_engine.ts";
import {
  checkedRecipe,
  type ModelRecipe,
  modelRecipe,
  recipeConfig,
} from "offprint/lm/transformer/recipe.ts";
import type { EngineOptions, TrainingEngine } from "offprint/lm/training/engines/engine.ts";
import { languageModelStep } from "offprint/lm/training/engines/language_model_step.ts";
import { initialWeights } from "offprint/lm/transformer/definition.ts";
import { jaxStep } from "./jax_step.ts";
import { parameterCount } from "offprint/lm/transformer/config.ts";
import type { Batch } from "offprint/lm/training/batches/windows.ts";
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
  const onnx = await OnnxEngine.open(engineOptions(recipe));
  const jax = await jaxStep(config, recipe.training, batch);
  let count = 0;
  const seconds = await interleaved({
    onnx: () => languageModelStep(onnx, batch, 1e-3, ++count),
    jax: jax.step,
  }, REPETITIONS);
  await onnx.close();
  jax.close();
  const speed = (name: keyof typeof seconds): number => batch.tokens.length / seconds[name];
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

function engineOptions(recipe: ModelRecipe): EngineOptions {
  const config = recipeConfig(recipe, recipe.model.vocabSize);
  return {
    config,
    optimizer: { kind: "adamw", ...recipe.training },
    start: { parameters: initialWeights(config, recipe.seed) },
  };
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
    batch: {
      rows: recipe.training.batch,
      length: contextLength,
      tokens: draw(),
      targets: draw(),
      weights,
    },
    shape: `${parameters} parameters, ${recipe.training.batch} × ${contextLength} tokens`,
  };
}

/** Resident memory after a thousand steps beside that after a hundred. */
async function memoryRow(name: "onnx" | "jax"): Promise<BenchRow> {
  const recipe = await modelRecipe("tiny");
  const { batch, shape } = sizes(recipe);
  const engine: TrainingEngine = name === "onnx"
    ? await OnnxEngine.open(engineOptions(recipe))
    : await JaxEngine.open(engineOptions(recipe));
  let early = 0;
  for (let step = 1; step <= STEPS; step++) {
    await languageModelStep(engine, batch, 1e-3, step);
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
