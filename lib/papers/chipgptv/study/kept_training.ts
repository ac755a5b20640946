/**
 * A training of the study that can be stopped, and the weights that come of it.
 *
 * @module
 */
import { z } from "zod";
import { jsonHash } from "offprint/lm/corpora/mod.ts";
import { decodingModel } from "offprint/lm/native/mod.ts";
import type { ClosableModel } from "offprint/lm/onnx/mod.ts";
import {
  loadCheckpoint,
  restoredState,
  saveCheckpoint,
  stateTensors,
} from "offprint/lm/training/mod.ts";
import {
  checkShapes,
  encodeSafetensors,
  readSafetensors,
  type Tensor,
  tensorShapes,
} from "offprint/lm/transformer/mod.ts";
import { studyConfig, type StudyTraining, trainStudyModel } from "./training.ts";
import { STUDY_WORDS } from "./words.ts";

/** The model of seed 1, as it was asked. */
export const STUDY_MODEL_FILE = new URL(
  "../../../../data/results/06-study-model.safetensors",
  import.meta.url,
);

/** Steps behind one value of the loss curve, and between two saved states. */
const POINT = 100;

const progressSchema = z.strictObject({
  recipe: z.string(),
  step: z.int().nonnegative(),
  losses: z.array(z.number()),
});

/** What a finished training left. */
export interface TrainedStudyModel {
  /** A safetensors file of 16-bit floats. */
  bytes: Uint8Array;
  /** Mean loss of each hundred steps, nats per token of the answers. */
  losses: number[];
}

/** Trains the model of a seed, going on from what an earlier call has left in `folder` (ends with a slash). */
export async function keptStudyTraining(
  { seed, training }: { seed: number; training: StudyTraining },
  folder: URL,
  onPoint: (step: number, loss: number) => void = () => {},
): Promise<TrainedStudyModel> {
  const config = studyConfig();
  const recipe = await jsonHash([seed, training, config, STUDY_WORDS]);
  const found = await loadCheckpoint(folder, recipe, console.error, progressSchema);
  const losses = found?.progress.losses ?? [];
  let sum = 0;
  const engine = await trainStudyModel(seed, {
    training,
    ...(found === undefined
      ? {}
      : { from: { step: found.progress.step, state: restoredState(config, found.tensors) } }),
    onStep: async ({ step, loss }, engine) => {
      sum += loss;
      if (step % POINT !== 0) return;
      losses.push(sum / POINT);
      onPoint(step, sum / POINT);
      sum = 0;
      const tensors = stateTensors(config, await engine.state());
      await saveCheckpoint(folder, { progress: { recipe, step, losses }, tensors });
    },
  });
  const { parameters } = await engine.state();
  await engine.close();
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of tensorShapes(config)) {
    tensors.set(name, { shape, data: parameters.get(name)! });
  }
  return {
    bytes: encodeSafetensors(tensors, { dtype: "F16", metadata: { format: "pt" } }),
    losses,
  };
}

/**
 * Opens a model of the study, by default the committed one.
 *
 * @throws {UserError} when the file is missing or damaged, or belongs to another vocabulary or size.
 */
export async function openStudyModel(file: URL = STUDY_MODEL_FILE): Promise<ClosableModel> {
  const config = studyConfig();
  const { tensors } = await readSafetensors(file);
  checkShapes(decodeURIComponent(file.pathname), tensors, tensorShapes(config));
  const weights = new Map([...tensors].map(([name, { data }]) => [name, data]));
  return await decodingModel(config, weights, { name: "study model" });
}
