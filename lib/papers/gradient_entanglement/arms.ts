/**
 * The arms of the rerun: what is trained on which data, with the paper's numbers.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import type { Optimizer } from "offprint/lm/training/mod.ts";
import { lossByName, type LossOptions } from "offprint/preference/losses/mod.ts";
import {
  marginMethod,
  normalisedMethod,
  type PreferenceMethod,
  type PreferenceSettings,
  softMaskMethod,
} from "offprint/preference/training/mod.ts";
import { ADAMW } from "./policy.ts";
import type { Suffix } from "./sentiment.ts";

/** One training of the rerun. What is left out takes the value of the paper's comparison. */
export interface Run {
  suffix: Suffix | number;
  /** Share of exchanged labels. */
  noise: number;
  /** One of {@linkcode ARMS}. */
  arm: string;
  seed: number;
  /** Steps of the supervised start; default 50. */
  supervised?: number;
  /** β of DPO; default 0.1. */
  beta?: number;
  /** Pairs per step; default 32, normalised steps 8. */
  batch?: number;
}

/** How an arm trains. */
interface Arm {
  method: (run: Run) => PreferenceMethod;
  optimizer?: Optimizer;
  /** Default 3e-4. */
  learningRate?: number;
  batch?: number;
}

const SGD: Optimizer = { kind: "sgd" };
const loss = (name: string, options = {}): Arm => ({
  method: () => marginMethod(lossByName(name, options)),
});
const betaOf = ({ beta }: Run): LossOptions => beta === undefined ? {} : { beta };

const BY_NAME: Record<string, Arm> = {
  "dpo": { method: (run) => marginMethod(lossByName("dpo", betaOf(run))) },
  "cpo": loss("cpo"),
  "simpo": loss("simpo"),
  "ipo": loss("ipo"),
  "dpop": loss("dpop"),
  "hard mask": { method: () => marginMethod(lossByName("dpo"), { mask: "differing" }) },
  "normalised": {
    method: () => normalisedMethod(),
    optimizer: SGD,
    learningRate: 0.2,
    batch: 8,
  },
  "hinge-dpo": loss("hinge-dpo"),
  "r-dpo": loss("r-dpo"),
  "rrhf": loss("rrhf"),
  "slic-hf": loss("slic-hf"),
  "dpop-5": loss("dpop", { lambda: 5 }),
  "kto": loss("kto"),
  "sppo": loss("sppo"),
  "orpo": loss("orpo"),
  "dpo-sgd": { method: () => marginMethod(lossByName("dpo")), optimizer: SGD, learningRate: 0.2 },
  "soft mask": { method: () => softMaskMethod() },
};

/** The names of all arms. */
export const ARMS: readonly string[] = Object.keys(BY_NAME);

/** The seven arms of the comparison. */
export const COMPARED = ["dpo", "cpo", "simpo", "ipo", "dpop", "hard mask", "normalised"] as const;

/** The thirteen losses, as arms, in the order of the table. */
export const LOSS_ARMS = [
  "dpo",
  "hinge-dpo",
  "r-dpo",
  "ipo",
  "simpo",
  "rrhf",
  "slic-hf",
  "cpo",
  "dpop",
  "dpop-5",
  "kto",
  "sppo",
  "orpo",
] as const;

/** Steps of preference training. */
export const STEPS = 240;
/** Steps between two points of the curves: ten points behind the start. */
export const EVERY = 24;
/** Pairs to train on and to test on. */
export const TRAIN_PAIRS = 1500;
export const TEST_PAIRS = 128;

/**
 * Method and settings of a run.
 *
 * @throws {UserError} for an unknown arm.
 */
export function armOf(run: Run): { method: PreferenceMethod; settings: PreferenceSettings } {
  const arm = Object.hasOwn(BY_NAME, run.arm) ? BY_NAME[run.arm] : undefined;
  if (arm === undefined) {
    throw new UserError({ what: "arm", got: run.arm, expected: `one of ${ARMS.join(", ")}` });
  }
  return {
    method: arm.method(run),
    settings: {
      batch: run.batch ?? arm.batch ?? 32,
      schedule: { peak: arm.learningRate ?? 3e-4, warmUp: 1, steps: STEPS, floor: 1 },
      optimizer: arm.optimizer ?? ADAMW,
      evaluateEvery: EVERY,
      seed: run.seed,
    },
  };
}

/** A run in a few words, by which it is found in the results: "long, clean, dpo, seed 1". */
export function runName(run: Run): string {
  return [
    typeof run.suffix === "number" ? `suffix ${run.suffix}` : run.suffix,
    run.noise === 0 ? "clean" : `noise ${run.noise}`,
    run.arm,
    ...(run.supervised === undefined ? [] : [`supervised ${run.supervised}`]),
    ...(run.beta === undefined ? [] : [`beta ${run.beta}`]),
    ...(run.batch === undefined ? [] : [`batch ${run.batch}`]),
    `seed ${run.seed}`,
  ].join(", ");
}
