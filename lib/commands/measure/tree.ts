/**
 * `deno task measure-tree`: the pairs of paper 01's preference-tuned policies, and the runs behind
 * `data/results/01-trio.json`, `01-sums.json` and `01-sums-dpop.json`.
 *
 * @module
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse, textOptions, wholeNumber } from "offprint/command_line.ts";
import { UserError } from "offprint/errors.ts";
import { exists, writeWhole } from "offprint/files.ts";
import {
  BASE_PAIRS_FILE,
  CHUNK,
  drawPrompts,
  eraCorpus,
  eraJudge,
  labelledAnswers,
  makeBasePairs,
  openTrio,
  type ResponseJudge,
  runTrioArm,
  TRIO,
  type Trio,
  TRIO_RESULTS_FILE,
  TRIO_TIERS,
  type TrioArm,
  type TrioNames,
  type TrioPiece,
  trioPieces,
  trioResultsText,
  type TrioRun,
} from "offprint/papers/treebon/trio/mod.ts";
import {
  answeredSums,
  SUM_ANSWERS,
  SUM_ANSWERS_FILE,
  sumJudge,
  sumPrompts,
  SUMS_DPOP_RESULTS_FILE,
  SUMS_DPOP_TIERS,
  SUMS_DPOP_TRIO,
  SUMS_RESULTS_FILE,
  SUMS_TIERS,
  SUMS_TRIO,
  testSums,
} from "offprint/papers/treebon/sums/mod.ts";
import type { PreferencePair } from "offprint/preference/pairs/mod.ts";
import { checkedOutput } from "../../kit/outputs.ts";
import type { Command } from "../../kit/command.ts";
import { keepOnce, readKept } from "offprint/kept_work.ts";
import { measureClock } from "./tree_clock.ts";

const USAGE =
  `deno task measure-tree [--task TASK] [--out FOLDER] [--prompts N] [--seeds N] [--collect | --pairs | --clock]

Runs the arms of paper 01 with a trained trio: best-of-N, TreeBoN by several partial scores, rejection. Each arm on
ten prompts is kept in a file of its own: stop it whenever you like, and start it several times to share the work.

  --task TASK    eras: texts that should read like the twentieth century (the default); sums: four-digit sums;
                 sums-dpop: the same with another tuned policy
  --out FOLDER   where runs and fetched text are kept (default out/01-runs, out/01-sums or out/01-sums-dpop)
  --prompts N    prompts in all, a multiple of ${CHUNK} (default 200)
  --seeds N      seeds 1 to N (default 3)
  --collect      put the files together into data/results/01-trio.json, 01-sums.json or 01-sums-dpop.json
  --pairs        write the pairs of the preference-tuned policy to ${BASE_PAIRS_FILE}
                 or ${SUM_ANSWERS_FILE}, and nothing else
  --clock        measure how long a tree and best-of-N take, on ten prompts, and write data/results/01-clock.json
  --help         this text`;

/** The command. */
export const command: Command = {
  name: "measure-tree",
  summary: "run the arms of paper 01 with the trained trio",
  usage: USAGE,
  run,
};

/** Prompts that are finished in all arms before the next ones. */
const ROUND = 30;
/** Of the prompts. */
const PROMPT_SEED = 1;

/** What is run: models, prompts, a judge, and where the results go. */
interface Task {
  /** The default of `--out`. */
  out: string;
  tiers: readonly (readonly TrioArm[])[];
  models: TrioNames;
  results: URL;
  pairsFile: string;
  pairs(cache: URL, onPrompts: (done: number) => void): Promise<PreferencePair[]>;
  /** The first `count` prompts of the test, and who judges. */
  test(
    trio: Trio,
    cache: URL,
    count: number,
  ): Promise<{ prompts: number[][]; judge: ResponseJudge }>;
}

const SUMS: Task = {
  out: "out/01-sums",
  tiers: SUMS_TIERS,
  models: SUMS_TRIO,
  results: SUMS_RESULTS_FILE,
  pairsFile: SUM_ANSWERS_FILE,
  pairs: (_, onPrompts) =>
    labelledAnswers(SUM_ANSWERS, (tokenizer) => sumPrompts(tokenizer, answeredSums()), onPrompts),
  test: ({ tokenizer }, _, count) =>
    Promise.resolve({
      prompts: sumPrompts(tokenizer, testSums(count)),
      judge: sumJudge(tokenizer),
    }),
};

