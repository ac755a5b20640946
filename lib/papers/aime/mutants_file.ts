/**
 * The drawn mutants, `data/problems/03/mutants.json`: which edits, and which hidden tests kill each.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import {
  type CorpusEntry,
  drawMutants,
  type Edit,
  type EditClass,
  type MutantSet,
} from "offprint/evaluators/mod.ts";
import { readText } from "offprint/files.ts";
import { stream } from "offprint/random.ts";
import type { SandboxPool } from "offprint/sandbox/mod.ts";

/** Where they lie. */
export const MUTANTS_FILE = new URL("../../../data/problems/03/mutants.json", import.meta.url);
/** Of the drawing of mutants and of the split into halves. */
const CORPUS_SEED = 3;

const editClass = z.custom<EditClass>((value) => typeof value === "string");
const part = { start: z.int(), end: z.int(), text: z.string() };
const schema = z.strictObject({
  format: z.literal(1),
  seed: z.int(),
  sets: z.array(z.strictObject({
    task: z.string(),
    half: z.enum(["calibration", "evaluation"]),
    mutants: z.array(z.strictObject({
      edit: z.strictObject({
        class: editClass,
        operator: z.string(),
        ...part,
        also: z.array(z.strictObject(part)).exactOptional(),
      }),
      line: z.int().positive(),
      killedBy: z.array(z.int().nonnegative()),
    })),
    leftOut: z.array(
      z.strictObject({ class: editClass, operator: z.string(), line: z.int().positive() }),
    ),
  })),
});

/** Half of the functions are for calibration: weights and the budget come from them, no verdict does. */
export type Half = "calibration" | "evaluation";

/** Mutants of one function, and in which half it is. */
export interface CommittedSet extends MutantSet {
  half: Half;
}

/** Draws the mutants of all functions and splits the functions into halves. */
export async function drawAll(
  entries: readonly CorpusEntry[],
  sandbox: SandboxPool,
): Promise<CommittedSet[]> {
  const names = stream(CORPUS_SEED, "halves").shuffle(entries.map(({ task }) => task.id));
  const calibration = new Set(names.slice(0, Math.floor(names.length / 2)));
  return await Promise.all(entries.map(async ({ task, reference }) => ({
    ...await drawMutants(task, reference, { seed: CORPUS_SEED, sandbox }),
    half: calibration.has(task.id) ? "calibration" as const : "evaluation" as const,
  })));
}

/** The text of the file: one function after the other, one mutant a line. */
export function mutantsText(sets: readonly CommittedSet[]): string {
  const lines = (items: readonly unknown[]): string =>
    items.length === 0 ? "[]" : `[\n${items.map((each) => JSON.stringify(each)).join(",\n")}\n]`;
  const written = sets.map(({ task, half, mutants, leftOut }) =>
    `{"task":${JSON.stringify(task)},"half":"${half}","mutants":${lines(mutants)},"leftOut":${
      lines(leftOut)
    }}`
  );
  return `{"format":1,"seed":${CORPUS_SEED},"sets":[\n${written.join(",\n")}\n]}\n`;
}

/**
 * Reads the committed mutants.
 *
 * @throws {UserError} when the file is missing or damaged.
 */
export async function readMutants(file: URL = MUTANTS_FILE): Promise<CommittedSet[]> {
  const what = decodeURIComponent(file.pathname);
  const { sets } = checkedJson(schema, await readText(file), { what });
  return sets as (CommittedSet & { mutants: { edit: Edit }[] })[];
}
