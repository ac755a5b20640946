/**
 * The program behind `data/results/04-sentiment.json`. Each run is kept in a file of its own, so that it can be
 * stopped at any time and several can share the work; `--collect` puts the files together.
 *
 * ```sh
 * deno run -A --lock=deno.lock --frozen lib/papers/gradient_entanglement/measure.ts
 * deno run -A --lock=deno.lock --frozen lib/papers/gradient_entanglement/measure.ts --collect
 * ```
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, runCommand } from "offprint/command_line.ts";
import { writeWhole } from "offprint/files.ts";
import { plannedRuns, SEEDS } from "./planned_runs.ts";
import { measureStart, performRun, type RunResult, type StartResult } from "./experiment.ts";
import { RESULTS_FILE, resultsText } from "./results.ts";
import { runName } from "./arms.ts";
import { SUFFIXES } from "./sentiment.ts";

async function main(args: string[]): Promise<number> {
  const { values } = parse("measure", args, {
    out: { type: "string" },
    collect: { type: "boolean" },
  });
  const folder = pathToFileURL(`${resolve((values["out"] as string) ?? "out/04-runs")}/`);
  if (values["collect"]) {
    const { text, runs, missing } = await collected(folder);
    await writeWhole(RESULTS_FILE, text);
    console.error(`${runs} runs collected, ${missing} of the plan missing`);
    return 0;
  }
  await Deno.mkdir(folder, { recursive: true });
  for (const { file, work } of plannedWork()) {
    const target = new URL(file, folder);
    const claim = new URL(`${file}.started`, folder);
    if (await exists(target)) continue;
    try {
      await Deno.writeTextFile(claim, "", { createNew: true });
    } catch {
      continue; // Another process has it.
    }
    const begun = performance.now();
    try {
      await writeWhole(target, JSON.stringify(await work()));
      console.error(`${file}: ${Math.round((performance.now() - begun) / 1000)} s`);
    } finally {
      await Deno.remove(claim);
    }
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
    const value = JSON.parse(await Deno.readTextFile(target));
    if (file.startsWith("start_")) starts.push(value);
    else runs.push(value);
  }
  return { text: await resultsText({ starts, runs }), runs: runs.length, missing };
}

async function exists(file: URL): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}

if (import.meta.main) await runCommand(main);