const TASKS: Readonly<Record<string, Task>> = {
  eras: {
    out: "out/01-runs",
    tiers: TRIO_TIERS,
    models: TRIO,
    results: TRIO_RESULTS_FILE,
    pairsFile: BASE_PAIRS_FILE,
    pairs: makeBasePairs,
    async test({ tokenizer }, cache, count) {
      const { heldOut, halfB } = await eraCorpus(cache);
      return {
        prompts: drawPrompts(tokenizer, heldOut, { count, seed: PROMPT_SEED }),
        judge: eraJudge(halfB, tokenizer),
      };
    },
  },
  sums: SUMS,
  "sums-dpop": {
    ...SUMS,
    out: "out/01-sums-dpop",
    tiers: SUMS_DPOP_TIERS,
    models: SUMS_DPOP_TRIO,
    results: SUMS_DPOP_RESULTS_FILE,
  },
};

async function run(args: string[]): Promise<number> {
  const flag = { type: "boolean" } as const;
  const { values, option } = parse("measure-tree", args, {
    ...textOptions("task", "out", "prompts", "seeds"),
    collect: flag,
    pairs: flag,
    clock: flag,
  });
  const name = option("task") ?? "eras";
  const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined;
  if (task === undefined) {
    throw new UserError({
      what: "--task",
      got: name,
      expected: `one of ${Object.keys(TASKS).join(", ")}`,
    });
  }
  const path = await checkedOutput({
    option: "--out",
    path: option("out") ?? task.out,
    kind: "folder",
  });
  const folder = pathToFileURL(`${path}/`);
  await Deno.mkdir(folder, { recursive: true });
  const cache = new URL("corpora/", folder);
  if (values["pairs"]) {
    const pairs = await task.pairs(cache, (done) => console.error(`${done} prompts answered`));
    const file = new URL(`../../../${task.pairsFile}`, import.meta.url);
    await writeWhole(file, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(""));
    console.error(`${pairs.length} pairs; written to ${fileURLToPath(file)}`);
    return 0;
  }
  if (values["clock"]) {
    const trio = await openTrio();
    const { prompts } = await TASKS["eras"]!.test(trio, cache, CHUNK);
    await measureClock(trio, prompts);
    await trio.close();
    return 0;
  }
  const count = wholeNumber("--prompts", option("prompts") ?? "200", CHUNK);
  const seeds = wholeNumber("--seeds", option("seeds") ?? "3", 1);
  const pieces = trioPieces({
    prompts: Math.floor(count / CHUNK) * CHUNK,
    seeds: Array.from({ length: seeds }, (_, i) => i + 1),
    round: ROUND,
  }, task.tiers);
  if (values["collect"]) await collect(task, folder, cache, pieces);
  else await measure(task, folder, cache, pieces);
  return 0;
}

function fileOf({ arm, seed, from }: TrioPiece): string {
  return `${arm.name.replaceAll(/[^a-z0-9.]+/gi, "-")}_seed-${seed}_from-${from}.json`;
}

async function measure(
  task: Task,
  folder: URL,
  cache: URL,
  pieces: readonly TrioPiece[],
): Promise<void> {
  const trio = await openTrio(task.models);
  const last = Math.max(...pieces.map(({ from }) => from)) + CHUNK;
  const { prompts, judge } = await task.test(trio, cache, last);
  for (const piece of pieces) {
    const { arm, seed, from } = piece;
    await keepOnce(folder, fileOf(piece), async (): Promise<TrioRun> => {
      const choices = [];
      for (let i = from; i < from + CHUNK; i++) {
        choices.push(await runTrioArm(arm, prompts[i]!, i, { trio, judge, seed }));
      }
      return { arm: arm.name, seed, from, choices };
    });
  }
  await trio.close();
}

async function collect(
  task: Task,
  folder: URL,
  cache: URL,
  pieces: readonly TrioPiece[],
): Promise<void> {
  const runs: TrioRun[] = [];
  for (const piece of pieces) {
    const file = new URL(fileOf(piece), folder);
    if (await exists(file)) runs.push(await readKept(file));
  }
  const trio = await openTrio(task.models);
  const count = Math.max(0, ...runs.map(({ from }) => from + CHUNK));
  const { prompts } = await task.test(trio, cache, count);
  await trio.close();
  await writeWhole(task.results, await trioResultsText({ prompts, runs }));
  console.error(`${runs.length} of ${pieces.length} pieces collected, ${count} prompts`);
}
