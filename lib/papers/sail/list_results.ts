/**
 * The committed results of the list task: `data/results/09-list-task.json`, with the hash of what it holds.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson, checkHash } from "offprint/checked_json.ts";
import { readText } from "offprint/files.ts";
import { jsonHash } from "offprint/lm/corpora/mod.ts";
import { mean, type MeanInterval, pairedBootstrap } from "offprint/stats.ts";
import { type ListResult, listResultSchema } from "./list_experiment.ts";
import type { Judged } from "./run_lines.ts";

/** Where the results lie. */
export const LIST_RESULTS_FILE = new URL(
  "../../../data/results/09-list-task.json",
  import.meta.url,
);

const schema = z.strictObject({
  format: z.literal(2),
  /** Of the runs and of the hashes of their lines, as JSON. */
  sha256: z.string(),
  /** Held-out accuracy of the learned reward model of each seed that has one. */
  rewardAccuracy: z.record(z.string(), z.number()),
  /** SHA-256 of each run's lines, from which its numbers were computed. */
  lines: z.record(z.string(), z.string()),
  runs: z.array(listResultSchema),
});

/** All runs that were made. */
export interface ListResults {
  rewardAccuracy: Record<string, number>;
  lines: Record<string, string>;
  runs: ListResult[];
}

/** The text of the results' file: one run a line. */
export async function listResultsText(results: ListResults): Promise<string> {
  const { rewardAccuracy, lines, runs } = results;
  const head = JSON.stringify({ format: 2, sha256: await hashOf(results), rewardAccuracy, lines });
  const each = runs.map((run) => JSON.stringify(run)).join(",\n");
  return `${head.slice(0, -1)},"runs":[\n${each}\n]}\n`;
}

function hashOf({ lines, runs }: Pick<ListResults, "lines" | "runs">): Promise<string> {
  return jsonHash({ lines, runs });
}

/**
 * Reads the committed results.
 *
 * @throws {UserError} when the file is missing, damaged or was edited.
 */
export async function loadListResults(file: URL = LIST_RESULTS_FILE): Promise<ListResults> {
  const what = decodeURIComponent(file.pathname);
  const { sha256: hash, rewardAccuracy, lines, runs } = checkedJson(schema, await readText(file), {
    what,
  });
  checkHash(what, await hashOf({ lines, runs }), hash);
  return { rewardAccuracy, lines, runs };
}

/** The run of an arm and seed, where it was made. */
export function listRunOf(
  { runs }: ListResults,
  arm: string,
  seed: number,
): ListResult | undefined {
  return runs.find((run) => run.arm === arm && run.seed === seed);
}

/** How a run was judged after some steps; the last time where no step is given. */
export function judgedAt(run: ListResult, step?: number): Judged | undefined {
  return step === undefined ? run.judged.at(-1) : run.judged.find((each) => each.step === step);
}

/**
 * True reward of one policy less that of another on the same prompts: mean and paired 95 % interval over
 * prompts.
 */
export function rewardGain(policy: Judged, control: Judged): MeanInterval {
  return pairedBootstrap(policy.rewards, control.rewards, { seed: 9, resamples: 4000 });
}

/** Mean true reward of a judged policy. */
export function meanReward({ rewards }: Judged): number {
  return mean(rewards);
}
