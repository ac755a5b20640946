/**
 * The arms of the rerun on the list task: which mixture, which labels, how many steps.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { type Mixture, rescaledSteps, type SailOptions } from "offprint/preference/sail/mod.ts";

/** Steps of plain DPO: 5 passes over the offline pairs. */
export const DPO_STEPS = 126;
/** Steps between two points of the curves. */
export const EVERY = 18;
/** Pairs per step. */
export const LIST_BATCH = 16;
/** Learning rate of preference training, the same at every step. */
export const LIST_RATE = 2e-4;
/** β of every arm. */
export const LIST_BETA = 0.1;

/** Who labels the responses that the policy drew. */
export type Judge = "oracle" | "hard oracle" | "learned";

/** An arm. */
export interface ListArm {
  mixture: Mixture;
  /** Default "oracle". */
  judge?: Judge;
  options?: Pick<
    SailOptions,
    "baseline" | "mode" | "publishedScale" | "age" | "optimism" | "reverseKl" | "reverseKlMode"
  >;
}

const onlineDpo: Mixture = { DPR: { share: 0.3, coefficient: 0 } };
const dpr: Mixture = { DPR: { share: 0.3, coefficient: 0.3 } };

const BY_NAME: Record<string, ListArm> = {
  "DPO": { mixture: {} },
  "DPR": { mixture: dpr },
  "DDP": { mixture: { DDP: { share: 0.4, coefficient: 0.2 } } },
  "online DPO": { mixture: onlineDpo },
  "DPP": { mixture: { DPP: { share: 0.3, coefficient: 0.2 } } },
  "DPR, no baseline": { mixture: dpr, options: { baseline: "none" } },
  "DPR, as-published": { mixture: dpr, options: { mode: "as-published", publishedScale: 8 } },
  "online DPO, learned": { mixture: onlineDpo, judge: "learned" },
  "DPR, learned": { mixture: dpr, judge: "learned" },
  "online DPO, age 1": { mixture: onlineDpo, options: { age: 1 } },
  "online DPO, age 4": { mixture: onlineDpo, options: { age: 4 } },
  "online DPO, age 16": { mixture: onlineDpo, options: { age: 16 } },
  "online DPO, hard labels": { mixture: onlineDpo, judge: "hard oracle" },
  "DPO, optimism": { mixture: {}, options: { optimism: 0.02 } },
  "online DPO, optimism": { mixture: onlineDpo, options: { optimism: 0.02 } },
};

/** The names of all arms, the most important first. */
export const LIST_ARMS: readonly string[] = Object.keys(BY_NAME);

/**
 * An arm by its name.
 *
 * @throws {UserError} for an unknown one.
 */
export function listArm(name: string): ListArm {
  const arm = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  if (arm !== undefined) return arm;
  throw new UserError({ what: "arm", got: name, expected: `one of ${LIST_ARMS.join(", ")}` });
}

/** Steps that visit pairs with the data set's label as often as DPO does. */
export function armSteps({ mixture }: ListArm, dpoSteps = DPO_STEPS): number {
  return Math.round(rescaledSteps(dpoSteps, mixture));
}

/**
 * Steps at which a run is judged. DPO is trained on to the longest arm's steps; its state after `dpoSteps` is the
 * control of equal passes, those after the other arms' steps are the controls of equal steps.
 */
export function judgedSteps(arm: ListArm, dpoSteps = DPO_STEPS): number[] {
  const end = armSteps(arm, dpoSteps);
  const early = [1, 2].map((third) => EVERY * Math.round(third * end / 3 / EVERY));
  const others = Object.keys(arm.mixture).length > 0
    ? []
    : LIST_ARMS.map((name) => armSteps(listArm(name), dpoSteps));
  return [...new Set([...early, end, ...others])].sort((a, b) => a - b);
}
