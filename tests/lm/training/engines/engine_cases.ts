/** What the tests of engines share: a small model of odd sizes, its state, its batches, and what steps end in. */
import { assert, assertEquals } from "@std/assert";
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
import { tensorShapes } from "offprint/lm/transformer/config.ts";
import type { Batch } from "offprint/lm/training/batches/windows.ts";
import { stream } from "offprint/random.ts";

/** Grouped heads, two layers, a context and vocabulary that are no multiple of anything. */
export const recipe: ModelRecipe = checkedRecipe("recipe", {
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
export const config = recipeConfig(recipe, recipe.model.vocabSize);

/** Weights of order one, so that every gradient is far from zero. */
export function drawState(): TrainingState {
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
export function batchFor(step: number): Batch {
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
export function options({ training }: ModelRecipe): EngineOptions {
  return { config, optimizer: { kind: "adamw", ...training }, start: drawState() };
}

/** A recipe whose new first moments are the gradients. */
export const bare: ModelRecipe = {
  ...recipe,
  training: { ...recipe.training, beta1: 0, clipNorm: 1e9, weightDecay: 0 },
};

export async function afterSteps(engine: TrainingEngine, steps: number) {
  const reports = [];
  for (let step = 1; step <= steps; step++) {
    reports.push(await languageModelStep(engine, batchFor(step), 1e-3, step));
  }
  const evaluated = await languageModelLoss(engine, batchFor(100));
  const state = await engine.state();
  await engine.close();
  return { reports, evaluated, state };
}

/** Bit patterns, so that equality is exact. */
export function bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.slice().buffer);
}

type Afterwards = Awaited<ReturnType<typeof afterSteps>>;

/** The first moments of one step of {@linkcode bare} are its gradients: both engines have the same ones, and the same loss. */
export function sameGradients(ours: Afterwards, theirs: Afterwards): void {
  const [a, b] = [ours.reports[0]!, theirs.reports[0]!];
  assert(Math.abs(a.loss - b.loss) < 1e-5 * b.loss, `${a.loss} ${b.loss}`);
  assert(Math.abs(a.gradientNorm - b.gradientNorm) < 1e-5 * b.gradientNorm);
  for (const [name, gradient] of theirs.state.first) {
    const error = distance(ours.state.first.get(name)!, gradient);
    assert(error < 2e-5, `${name}: ${error}`);
  }
}

/** {@linkcode recipe} with a norm of gradients that every step exceeds. */
export const clipped: ModelRecipe = {
  ...recipe,
  training: { ...recipe.training, clipNorm: 0.5 },
};

/** After ten steps of {@linkcode clipped} both engines stand at the same place. */
export function sameEnd(ours: Afterwards, theirs: Afterwards): void {
  assert(theirs.reports.every(({ gradientNorm }) => gradientNorm > 0.5));
  assert(Math.abs(ours.evaluated - theirs.evaluated) < 1e-4 * theirs.evaluated);
  for (const kind of ["parameters", "first", "second"] as const) {
    for (const [name, values] of theirs.state[kind]) {
      const error = distance(ours.state[kind].get(name)!, values);
      assert(error < 1e-3, `${kind}/${name}: ${error}`);
    }
  }
}
