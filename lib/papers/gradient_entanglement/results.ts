/**
 * The committed results of the rerun: `data/results/04-sentiment.json`, with the hash of what it holds.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson, checkHash } from "offprint/checked_json.ts";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import { jsonHash } from "offprint/lm/corpora/mod.ts";
import {
  type RunResult,
  runResultSchema,
  type StartResult,
  startResultSchema,
} from "./experiment.ts";
import { type Run, runName } from "./arms.ts";

/** Where the results lie. */
export const RESULTS_FILE = new URL("../../../data/results/04-sentiment.json", import.meta.url);

const schema = z.strictObject({
  format: z.literal(1),
  /** Of starts and runs as JSON. */
  sha256: z.string(),
  starts: z.array(startResultSchema),
  runs: z.array(runResultSchema),
});

/** All starts and runs. */
export interface SentimentResults {
  starts: StartResult[];
  runs: RunResult[];
}

/** The text of the results' file: one run a line. */
export async function resultsText({ starts, runs }: SentimentResults): Promise<string> {
  const lines = (values: unknown[]): string =>
    values.map((value) => JSON.stringify(value)).join(",\n");
  const hash = await hashOf({ starts, runs });
  return `{"format":1,"sha256":"${hash}","starts":[\n${lines(starts)}\n],"runs":[\n${
    lines(runs)
  }\n]}\n`;
}

function hashOf({ starts, runs }: SentimentResults): Promise<string> {
  return jsonHash([starts, runs]);
}

/**
 * Reads the committed results.
 *
 * @throws {UserError} when the file is missing, damaged or was edited.
 */
export async function loadResults(file: URL = RESULTS_FILE): Promise<SentimentResults> {
  const what = decodeURIComponent(file.pathname);
  const text = await readText(file).catch((error) => {
    throw new UserError({ what, got: new Described(messageOf(error)), expected: "a JSON file" });
  });
  const { starts, runs, sha256: hash } = checkedJson(schema, text, { what });
  checkHash(what, await hashOf({ starts, runs }), hash);
  return { starts, runs };
}

/** The results of some runs, in their order; runs that were not made are left out. */
export function resultsOf(results: SentimentResults, runs: readonly Run[]): RunResult[] {
  const byName = new Map(results.runs.map((run) => [run.name, run]));
  return runs.flatMap((run) => byName.get(runName(run)) ?? []);
}

/** How a run ended: changes from its start, nats. */
export function changeOf({ curve }: Pick<RunResult, "curve">): {
  chosen: number;
  rejected: number;
  margin: number;
} {
  const [first, last] = [curve[0]!, curve.at(-1)!];
  return {
    chosen: last.chosen - first.chosen,
    rejected: last.rejected - first.rejected,
    margin: last.margin - first.margin,
  };
}
