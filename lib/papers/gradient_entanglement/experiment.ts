/**
 * One run of the rerun: supervised start, preference training, and what is measured on the way.
 *
 * @module
 */
import { z } from "zod";
import { OnnxEngine } from "offprint/lm/training/mod.ts";
import type { TransformerConfig } from "offprint/lm/transformer/mod.ts";
import {
  entanglementReport,
  summariseReport,
  tokenMatrix,
} from "offprint/preference/entanglement/mod.ts";
import { dpo } from "offprint/preference/losses/mod.ts";
import { scorePairs, type TokenPair } from "offprint/preference/pairs/mod.ts";
import { preferencePointSchema, trainPreference } from "offprint/preference/training/mod.ts";
import { armOf, type Run, runName, STEPS, TEST_PAIRS, TRAIN_PAIRS } from "./arms.ts";
import { ADAMW, policyConfig, supervisedStart } from "./policy.ts";
import { sentimentPairs, type Suffix } from "./sentiment.ts";

/** Test pairs of the report at each point of the curves. */
const REPORTED = 24;
/** Test pairs of a start's report, and of its token matrices. */
const START_PAIRS = 60;
const MATRIX_PAIRS = 8;

/** The schema of a {@linkcode Geometry}. */
const geometrySchema = z.strictObject({
  step: z.int(),
  /** Mean cosine of g_w and g_l over test pairs. */
  cosine: z.number(),
  /** Mean of I/min(N_w, N_l). */
  condition: z.number(),
  /** Shares of the cases that the law predicts for a plain DPO step. */
  ideal: z.number(),
  bothRise: z.number(),
  bothFall: z.number(),
});

/** The gradients of test pairs at one moment. */
export type Geometry = z.infer<typeof geometrySchema>;

/** The schema of a {@linkcode RunResult}. */
export const runResultSchema = z.strictObject({
  name: z.string(),
  suffix: z.union([z.string(), z.number()]),
  noise: z.number(),
  arm: z.string(),
  seed: z.int(),
  supervised: z.int(),
  beta: z.number(),
  batch: z.int(),
  curve: z.array(preferencePointSchema),
  /** At the points of the curve; DPO only. */
  geometry: z.array(geometrySchema),
  /** Pairs left out of normalised steps. */
  skipped: z.int(),
});

/** What a run gave. */
export type RunResult = z.infer<typeof runResultSchema>;

/** The schema of a {@linkcode StartResult}. */
export const startResultSchema = z.strictObject({
  suffix: z.string(),
  seed: z.int(),
  tied: z.boolean(),
  cosine: z.number(),
  condition: z.number(),
  ideal: z.number(),
  /** Share of pairs whose predicted case is the observed one, plain step of size 1e-3. */
  agreement: z.number(),
  /** Mean cosine of the two labels' gradients. */
  contrast: z.number(),
  /** Mean cosine of identical suffix tokens at the same place; null without a suffix. */
  identical: z.number().nullable(),
});

/** The geometry of a supervised start. */
export type StartResult = z.infer<typeof startResultSchema>;

/** The data of a run. */
export function runPairs(
  { suffix, noise, seed }: Pick<Run, "suffix" | "noise" | "seed">,
): { train: TokenPair[]; test: TokenPair[] } {
  return {
    train: sentimentPairs({ suffix, seed, count: TRAIN_PAIRS, part: "train", noise }),
    test: sentimentPairs({ suffix, seed, count: TEST_PAIRS, part: "test" }),
  };
}

/** Trains one run from its own supervised start. */
export async function performRun(
  run: Run,
  { start, steps = STEPS, onStep, onEnd }: {
    start?: Map<string, Float32Array>;
    /** Stops earlier than the rerun does; the steps until then are the same. */
    steps?: number;
    onStep?: (step: number) => void;
    /** Called with the trained weights. */
    onEnd?: (weights: Map<string, Float32Array>) => void;
  } = {},
): Promise<RunResult> {
  const config = policyConfig();
  const { train, test } = runPairs(run);
  const { supervised = 50 } = run;
  const { method, settings } = armOf(run);
  const geometry: Geometry[] = [];
  const reported = test.slice(0, REPORTED);
  const result = await trainPreference({
    config,
    start: start ??
      await supervisedStart({ config, pairs: train, seed: run.seed, steps: supervised }),
    method,
    train,
    evaluation: test,
    settings: { ...settings, schedule: { ...settings.schedule, steps } },
  }, {
    ...(onStep === undefined ? {} : { onStep }),
    onPoint: async ({ step }, engine) => {
      if (run.arm === "dpo") geometry.push(await geometryOf(engine, reported, step));
    },
  });
  onEnd?.(result.weights);
  return {
    name: runName(run),
    suffix: run.suffix,
    noise: run.noise,
    arm: run.arm,
    seed: run.seed,
    supervised,
    beta: run.beta ?? 0.1,
    batch: settings.batch,
    curve: result.curve.map((point) => rounded(point)),
    geometry,
    skipped: result.skipped,
  };
}

/** The gradients of pairs under the engine's present weights. */
export async function geometryOf(
  engine: OnnxEngine,
  pairs: readonly TokenPair[],
  step: number,
): Promise<Geometry> {
  // The cosine and the cases of DPO do not hang on the reference.
  const reference = await scorePairs(engine, pairs);
  const rows = await entanglementReport(engine, pairs, reference, {
    losses: [dpo()],
    observe: false,
    step,
  });
  const { meanCosine, meanCondition, predicted } = summariseReport(rows);
  return rounded({
    step,
    cosine: meanCosine,
    condition: meanCondition,
    ideal: predicted["ideal"],
    bothRise: predicted["both rise"],
    bothFall: predicted["both fall"],
  });
}

/** The geometry of a supervised start: report with a plain step taken, and token by token. */
export async function measureStart(
  { suffix, seed, tied = true, start }: {
    suffix: Suffix;
    seed: number;
    tied?: boolean;
    start?: Map<string, Float32Array>;
  },
): Promise<StartResult> {
  const config: TransformerConfig = policyConfig({ tied });
  const { train, test } = runPairs({ suffix, noise: 0, seed });
  const parameters = start ?? await supervisedStart({ config, pairs: train, seed });
  const engine = await OnnxEngine.open({ config, optimizer: ADAMW, start: { parameters } });
  const pairs = test.slice(0, START_PAIRS);
  const rows = await entanglementReport(engine, pairs, await scorePairs(engine, pairs), {
    losses: [dpo()],
  });
  const summary = summariseReport(rows);
  const contrast: number[] = [];
  const identical: number[] = [];
  for (const pair of pairs.slice(0, MATRIX_PAIRS)) {
    const { cosines } = await tokenMatrix(engine, pair);
    contrast.push(cosines[0]![0]!);
    for (let i = 1; i < cosines.length; i++) identical.push(cosines[i]![i]!);
  }
  await engine.close();
  const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return rounded({
    suffix,
    seed,
    tied,
    cosine: summary.meanCosine,
    condition: summary.meanCondition,
    ideal: summary.predicted["ideal"],
    agreement: summary.agreement,
    contrast: mean(contrast),
    identical: identical.length === 0 ? null : mean(identical),
  });
}

/** Numbers to four decimals: what results keep. */
function rounded<T extends object>(values: T): T {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === "number" ? Math.round(value * 1e4) / 1e4 : value,
    ]),
  ) as T;
}
