/**
 * `deno task measure-tree`: the pairs of paper 01's preference-tuned policy, and the runs behind
 * `data/results/01-trio.json`.
 *
 * @module
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse, wholeNumber } from "offprint/command_line.ts";
import { exists, writeWhole } from "offprint/files.ts";
import {
  BASE_PAIRS_FILE,
  CHUNK,
  drawPrompts,
  eraCorpus,
  eraJudge,
  makeBasePairs,
  openTrio,
  runTrioArm,
  TRIO_RESULTS_FILE,
  type TrioPiece,
  trioPieces,
  trioResultsText,
  type TrioRun,
} from "offprint/papers/treebon/trio/mod.ts";
import { checkedOutput } from "../../kit/outputs.ts";
import type { Command } from "../../kit/command.ts";
import { keepOnce, readKept } from "offprint/kept_work.ts";

const USAGE = `deno task measure-tree [--out FOLDER] [--prompts N] [--seeds N] [--collect | --pairs]

Runs the arms of paper 01 with the trained trio: best-of-N, TreeBoN by several partial scores, rejection. Each arm on
ten prompts is kept in a file of its own: stop it whenever you like, and start it several times to share the work.

  --out FOLDER   where runs and fetched text are kept (default out/01-runs)
  --prompts N    prompts in all, a multiple of ${CHUNK} (default 200)
  --seeds N      seeds 1 to N (default 3)
  --collect      put the files together into data/results/01-trio.json
  --pairs        write the pairs of the preference-tuned policy to ${BASE_PAIRS_FILE}, and nothing else
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

async function run(args: string[]): Promise<number> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values } = parse("measure-tree", args, {
    out: text,
    prompts: text,
    seeds: text,
    collect: flag,
    pairs: flag,
  });
  const given = (values["out"] as string | undefined) ?? "out/01-runs";
  const path = await checkedOutput({ option: "--out", path: given, kind: "folder" });
  const folder = pathToFileURL(`${path}/`);
  await Deno.mkdir(folder, { recursive: true });
  const cache = new URL("corpora/", folder);
  if (values["pairs"]) {
    const pairs = await makeBasePairs(cache, (done) => console.error(`${done} prompts answered`));
    const file = new URL(`../../../${BASE_PAIRS_FILE}`, import.meta.url);
    await writeWhole(file, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(""));
    console.error(`${pairs.length} pairs; written to ${fileURLToPath(file)}`);
    return 0;
  }
  const count = wholeNumber("--prompts", (values["prompts"] as string) ?? "200", CHUNK);
  const seeds = wholeNumber("--seeds", (values["seeds"] as string) ?? "3", 1);
  const pieces = trioPieces({
    prompts: Math.floor(count / CHUNK) * CHUNK,
    seeds: Array.from({ length: seeds }, (_, i) => i + 1),
    round: ROUND,
  });
  if (values["collect"]) await collect(folder, cache, pieces);
  else await measure(folder, cache, pieces);
  return 0;
}

function fileOf({ arm, seed, from }: TrioPiece): string {
  return `${arm.name.replaceAll(/[^a-z0-9.]+/gi, "-")}_seed-${seed}_from-${from}.json`;
}

async function measure(folder: URL, cache: URL, pieces: readonly TrioPiece[]): Promise<void> {
  const corpus = await eraCorpus(cache);
  const trio = await openTrio();
  const judge = eraJudge(corpus.halfB, trio.tokenizer);
  const last = Math.max(...pieces.map(({ from }) => from)) + CHUNK;
  const prompts = drawPrompts(trio.tokenizer, corpus.heldOut, { count: last, seed: PROMPT_SEED });
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

async function collect(folder: URL, cache: URL, pieces: readonly TrioPiece[]): Promise<void> {
  const runs: TrioRun[] = [];
  for (const piece of pieces) {
    const file = new URL(fileOf(piece), folder);
    if (await exists(file)) runs.push(await readKept(file));
  }
  const corpus = await eraCorpus(cache);
  const trio = await openTrio();
  const count = Math.max(0, ...runs.map(({ from }) => from + CHUNK));
  const prompts = drawPrompts(trio.tokenizer, corpus.heldOut, { count, seed: PROMPT_SEED });
  await trio.close();
  await writeWhole(TRIO_RESULTS_FILE, await trioResultsText({ prompts, runs }));
  console.error(`${runs.length} of ${pieces.length} pieces collected, ${count} prompts`);
}
