/**
 * `deno task measure-entanglement`: the runs behind `data/results/04-sentiment.json`.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { parse } from "offprint/command_line.ts";
import { exists, writeWhole } from "offprint/files.ts";
import {
  measureStart,
  performRun,
  plannedRuns,
  RESULTS_FILE,
  resultsText,
  runName,
  type RunResult,
  SEEDS,
  type StartResult,
  SUFFIXES,
} from "offprint/papers/gradient_entanglement/mod.ts";
import { checkedOutput } from "../../kit/outputs.ts";
import type { Command } from "../../kit/command.ts";
import { keepOnce, readKept } from "offprint/kept_work.ts";

const USAGE = `deno task measure-entanglement [--out FOLDER] [--collect]

Trains and measures the arms of paper 04. Each run has a file of its own: you can stop the command at any
time, or start it several times to share the work.

  --out FOLDER   where runs are kept (default out/04-runs)
  --collect      put the files together into data/results/04-sentiment.json
  --help         this text`;

/** The command. */
export const command: Command = {
  name: "measure-entanglement",
  summary: "train and measure the arms of paper 04",
  usage: USAGE,
  run,
};

async function run(args: string[]): Promise<number> {
  const { values, option } = parse("measure-entanglement", args, {
    out: { type: "string" },
    collect: { type: "boolean" },
  });
  const given = option("out") ?? "out/04-runs";
  const path = await checkedOutput({ option: "--out", path: given, kind: "folder" });
  const folder = pathToFileURL(`${path}/`);
  if (values["collect"]) {
    const { text, runs, missing } = await collected(folder);
    await writeWhole(RESULTS_FILE, text);
    console.error(`${runs} runs collected, ${missing} planned runs are missing`);
    return 0;
  }
  await Deno.mkdir(folder, { recursive: true });
  for (const { file, work } of plannedWork()) {
    await keepOnce(folder, file, work);
  }
  return 0;
}

function plannedWork(): { file: string; work: () => Promise<RunResult | StartResult> }[] {
  const fileOf = (name: string): string =>
    `${name.replaceAll(", ", "_").replaceAll(" ", "-")}.json`;
  const starts = [true, false].flatMap((tied) =>
    SUFFIXES.flatMap((suffix) =>
      SEEDS.map((seed) => ({
        file: fileOf(`start, ${suffix}, ${tied ? "tied" : "untied"}, seed ${seed}`),
        work: () => measureStart({ suffix, seed, tied }),
      }))
    )
  );
  const runs = plannedRuns().map((run) => ({
    file: fileOf(runName(run)),
    work: () => performRun(run),
  }));
  return [
    ...starts.slice(0, starts.length / 2),
    ...runs.slice(0, 45),
    ...starts.slice(
      starts.length / 2,
    ),
    ...runs.slice(45),
  ];
}

async function collected(
  folder: URL,
): Promise<{ text: string; runs: number; missing: number }> {
  const starts: StartResult[] = [];
  const runs: RunResult[] = [];
  let missing = 0;
  for (const { file } of plannedWork()) {
    const target = new URL(file, folder);
    if (!await exists(target)) {
      missing++;
      continue;
    }
    const value = await readKept<StartResult & RunResult>(target);
    if (file.startsWith("start_")) starts.push(value);
    else runs.push(value);
  }
  return { text: await resultsText({ starts, runs }), runs: runs.length, missing };
}
