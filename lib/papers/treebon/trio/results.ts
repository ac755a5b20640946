/**
 * The committed results of the trained trio: `data/results/01-trio.json`, with the hash of what it holds.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { Described, UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import { sha256 } from "offprint/lm/corpora/mod.ts";
import { type TrioChoice, trioChoiceSchema } from "./experiment.ts";

/** Where the results lie. */
export const TRIO_RESULTS_FILE = new URL("../../../../data/results/01-trio.json", import.meta.url);

const runSchema = z.strictObject({
  arm: z.string(),
  seed: z.int(),
  /** Number of the first prompt; the others follow. */
  from: z.int(),
  choices: z.array(trioChoiceSchema),
});

/** An arm on some prompts. */
export type TrioRun = z.infer<typeof runSchema>;

const schema = z.strictObject({
  format: z.literal(1),
  /** Of prompts and runs as JSON. */
  sha256: z.string(),
  /** Token ids of each prompt. */
  prompts: z.array(z.array(z.int())),
  runs: z.array(runSchema),
});

/** All that was run. */
export interface TrioResults {
  prompts: number[][];
  runs: TrioRun[];
}

/** The text of the results' file: one run a line. */
export async function trioResultsText(results: TrioResults): Promise<string> {
  const lines = results.runs.map((run) => JSON.stringify(run)).join(",\n");
  return `{"format":1,"sha256":"${await hashOf(results)}","prompts":${
    JSON.stringify(results.prompts)
  },"runs":[\n${lines}\n]}\n`;
}

function hashOf({ prompts, runs }: TrioResults): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify([prompts, runs])));
}

/**
 * Reads the committed results.
 *
 * @throws {UserError} when the file is missing, damaged or was edited.
 */
export async function loadTrioResults(file: URL = TRIO_RESULTS_FILE): Promise<TrioResults> {
  const what = decodeURIComponent(file.pathname);
  const { sha256: hash, prompts, runs } = checkedJson(schema, await readText(file), { what });
  const own = await hashOf({ prompts, runs });
  if (own === hash) return { prompts, runs };
  throw new UserError({
    what,
    got: new Described(`contents of SHA-256 ${own}`),
    expected: hash,
    todo: "The file was changed by hand; restore it, or measure again.",
  });
}

/** What an arm chose for every prompt that it was run on, by `seed/prompt`. */
export function choicesOf({ runs }: TrioResults, arm: string): Map<string, TrioChoice> {
  const choices = new Map<string, TrioChoice>();
  for (const run of runs) {
    if (run.arm !== arm) continue;
    run.choices.forEach((choice, i) => choices.set(`${run.seed}/${run.from + i}`, choice));
  }
  return choices;
}
