/**
 * `deno task measure-sail`: the runs behind `data/results/09-list-task.json`.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { parse } from "offprint/command_line.ts";
import { Described, UserError } from "offprint/errors.ts";
import { exists, readText, writeWhole } from "offprint/files.ts";
import {
  learnedReward,
  linesHash,
  linesKey,
  LIST_RESULTS_FILE,
  type ListResult,
  listResultsText,
  type ListSetup,
  listSetup,
  parseRunLines,
  performListRun,
  plannedListRuns,
  type PlannedRun,
  RUN_WITH_LINES,
  type RunLine,
  runNumbers,
  writeCommittedLines,
} from "offprint/papers/sail/mod.ts";
import type { RewardModel } from "offprint/preference/reward/mod.ts";
import { checkedOutput } from "../../kit/outputs.ts";
import type { Command } from "../../kit/command.ts";
import { keepOnce, readKept } from "offprint/kept_work.ts";

const USAGE = `deno task measure-sail [--out FOLDER] [--collect]

Trains and judges the arms of paper 09 on the list task. Each run has a file of its own: you can stop the
command at any time, or start it several times to share the work.

  --out FOLDER   where runs are kept (default out/09-runs): NAME.json has a run's numbers, NAME.jsonl every pair, held-out
                 pair and judged answer that they come from, one JSON object a line
  --collect      put the files together into data/results/09-list-task.json, computing each run's numbers anew from its lines,
                 and pack the lines of one run beside it
  --help         this text`;

/** The command. */
export const command: Command = {
  name: "measure-sail",
  summary: "train and judge the arms of paper 09",
  usage: USAGE,
  run,
};

/** What is kept of a run. */
interface Kept {
  rewardAccuracy: number;
  result: ListResult;
}

/** What the runs of a seed share. */
interface Shared {
  setup: ListSetup;
  model: RewardModel;
  accuracy: number;
}

async function run(args: string[]): Promise<number> {
  const { values, option } = parse("measure-sail", args, {
    out: { type: "string" },
    collect: { type: "boolean" },
  });
  const given = option("out") ?? "out/09-runs";
  const path = await checkedOutput({ option: "--out", path: given, kind: "folder" });
  const folder = pathToFileURL(`${path}/`);
  if (values["collect"]) {
    const { text, runs, missing, lines } = await collected(folder);
    if (lines !== undefined) await writeCommittedLines(lines);
    await writeWhole(LIST_RESULTS_FILE, text);
    console.error(`${runs} runs collected, ${missing} planned runs are missing`);
    return 0;
  }
  await Deno.mkdir(folder, { recursive: true });
  const shared = new Map<number, Promise<Shared>>();
  for (const planned of plannedListRuns()) {
    await keepOnce(folder, fileOf(planned), async (): Promise<Kept> => {
      const { arm, seed } = planned;
      if (!shared.has(seed)) shared.set(seed, sharedOf(seed));
      const { setup, model, accuracy } = await shared.get(seed)!;
      const lines: string[] = [];
      const onLine = (line: RunLine) => lines.push(JSON.stringify(line));
      const result = await performListRun(setup, arm, { learned: model, onLine });
      await writeWhole(new URL(linesOf(planned), folder), `${lines.join("\n")}\n`);
      return { rewardAccuracy: accuracy, result };
    });
  }
  for (const each of shared.values()) await (await each).model.close();
  return 0;
}

async function sharedOf(seed: number): Promise<Shared> {
  const setup = await listSetup(seed);
  return { setup, ...await learnedReward(setup) };
}

function fileOf({ arm, seed }: PlannedRun): string {
  return `${arm.replaceAll(", ", "_").replaceAll(" ", "-")}_seed-${seed}.json`;
}

function linesOf(planned: PlannedRun): string {
  return `${fileOf(planned)}l`;
}

/**
 * The text of a run's lines, after its numbers were computed from them anew.
 *
 * @throws {UserError} where they differ.
 */
async function checkedLines(folder: URL, planned: PlannedRun, result: ListResult): Promise<string> {
  const text = await readText(new URL(linesOf(planned), folder));
  const { curve, judged, parts } = result;
  const numbers = runNumbers(parseRunLines(text, linesOf(planned)));
  if (JSON.stringify(numbers) === JSON.stringify({ curve, judged, parts })) return text;
  throw new UserError({
    what: `${linesOf(planned)}: numbers computed from its lines`,
    got: new Described("others"),
    expected: `those of ${fileOf(planned)}`,
    todo: "Remove both files and make the run again.",
  });
}

/** All runs of the folder, with the lines of the run that is committed with its lines, where it is there. */
async function collected(
  folder: URL,
): Promise<{ text: string; runs: number; missing: number; lines: string | undefined }> {
  const runs: ListResult[] = [];
  const rewardAccuracy: Record<string, number> = {};
  const hashes: Record<string, string> = {};
  let kept: string | undefined;
  let missing = 0;
  for (const planned of plannedListRuns()) {
    const target = new URL(fileOf(planned), folder);
    if (!await exists(target)) {
      missing++;
      continue;
    }
    const { result, rewardAccuracy: accuracy } = await readKept<Kept>(target);
    const lines = await checkedLines(folder, planned, result);
    const key = linesKey(planned);
    hashes[key] = await linesHash(lines);
    if (key === linesKey(RUN_WITH_LINES)) kept = lines;
    rewardAccuracy[planned.seed] = Math.round(accuracy * 1e4) / 1e4;
    runs.push(result);
  }
  const text = await listResultsText({ rewardAccuracy, lines: hashes, runs });
  return { text, runs: runs.length, missing, lines: kept };
}
