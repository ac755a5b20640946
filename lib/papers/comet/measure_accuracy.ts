/**
 * Scores of the whole held-out text under every configuration; what is finished is kept and not repeated.
 *
 * @module
 */
import { openKernels } from "kernels/mod.ts";
import { ifThere, writeWhole } from "offprint/files.ts";
import { readKept } from "offprint/kept_work.ts";
import { evaluationWindows, scoreWindows } from "offprint/lm/training/mod.ts";
import type { SavedTransformer } from "offprint/lm/transformer/mod.ts";
import {
  injectOutliers,
  quantizationManifest,
  quantizedModel,
  verifyManifest,
} from "offprint/quantization/mod.ts";
import {
  calibrateFast,
  simulator,
  type SimulatorOptions,
  withKv,
} from "offprint/quantization/simulate/mod.ts";
import {
  BLOCK_SIZE,
  type Configuration,
  configurationKey,
  configurations,
  INJECTION,
  kernelScheme,
  type KernelSchemeName,
  KV,
  type SchemeName,
  schemeOf,
  SCHEMES,
  type Subject,
  THRESHOLD,
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
  /** Which configurations are measured; default: all. */
  readonly select?: (configuration: Configuration) => boolean;
  /** Take what is finished and measure nothing: configurations and studies that are not finished are left out. */
  readonly onlyKept?: boolean;
  readonly onNote?: (line: string) => void;
}

/** How many rounds cover the whole held-out text: round r scores the windows r, r + 8, r + 16 … of each document. */
export const ROUNDS = 8;

/** Nats and tokens of each held-out document under one configuration. */
export interface ConfigurationScore extends Configuration {
  /** Rounds that were scored, of {@linkcode ROUNDS}. */
  readonly rounds: number;
  readonly nats: readonly number[];
  readonly tokens: readonly number[];
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

/**
 * Measures what is not in the folder yet, round by round, and returns the scores of the rounds that are
 * finished for every configuration.
 *
 * @param rounds to measure; default all.
 * @throws {UserError} when what is in the folder was measured with another plan of blocks.
 */
export async function measureAccuracy(
  input: MeasurementInput,
  rounds: number = ROUNDS,
): Promise<ConfigurationScore[]> {
  const { folder, select = () => true, onlyKept = false, onNote = () => {} } = input;
  const both = onlyKept ? undefined : await subjects(input);
  if (both !== undefined) await checkPlan(input, both.injected);
  const chosen = configurations().filter(select);
  const finished = new Map<Configuration, ConfigurationScore>();
  for (let round = 0; round < rounds; round++) {
    for (const configuration of chosen) {
      const key = configurationKey(configuration);
      const file = pieceFile(folder, round, configuration);
      const scores = await kept(
        file,
        both && (async () => {
          const started = performance.now();
          const subject = both[configuration.injected ? "injected" : "plain"];
          const scores = await roundScores(input, subject, configuration, round);
          onNote(`round ${round}, ${key}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
          return scores;
        }),
      );
      if (scores === undefined) finished.delete(configuration);
      else finished.set(configuration, added(configuration, finished.get(configuration), scores));
    }
  }
  return [...finished.values()].filter((score) => score.rounds === rounds);
}

/** Pieces of one folder belong to one plan: the first run writes its manifest, every later one is held against it. */
async function checkPlan(
  { model, texts, folder }: MeasurementInput,
  { config, weights, calibration }: Subject,
): Promise<void> {
  const input = {
    name: `${model.name} with injected outliers`,
    config,
    weights,
    calibration,
    documents: excerpts(texts.train, CALIBRATION_TEXTS).map(({ document }) => document),
    options: { blockSize: BLOCK_SIZE, threshold: THRESHOLD },
  };
  const file = new URL("manifest.json", folder);
  await verifyManifest(await kept(file, () => quantizationManifest(input)), input);
}

/**
 * The most rounds that are finished for every chosen configuration, from the first on; 0 when one has none.
 */
export async function finishedRounds(
  { folder, select = () => true }: MeasurementInput,
): Promise<number> {
  const chosen = configurations().filter(select);
  for (let round = 0; round < ROUNDS; round++) {
    for (const configuration of chosen) {
      if (await kept(pieceFile(folder, round, configuration), undefined) === undefined) {
        return round;
      }
    }
  }
  return ROUNDS;
}

/** Where the scores of one round of a configuration are kept. */
function pieceFile(folder: URL, round: number, configuration: Configuration): URL {
  const key = configurationKey(configuration).replaceAll(/[^A-Za-z0-9]+/g, "-");
  return new URL(`${round}-${key}.json`, folder);
}

/** A configuration's scores with another round's. */
function added(
  configuration: Configuration,
  before: ConfigurationScore | undefined,
  scores: readonly { nats: number; tokens: number }[],
): ConfigurationScore {
  return {
    ...configuration,
    rounds: (before?.rounds ?? 0) + 1,
    nats: scores.map(({ nats }, i) => nats + (before?.nats[i] ?? 0)),
    tokens: scores.map(({ tokens }, i) => tokens + (before?.tokens[i] ?? 0)),
  };
}

/** The content of a file of an earlier run, or what `measure` gives, kept there; nothing without `measure`. */
export async function kept<T>(file: URL, measure: () => Promise<T>): Promise<T>;
export async function kept<T>(
  file: URL,
  measure: (() => Promise<T>) | undefined,
): Promise<T | undefined>;
export async function kept<T>(
  file: URL,
  measure: (() => Promise<T>) | undefined,
): Promise<T | undefined> {
  const kept = await ifThere(readKept<T>(file));
  if (kept !== undefined || measure === undefined) return kept;
  const value = await measure();
  await writeWhole(file, JSON.stringify(value));
  return value;
}

async function roundScores(
  { texts, threads }: MeasurementInput,
  subject: Subject,
  { engine, scheme, kv }: Configuration,
  round: number,
): Promise<{ nats: number; tokens: number }[]> {
  const { config, weights, calibration } = subject;
  const take = (window: number) => window % ROUNDS === round;
  if (engine === "kernels") {
    const kernels = await openKernels();
    const { kernels: options } = kernelScheme(scheme as KernelSchemeName, subject);
    const model = await quantizedModel(config, weights, { ...options, kernels });
    const scores: { nats: number; tokens: number }[] = [];
    for (const document of texts.heldOut) {
      const windows = evaluationWindows(document, model.contextLength).filter((_, i) => take(i));
      scores.push(await scoreWindows(model, document, windows));
    }
    kernels.close();
    return scores;
  }
  const simulated = SCHEMES.includes(scheme as SchemeName)
    ? withKv(schemeOf(scheme as SchemeName, subject), kv === "KV32" ? undefined : KV[kv])
    : kernelScheme(scheme as KernelSchemeName, subject).simulated;
  const model = await simulator(config, weights, simulated, {
    calibration,
    ...(threads === undefined ? {} : { threads }),
  });
  try {
    return (await model.score(texts.heldOut, take)).map(({ nats, tokens }) => ({ nats, tokens }));
  } finally {
    await model.close();
  }
}
