/**
 * Scores of the whole held-out text under every configuration; what is finished is kept and not repeated.
 *
 * @module
 */
import { openKernels } from "kernels/mod.ts";
import { writeWhole } from "offprint/files.ts";
import { evaluate } from "offprint/lm/training/mod.ts";
import type { SavedTransformer } from "offprint/lm/transformer/mod.ts";
import { injectOutliers, quantizedModel } from "offprint/quantization/mod.ts";
import {
  calibrateFast,
  simulator,
  type SimulatorOptions,
  withKv,
} from "offprint/quantization/simulate/mod.ts";
import {
  type Configuration,
  configurationKey,
  configurations,
  INJECTION,
  KERNEL_SCHEMES,
  kernelScheme,
  type KernelSchemeName,
  KV,
  type SchemeName,
  schemeOf,
  SCHEMES,
  type Subject,
} from "./configurations.ts";
import { type Excerpt, excerpts, type MeasurementTexts } from "./measurement_texts.ts";

/** Texts of a calibration. */
export const CALIBRATION_TEXTS = 32;

/** What both stages of the measurement need. */
export interface MeasurementInput {
  readonly model: SavedTransformer;
  readonly texts: MeasurementTexts;
  /** Where finished pieces are kept; ends with a slash. */
  readonly folder: URL;
  readonly threads?: number;
  readonly onNote?: (line: string) => void;
}

/** Nats of each held-out document under one configuration. */
export interface ConfigurationScore extends Configuration {
  readonly nats: readonly number[];
}

/** The model with and without injected outliers, each with its calibration. */
export async function subjects(
  { model, texts, threads }: MeasurementInput,
  seed: number = INJECTION.seed,
  calibrationTexts: readonly Excerpt[] = excerpts(texts.train, CALIBRATION_TEXTS),
): Promise<{ plain: Subject; injected: Subject }> {
  const { config } = model;
  const options: SimulatorOptions = threads === undefined ? {} : { threads };
  const tokens = calibrationTexts.map(({ tokens }) => tokens);
  const subject = async (weights: Subject["weights"]): Promise<Subject> => ({
    config,
    weights,
    calibration: await calibrateFast(config, weights, tokens, options),
  });
  const { weights } = injectOutliers(config, model.weights, { ...INJECTION, seed });
  return { plain: await subject(model.weights), injected: await subject(weights) };
}

/** Measures what is not in the folder yet, and returns all scores. */
export async function measureAccuracy(input: MeasurementInput): Promise<ConfigurationScore[]> {
  const { folder, onNote = () => {} } = input;
  const both = await subjects(input);
  const scores: ConfigurationScore[] = [];
  for (const configuration of configurations()) {
    const key = configurationKey(configuration);
    const file = new URL(`${key.replaceAll(/[^A-Za-z0-9]+/g, "-")}.json`, folder);
    let nats: number[];
    try {
      nats = JSON.parse(await Deno.readTextFile(file));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      const started = performance.now();
      nats = await documentNats(
        input,
        both[configuration.injected ? "injected" : "plain"],
        configuration,
      );
      await writeWhole(file, JSON.stringify(nats));
      onNote(`${key}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
    }
    scores.push({ ...configuration, nats });
  }
  return scores;
}

async function documentNats(
  { texts, threads }: MeasurementInput,
  subject: Subject,
  { engine, scheme, kv }: Configuration,
): Promise<number[]> {
  const { config, weights, calibration } = subject;
  if (engine === "kernels") {
    const kernels = await openKernels();
    const { kernels: options } = kernelScheme(scheme as KernelSchemeName, subject);
    const model = await quantizedModel(config, weights, { ...options, kernels });
    const nats: number[] = [];
    for (const document of texts.heldOut) nats.push((await evaluate(model, [document])).nats);
    kernels.close();
    return nats;
  }
  const simulated = SCHEMES.includes(scheme as SchemeName)
    ? withKv(schemeOf(scheme as SchemeName, subject), kv === "KV32" ? undefined : KV[kv])
    : kernelScheme(scheme as typeof KERNEL_SCHEMES[number], subject).simulated;
  const model = await simulator(config, weights, simulated, {
    calibration,
    ...(threads === undefined ? {} : { threads }),
  });
  try {
    return (await model.score(texts.heldOut)).map(({ nats }) => nats);
  } finally {
    await model.close();
  }
}
