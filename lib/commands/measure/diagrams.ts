/**
 * `deno task measure-diagrams`: the runs behind `data/results/06-study.json`.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { parse } from "offprint/command_line.ts";
import { UserError } from "offprint/errors.ts";
import { exists, writeWhole } from "offprint/files.ts";
import { keepOnce, readKept } from "offprint/kept_work.ts";
import { parameterCount } from "offprint/lm/transformer/mod.ts";
import {
  askEveryArm,
  keptStudyTraining,
  largeDesign,
  measureStudyModel,
  openStudyModel,
  STUDY_MODEL_FILE,
  STUDY_RESULTS_FILE,
  STUDY_SEEDS,
  STUDY_TRAINING,
  studyConfig,
  studyResultsText,
  type StudyRun,
  type StudyTraining,
  unseenDraws,
  type UnseenResults,
} from "offprint/papers/chipgptv/study/mod.ts";
import { checkedOutput } from "../../kit/outputs.ts";
import type { Command } from "../../kit/command.ts";

const USAGE = `deno task measure-diagrams [--out FOLDER] [--collect]

Trains the models of paper 06's study on generated state machines and wirings, one for each seed, and asks them about designs
that are described in words, as a graph, or both. You can stop it at any time: a training is saved every hundred steps, and
what a model answered has a file of its own.

  --seed N       only the model of this seed, on fresh draws; default: all, and the designs that no training has shown
  --out FOLDER   where trainings and answers are kept (default out/06-runs)
  --collect      put the files together into data/results/06-study.json, with the model of seed ${
  STUDY_SEEDS[0]
} beside it
  --help         this text`;

/** The command. */
export const command: Command = {
  name: "measure-diagrams",
  summary: "train and ask the models of paper 06's study",
  usage: USAGE,
  run,
};

async function run(args: string[]): Promise<number> {
  const { values, option } = parse("measure-diagrams", args, {
    out: { type: "string" },
    seed: { type: "string" },
    collect: { type: "boolean" },
  });
  const given = option("out") ?? "out/06-runs";
  const path = await checkedOutput({ option: "--out", path: given, kind: "folder" });
  const folder = pathToFileURL(`${path}/`);
  if (values["collect"]) return await collect(folder);
  await Deno.mkdir(folder, { recursive: true });
  const only = option("seed");
  const wanted = only === undefined
    ? PLANNED
    : [PLANNED.find(({ seed }) => String(seed) === only) ?? unknownSeed(only)];
  for (const planned of wanted) {
    const { seed, training, name } = planned;
    await keepOnce(folder, `${name}.json`, async (): Promise<StudyRun> => {
      const { bytes, losses } = await keptStudyTraining(
        planned,
        new URL(`${name}/`, folder),
        (step, loss) =>
          console.error(`${name}, step ${step} of ${training.steps}: ${loss.toFixed(4)}`),
      );
      const file = modelFile(folder, name);
      await writeWhole(file, bytes);
      // Asked as it is kept, in 16-bit floats.
      const model = await openStudyModel(file);
      const measured = await measureStudyModel(model, { seed, losses, training });
      await model.close();
      return measured;
    });
  }
  if (only !== undefined) return 0;
  await keepOnce(folder, UNSEEN, () => Promise.resolve(unseenDraws(PLANNED)));
  const designs = (await keptJson<number[]>(folder, UNSEEN) ?? []).map(largeDesign);
  for (const { name } of PLANNED) {
    const file = modelFile(folder, name);
    if (designs.length === 0 || !await exists(file)) continue;
    await keepOnce(folder, `unseen_${name}.json`, async () => {
      const model = await openStudyModel(file);
      const arms = await askEveryArm(model, designs);
      await model.close();
      return arms;
    });
  }
  return 0;
}

/** Where the draws of designs that no training shows are kept. */
const UNSEEN = "unseen.json";

/** A kept file's value; undefined where it was not made. */
async function keptJson<T>(folder: URL, name: string): Promise<T | undefined> {
  const file = new URL(name, folder);
  return await exists(file) ? await readKept<T>(file) : undefined;
}

/** A model to be trained and asked; its files begin with `name`. */
interface Planned {
  name: string;
  seed: number;
  training: StudyTraining;
}

const PLANNED: readonly Planned[] = STUDY_SEEDS.map((seed) => ({
  name: `seed-${seed}`,
  seed,
  training: STUDY_TRAINING,
}));

function unknownSeed(got: string): never {
  throw new UserError({ what: "--seed", got, expected: `one of ${STUDY_SEEDS.join(", ")}` });
}

function modelFile(folder: URL, name: string): URL {
  return new URL(`${name}.safetensors`, folder);
}

async function collect(folder: URL): Promise<number> {
  const runs: StudyRun[] = [];
  const unseen: UnseenResults = {
    draws: await keptJson<number[]>(folder, UNSEEN) ?? [],
    runs: [],
  };
  for (const { name, seed } of PLANNED) {
    const run = await keptJson<StudyRun>(folder, `${name}.json`);
    if (run !== undefined) runs.push(run);
    const arms = await keptJson<StudyRun["arms"]>(folder, `unseen_${name}.json`);
    if (arms !== undefined) unseen.runs.push({ seed, arms });
  }
  const training = { ...STUDY_TRAINING, parameters: parameterCount(studyConfig()) };
  await writeWhole(STUDY_RESULTS_FILE, await studyResultsText({ training, runs, unseen }));
  const first = modelFile(folder, PLANNED[0]!.name);
  if (await exists(first)) await writeWhole(STUDY_MODEL_FILE, await Deno.readFile(first));
  console.error(`${runs.length} of ${PLANNED.length} runs collected`);
  return 0;
}
