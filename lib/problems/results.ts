/**
 * The results of runs as they lie in `data/results`: which model, how it was asked, how many of its
 * answers compiled and passed for each problem.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { messageOf, UserError } from "offprint/errors.ts";
import { readText, writeWhole } from "offprint/files.ts";
import { withFileLock } from "offprint/process/mod.ts";
import type { Solved } from "./solve.ts";

const counts = z.array(z.int().nonnegative());

const askedSchema = z.strictObject({
  /** Which problems: `held-out parameters`, `held-out families`, … */
  set: z.string(),
  /** How they were put: `description`, `description and header`, `header`, … */
  asking: z.string(),
  /** Answers drawn for each problem, and at which temperature. */
  samples: z.int().positive(),
  temperature: z.number().nonnegative(),
  names: z.array(z.string()),
  groups: z.array(z.string()),
  compiled: counts,
  passed: counts,
});

const runSchema = z.strictObject({
  model: z.string(),
  /** What it was trained on; nothing for models from elsewhere. */
  arm: z.string().exactOptional(),
  seed: z.int().exactOptional(),
  parameters: z.int().exactOptional(),
  trainedTokens: z.int().exactOptional(),
  /** Nats per token on held-out records of its own kind. */
  heldOutNats: z.number().exactOptional(),
  asked: z.array(askedSchema),
});

const resultsSchema = z.strictObject({ format: z.literal(1), runs: z.array(runSchema) });

/** Answers of one run to one set of problems. */
export type Asked = z.infer<typeof askedSchema>;

/** One model. */
export type Run = z.infer<typeof runSchema>;

/** A file of results. */
export type Results = z.infer<typeof resultsSchema>;

/** Reads a file of results; an empty one where there is none yet. */
export async function readResults(file: URL | string): Promise<Results> {
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { format: 1, runs: [] };
    throw new UserError({ what: `${file}`, got: messageOf(error), expected: "a readable file" });
  }
  return checkedJson(resultsSchema, text, { what: `${file}` });
}

/**
 * Adds a run to a file of results. Of the same model and seed, counts of other sets, ways of asking, numbers of
 * answers or temperatures stay; those of the same are replaced. Several processes may add to one file.
 */
export function addRun(file: URL | string, run: Run): Promise<void> {
  return withFileLock(file, () => addAlone(file, run));
}

async function addAlone(file: URL | string, run: Run): Promise<void> {
  const { runs } = await readResults(file);
  const like = runs.find(({ model, seed }) => model === run.model && seed === run.seed);
  const others = runs.filter((each) => each !== like);
  const same = (a: Asked, b: Asked): boolean =>
    a.set === b.set && a.asking === b.asking && a.samples === b.samples &&
    a.temperature === b.temperature;
  const kept = (like?.asked ?? []).filter((old) => !run.asked.some((asked) => same(old, asked)));
  const key = ({ model, seed }: Run): string => `${model} ${String(seed ?? 0).padStart(6, "0")}`;
  const merged = { ...like, ...run, asked: [...kept, ...run.asked] };
  const sorted = [...others, merged].sort((a, b) => key(a) < key(b) ? -1 : 1);
  await writeWhole(file, `${JSON.stringify({ format: 1, runs: sorted })}\n`);
}

/** Counts as they are stored. */
export function askedOf(
  about: Pick<Asked, "set" | "asking" | "samples" | "temperature">,
  solved: readonly Solved[],
): Asked {
  return {
    ...about,
    names: solved.map(({ name }) => name),
    groups: solved.map(({ group }) => group),
    compiled: solved.map(({ compiled }) => compiled),
    passed: solved.map(({ passed }) => passed),
  };
}

/** Counts as {@linkcode solve} gave them. */
export function solvedOf({ names, groups, samples, compiled, passed }: Asked): Solved[] {
  return names.map((name, at) => ({
    name,
    group: groups[at]!,
    samples,
    compiled: compiled[at]!,
    passed: passed[at]!,
  }));
}
