/**
 * The study's model and its training: one decoder for both tasks, asked in every arm.
 *
 * @module
 */
import {
  type AdamWOptions,
  completionBatch,
  languageModelStep,
  learningRate,
  OnnxEngine,
  type TrainingState,
} from "offprint/lm/training/mod.ts";
import {
  initialWeights,
  type TransformerConfig,
  transformerConfig,
} from "offprint/lm/transformer/mod.ts";
import { stream, type StreamName } from "offprint/random.ts";
import {
  drawAnyDesign,
  STUDY_ARMS,
  type StudyDesign,
  type StudyExample,
  studyExample,
  TRAINED_ARM_NAMES,
} from "./prompts.ts";
import { STUDY_WORDS } from "./words.ts";

/** How long and how fast a model is trained. */
export interface StudyTraining {
  steps: number;
  /** Examples of a step. */
  batch: number;
  /** Highest learning rate; it falls to a tenth of it along half a cosine. */
  peak: number;
  warmUp: number;
}

/** The numbers of the rerun, found with seed 0, which is not among the seeds of the results. */
export const STUDY_TRAINING: StudyTraining = { steps: 2400, batch: 24, peak: 3e-3, warmUp: 50 };

const ADAMW: { kind: "adamw" } & AdamWOptions = {
  kind: "adamw",
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-8,
  weightDecay: 0.01,
  clipNorm: 1,
};

/** Of ONNX Runtime. */
const THREADS = 1;

/** Longest text in tokens: T-complete of nine states, with its answer. */
export const STUDY_CONTEXT = 120;

/** Two layers of width 128: 0.43 million parameters. */
export function studyConfig(): TransformerConfig {
  return transformerConfig({
    vocabSize: STUDY_WORDS.length,
    width: 128,
    layers: 2,
    heads: 4,
    keyValueHeads: 4,
    feedForward: 344,
    contextLength: STUDY_CONTEXT,
  });
}

/**
 * Fresh weights, larger than those of a wide model: at small widths the usual deviation of 0.02 leaves attention flat for
 * thousands of steps.
 */
function startingWeights(
  config: TransformerConfig,
  seed: number,
): Map<string, Float32Array> {
  const weights = initialWeights(config, seed);
  for (const [name, values] of weights) {
    if (name.includes("norm")) continue;
    const factor = name.includes("embed") ? 4 : 4.2;
    for (let i = 0; i < values.length; i++) values[i]! *= factor;
  }
  return weights;
}

/** Batches that are drawn together, sorted by length and cut, so that little is filling. */
const DRAWN_TOGETHER = 16;

/** Lengths are rounded up to a multiple of this; each length has its graph. */
const LENGTH_STEP = 8;

/** Designs grow to their full size over this part of the training. */
const GROWTH = 0.3;

/**
 * An example of training: a fresh design, in an arm that comes as often as the others.
 *
 * @param growth 0 for the smallest designs only, 1 for all sizes.
 */
function trainingExample(
  growth: number,
  seed: number,
  ...names: StreamName[]
): StudyExample {
  const random = stream(seed, "study training", ...names);
  const arm = STUDY_ARMS[TRAINED_ARM_NAMES[random.integer(TRAINED_ARM_NAMES.length)]!];
  return studyExample(drawAnyDesign(random, growth), arm);
}

const lengthOf = ({ prompt, answer }: StudyExample): number => prompt.length + answer.length;

/** The examples of all steps that are drawn together with `step`, counted from 0; short ones first. */
function drawnTogether(
  seed: number,
  step: number,
  { batch, steps }: Pick<StudyTraining, "batch" | "steps">,
): StudyExample[] {
  const group = Math.floor(step / DRAWN_TOGETHER);
  const growth = Math.min(1, group * DRAWN_TOGETHER / (GROWTH * steps));
  return Array.from(
    { length: batch * DRAWN_TOGETHER },
    (_, i) => trainingExample(growth, seed, group, i),
  ).sort((a, b) => lengthOf(a) - lengthOf(b));
}

/** Gives the examples of a step, counted from 0; what is drawn together is drawn once for steps in a row. */
function trainingBatches(
  seed: number,
  training: Pick<StudyTraining, "batch" | "steps">,
): (step: number) => StudyExample[] {
  const { batch } = training;
  let group = -1;
  let examples: StudyExample[] = [];
  let order: number[] = [];
  return (step) => {
    const wanted = Math.floor(step / DRAWN_TOGETHER);
    if (wanted !== group) {
      group = wanted;
      examples = drawnTogether(seed, step, training);
      const places = Array.from({ length: DRAWN_TOGETHER }, (_, i) => i);
      order = stream(seed, "study order", group).shuffle(places);
    }
    const from = order[step % DRAWN_TOGETHER]! * batch;
    return examples.slice(from, from + batch);
  };
}

/**
 * What is compared when designs are held out: the transitions of a machine, whatever its outputs are, or the ports' widths,
 * blocks and wires of a wiring. Names play no part.
 */
export function designKey(design: StudyDesign): string {
  return design.kind === "machine" ? JSON.stringify(design.next) : JSON.stringify([
    design.inputs.map(({ width }) => width),
    design.blocks.map(({ type }) => type),
    design.chosen,
  ]);
}

/** Everything that a training shows, or that its first steps show, by {@linkcode designKey}. */
export function trainedDesigns(
  seed: number,
  training: StudyTraining,
  steps = training.steps,
): Set<string> {
  const seen = new Set<string>();
  for (let step = 0; step < steps; step += DRAWN_TOGETHER) {
    for (const { design } of drawnTogether(seed, step, training)) seen.add(designKey(design));
  }
  return seen;
}

/** A step, as seen from outside. */
export interface StudyStep {
  /** Steps done, this one included. */
  step: number;
  /** Nats per token of the answers. */
  loss: number;
}

/** How a training is watched, and where it goes on. */
export interface StudyTrainingOptions {
  training?: StudyTraining;
  /** Called after every step; may look at the engine, whose weights are live. */
  onStep?: (progress: StudyStep, engine: OnnxEngine) => void | Promise<void>;
  /** Steps that are done, and the state after them. */
  from?: { step: number; state: TrainingState };
}

/** Trains a model, from random weights or from a state. Only tokens of answers are learned. */
export async function trainStudyModel(
  seed: number,
  { training = STUDY_TRAINING, onStep = () => {}, from }: StudyTrainingOptions = {},
): Promise<OnnxEngine> {
  const config = studyConfig();
  const engine = await OnnxEngine.open({
    config,
    optimizer: ADAMW,
    start: from?.state ?? { parameters: startingWeights(config, seed) },
    threads: THREADS,
  });
  const schedule = { ...training, floor: 0.1 };
  const batches = trainingBatches(seed, training);
  for (let step = (from?.step ?? 0) + 1; step <= training.steps; step++) {
    const rows = batches(step - 1)
      .map(({ prompt, answer }) => ({ prompt, completion: answer }));
    const longest = rows.reduce(
      (most, row) => Math.max(most, row.prompt.length + row.completion.length),
      0,
    );
    const length = Math.ceil(longest / LENGTH_STEP) * LENGTH_STEP;
    const batch = completionBatch(config, rows, length);
    const { loss } = await languageModelStep(engine, batch, learningRate(schedule, step), step);
    await onStep({ step, loss }, engine);
  }
  return engine;
}
