/**
 * The committed results of the study: `data/results/06-study.json`, with the hash of what it holds.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson, checkHash } from "offprint/checked_json.ts";
import { readText } from "offprint/files.ts";
import { jsonHash } from "offprint/lm/corpora/mod.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import { askStudyModel, heldOutDesigns, largeDesign, type StudyAnswer } from "./asking.ts";
import { STUDY_ARM_NAMES, STUDY_ARMS, type StudyArmName, type StudyDesign } from "./prompts.ts";
import { designKey, type StudyTraining, trainedDesigns } from "./training.ts";

/** Where the results lie. */
export const STUDY_RESULTS_FILE = new URL(
  "../../../../data/results/06-study.json",
  import.meta.url,
);

/** Seeds of the results; seed 0 was used to find the sizes and is not among them. */
export const STUDY_SEEDS = [1, 2, 3] as const;

const share = z.number().min(0).max(1);

const armSchema = z.strictObject({
  arm: z.enum(STUDY_ARM_NAMES),
  /** A digit for each held-out design: 1 where the answer builds it exactly. */
  pass: z.string().regex(/^[01]+$/),
  /** In the arm with a wrong graph: 1 where the answer builds exactly what that graph shows. */
  follows: z.string().regex(/^[01]+$/).optional(),
  /** Shares of right states, outputs and transitions, one for each machine; four decimals. */
  states: z.array(share),
  outputs: z.array(share),
  transitions: z.array(share),
  /** F1 of the wires, one for each wiring; four decimals. */
  edges: z.array(share),
});

const runSchema = z.strictObject({
  seed: z.int(),
  /** Mean loss of the answers' tokens, nats, over each hundred steps. */
  losses: z.array(z.number()),
  /** A digit for each held-out design: 1 where a design of the training does the same. */
  seen: z.string().regex(/^[01]+$/),
  arms: z.array(armSchema),
});

const unseenSchema = z.strictObject({
  /** Draws of {@linkcode largeDesign} that no training of the results has shown. */
  draws: z.array(z.int().nonnegative()),
  runs: z.array(z.strictObject({ seed: z.int(), arms: z.array(armSchema) })),
});

/** Designs that are strictly held out, and what models answered about them. */
export type UnseenResults = z.infer<typeof unseenSchema>;

/** What an arm gave. */
export type StudyArmResult = z.infer<typeof armSchema>;
/** What a model of one seed gave. */
export type StudyRun = z.infer<typeof runSchema>;

const trainingSchema = z.strictObject({
  steps: z.int(),
  batch: z.int(),
  peak: z.number(),
  warmUp: z.int(),
  parameters: z.int(),
});

const schema = z.strictObject({
  format: z.literal(1),
  /** Of all that follows, as JSON. */
  sha256: z.string(),
  training: trainingSchema,
  runs: z.array(runSchema),
  unseen: unseenSchema,
});

/** All runs that were made, and how their models were trained; `unseen` has the designs that no training has shown. */
export type StudyResults = Omit<z.infer<typeof schema>, "format" | "sha256">;

/** The text of the results' file: one arm a line. */
export async function studyResultsText(results: StudyResults): Promise<string> {
  const { training, runs, unseen } = results;
  const lines = (of: readonly { arms: StudyArmResult[] }[]): string =>
    of.map(({ arms, ...run }) =>
      `${JSON.stringify(run).slice(0, -1)},"arms":[\n${
        arms.map((arm) => JSON.stringify(arm)).join(",\n")
      }\n]}`
    ).join(",\n");
  return `{"format":1,"sha256":"${await hashOf(results)}","training":${
    JSON.stringify(training)
  },"runs":[\n${lines(runs)}\n],"unseen":{"draws":${JSON.stringify(unseen.draws)},"runs":[\n${
    lines(unseen.runs)
  }\n]}}\n`;
}

function hashOf({ training, runs, unseen }: StudyResults): Promise<string> {
  return jsonHash([training, runs, unseen]);
}

/**
 * Reads the committed results.
 *
 * @throws {UserError} when the file is missing, damaged or was edited.
 */
export async function loadStudyResults(file: URL = STUDY_RESULTS_FILE): Promise<StudyResults> {
  const what = decodeURIComponent(file.pathname);
  const { sha256: hash, format: _, ...results } = checkedJson(schema, await readText(file), {
    what,
  });
  checkHash(what, await hashOf(results), hash);
  return results;
}

const rounded = (value: number): number => Math.round(1e4 * value) / 1e4;

const digits = (answers: readonly boolean[]): string => answers.map(Number).join("");

/** What the answers of an arm come to. */
function armResult(arm: StudyArmName, answers: readonly StudyAnswer[]): StudyArmResult {
  const of = (name: "states" | "outputs" | "transitions" | "edges"): number[] =>
    answers.flatMap(({ grade }) => grade[name] === undefined ? [] : [rounded(grade[name])]);
  const follows = answers.flatMap((answer) => answer.follows ?? []);
  return {
    arm,
    pass: digits(answers.map(({ grade }) => grade.pass)),
    ...(follows.length === 0 ? {} : { follows: digits(follows) }),
    states: of("states"),
    outputs: of("outputs"),
    transitions: of("transitions"),
    edges: of("edges"),
  };
}

/** Asks a model about designs in every arm. */
export async function askEveryArm(
  model: LanguageModel,
  designs: readonly StudyDesign[],
): Promise<StudyArmResult[]> {
  const results: StudyArmResult[] = [];
  for (const arm of STUDY_ARM_NAMES) {
    results.push(armResult(arm, await askStudyModel(model, designs, STUDY_ARMS[arm])));
  }
  return results;
}

/** Asks the model of a seed about all held-out designs in every arm. */
export async function measureStudyModel(
  model: LanguageModel,
  { seed, losses, training }: {
    seed: number;
    losses: readonly number[];
    training: StudyTraining;
  },
): Promise<StudyRun> {
  const trained = trainedDesigns(seed, training);
  const designs = heldOutDesigns();
  return {
    seed,
    losses: losses.map(rounded),
    seen: designs.map((design) => trained.has(designKey(design)) ? "1" : "0").join(""),
    arms: await askEveryArm(model, designs),
  };
}

/** Designs that are strictly held out. */
export const UNSEEN_DESIGNS = 520;

/** The first draws of {@linkcode largeDesign} that none of the trainings has shown; 520 in all. */
export function unseenDraws(
  trainings: readonly { seed: number; training: StudyTraining }[],
): number[] {
  const shown = trainings.map(({ seed, training }) => trainedDesigns(seed, training));
  const draws: number[] = [];
  for (let i = 0; draws.length < UNSEEN_DESIGNS; i++) {
    const key = designKey(largeDesign(i));
    if (!shown.some((keys) => keys.has(key))) draws.push(i);
  }
  return draws;
}
