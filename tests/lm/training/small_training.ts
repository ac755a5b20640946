/** A training of a few dozen steps, shared by the tests; run as a program it trains until it is killed. */
import { fileURLToPath } from "node:url";
import type { ModelRecipe } from "offprint/lm/transformer/recipe.ts";
import { modelRecipe } from "offprint/lm/transformer/recipe.ts";
import { train, type TrainingInput, type TrainingOptions } from "offprint/lm/training/trainer.ts";
import { trainingData } from "offprint/lm/training/batches/training_data.ts";

/** The tiny recipe, made smaller still. */
export async function smallRecipe(): Promise<ModelRecipe> {
  const tiny = await modelRecipe("tiny");
  return {
    ...tiny,
    name: "small",
    model: { ...tiny.model, vocabSize: 300, feedForward: 128, contextLength: 24 },
    training: { ...tiny.training, epochs: 2, warmUp: 4, evaluateEvery: 7 },
  };
}

/** A training of {@linkcode smallRecipe} on the first tokens of its corpus, with its state in `folder`. */
export async function smallTraining(folder: URL): Promise<TrainingInput> {
  const data = await trainingData(await smallRecipe(), new URL("corpora/", folder));
  const cut = data.train.slice(0, 1).map((document) => {
    const tokens = document.tokens.slice(0, 800);
    return { ...document, tokens, starts: document.starts.filter((s) => s < tokens.length) };
  });
  return { ...data, train: cut, folder };
}

/** Trains in `folder`. */
export async function trainSmall(folder: URL, options: TrainingOptions = {}) {
  return await train(await smallTraining(folder), options);
}

if (import.meta.main) {
  await trainSmall(new URL(Deno.args[0]!), {
    checkpointSeconds: 0,
    onStep: ({ step }) => console.log(step),
  });
  Deno.exit(0);
}

/** The path of this file, for starting it as a program. */
export const programPath = fileURLToPath(import.meta.url);
