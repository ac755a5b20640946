/**
 * `deno task train NAME`: rebuilds a model of `data/models` from its recipe, going on where it stopped.
 *
 * @module
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { parse, realNumber, textOptions, wholeNumber } from "offprint/command_line.ts";
import { Described, UserError } from "offprint/errors.ts";
import {
  exportModel,
  forgetCheckpoint,
  train,
  trainingData,
  TrainingDisplay,
} from "offprint/lm/training/mod.ts";
import {
  modelFolder,
  type ModelRecipe,
  modelRecipe,
  recipeKind,
  recipeNames,
  TRAINING_ENGINES,
} from "offprint/lm/transformer/mod.ts";
import {
  exportPreferenceModel,
  type PreferenceData,
  preferenceData,
  type PreferenceRecipe,
  preferenceRecipe,
  REFERENCE_FILES,
  trainRecipe,
} from "offprint/preference/training/mod.ts";
import {
  exportRewardModel,
  type RewardRecipe,
  rewardRecipe,
  trainRewardRecipe,
} from "offprint/preference/reward/mod.ts";
import { checkedOutput } from "../kit/outputs.ts";
import { Ending } from "offprint/terminal.ts";
import type { Command } from "../kit/command.ts";

const USAGE =
  `deno task train NAME [--out FOLDER] [--minutes N] [--seed N] [--engine E] [--fresh] [--export] [--to FOLDER]

Trains the model NAME from its recipe, data/models/NAME/recipe.json, and writes it there when it is finished.
You can stop it at any time (Ctrl-C, or kill): the next call continues from the last checkpoint.

  --out FOLDER   where checkpoints and fetched text are kept (default out/train)
  --minutes X    stop after X minutes; the state is saved
  --seed N       use another seed than the recipe's; needs --to, so that the committed model is kept
  --engine E     what does the arithmetic of a language model's training instead of what the recipe names: jax (jax-js,
                 the definition), onnx (ONNX Runtime, several times as fast) or native (this project's kernels in C,
                 faster still, and the same bits on every machine); needs --to, since the last digits differ
  --fresh        forget the checkpoint and start again
  --export       write the model of the last checkpoint now, finished or not, without training
  --to FOLDER    where the model is written (default data/models/NAME)
`;

/** The command. */
export const command: Command = {
  name: "train",
  summary: "rebuild a model under data/models from its recipe",
  usage: async () => USAGE + `\nModels: ${(await recipeNames()).join(", ")}`,
  run: run,
};

/** Three weeks: a timer holds no more. */
const MOST_MINUTES = 30_000;

async function run(args: string[]): Promise<number> {
  const flag = { type: "boolean" } as const;
  const { values, option, positionals } = parse("train", args, {
    ...textOptions("out", "minutes", "seed", "engine", "to"),
    fresh: flag,
    export: flag,
  }, true);
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) {
    throw new UserError({
      what: "deno task train",
      got: positionals.join(" ") || undefined,
      expected: `one model name (${(await recipeNames()).join(", ")})`,
    });
  }
  const limit = option("minutes");
  const minutes = limit === undefined
    ? Infinity
    : realNumber("--minutes", limit, 0, MOST_MINUTES, false);
  const committed = await recipeOf(name);
  const given = option("seed");
  const seed = given === undefined ? committed.seed : wholeNumber("--seed", given, 0);
  // Another seed gives another model, which must not take the place of the committed one.
  if (seed !== committed.seed && option("to") === undefined) {
    throw new UserError({
      what: "--seed",
      got: option("seed"),
      expected: `--to FOLDER beside it (data/models/${name} holds seed ${committed.seed})`,
    });
  }
  for (const name of ["out", "to"] as const) {
    const path = option(name);
    if (path === undefined) continue;
    await checkedOutput({ option: `--${name}`, path, kind: "folder", data: name === "to" });
  }
  const seeded = { ...committed, seed };
  const recipe = withEngine(seeded, option("engine"), option("to"));
  const out = pathToFileURL(`${resolve(option("out") ?? "out/train")}/`);
  // What trains another model has a checkpoint of its own.
  const changes = [
    ...(seed === committed.seed ? [] : [`-seed-${seed}`]),
    ...(recipe === seeded ? [] : [`-${option("engine")}`]),
  ];
  const folder = new URL(`${name}${changes.join("")}/`, out);
  const target = option("to") === undefined
    ? modelFolder(name)
    : pathToFileURL(`${resolve(option("to")!)}/`);
  if (values["fresh"]) {
    if (values["export"]) {
      throw new UserError({
        what: "--export",
        got: new Described("--fresh as well, which leaves nothing to export"),
        expected: "one of the two",
      });
    }
    await forgetCheckpoint(folder, REFERENCE_FILES);
  }

  const display = new TrainingDisplay();
  const stop = new AbortController();
  using stopping = new Stopping(() => {
    display.note("stopping after this step; the state will be saved");
    stop.abort();
  });
  const timer = minutes === Infinity ? undefined : setTimeout(() => stop.abort(), minutes * 60_000);
  const training: Run = {
    folder,
    target,
    corpora: new URL("corpora/", out),
    exportNow: values["export"] === true,
    display,
    signal: stop.signal,
    stopping,
  };
  try {
    if (recipe.kind === "preference") await preferenceTraining(recipe, training);
    else if (recipe.kind === "reward") await rewardTraining(recipe, training);
    else await languageModelTraining(recipe, training);
    return stopping.exitCode ?? 0;
  } finally {
    clearTimeout(timer);
  }
}

/** A model that has learnt nothing takes no other model's place. */
function refuseUntrained(name: string, step: number, folder: URL): void {
  if (step > 0) return;
  throw new UserError({
    what: "--export",
    got: new Described(`no checkpoint of ${name} in ${fileURLToPath(folder)}`),
    expected: "a checkpoint of at least one step",
    todo: `Train first: deno task train ${name}.`,
  });
}

async function recipeOf(name: string): Promise<ModelRecipe | PreferenceRecipe | RewardRecipe> {
  switch (await recipeKind(name)) {
    case "preference":
      return await preferenceRecipe(name);
    case "reward":
      return await rewardRecipe(name);
    case "language-model":
      return await modelRecipe(name);
  }
}

type Recipe = Awaited<ReturnType<typeof recipeOf>>;

/** The recipe with another engine, where one is asked for; the committed model is kept. */
function withEngine(recipe: Recipe, asked: string | undefined, to: string | undefined): Recipe {
  if (asked === undefined) return recipe;
  const refuse = (got: unknown, expected: string) => {
    throw new UserError({ what: "--engine", got, expected });
  };
  const engine = TRAINING_ENGINES.find((each) => each === asked);
  if (engine === undefined) return refuse(asked, `one of ${TRAINING_ENGINES.join(", ")}`);
  if (recipe.kind === "preference" || recipe.kind === "reward") {
    const got = new Described(`${asked} for ${recipe.name}, which is trained on pairs`);
    return refuse(got, "a language model, or no --engine: pairs are trained by ONNX Runtime");
  }
  const own = recipe.training.engine ?? "jax";
  if (engine === own) return recipe;
  if (to === undefined) {
    const expected = `--to FOLDER beside it (data/models/${recipe.name} was trained by ${own})`;
    return refuse(asked, expected);
  }
  return { ...recipe, training: { ...recipe.training, engine } };
}

/** Where a training keeps things, and how it is stopped. */
interface Run {
  /** Of checkpoints. */
  folder: URL;
  /** Of the finished model. */
  target: URL;
  /** Of fetched text. */
  corpora: URL;
  /** Writes the model as it is, without training. */
  exportNow: boolean;
  display: TrainingDisplay;
  signal: AbortSignal;
  stopping: Stopping;
}

/**
 * What Ctrl-C and its kin do in the three parts of a training. Before the first step there is nothing to save, and
 * the system ends the program; while it trains, the step under way is finished and the state is saved; after that
 * everything is saved, and the program ends at once.
 */
class Stopping implements Disposable {
  #ending: Ending | undefined;
  #saved = false;
  readonly #stop: () => void;

  constructor(stop: () => void) {
    this.#stop = stop;
  }

  /** Set once a signal has come. */
  get exitCode(): number | undefined {
    return this.#ending?.exitCode;
  }

  /** A step was made. */
  stepped(): void {
    if (this.#ending !== undefined) return;
    this.#ending = new Ending();
    this.#ending.signal.addEventListener("abort", () => {
      if (this.#saved) Deno.exit(this.exitCode);
      this.#stop();
    });
  }

  /** The state is on the disk. */
  saved(): void {
    this.#saved = true;
  }

  [Symbol.dispose](): void {
    this.#ending?.close();
  }
}

async function languageModelTraining(recipe: ModelRecipe, run: Run): Promise<void> {
  const { folder, target, display } = run;
  const { name } = recipe;
  const data = await trainingData(recipe, run.corpora);
  const count = (documents: { tokens: Int32Array }[]): string =>
    documents.reduce((sum, { tokens }) => sum + tokens.length, 0).toLocaleString("en");
  display.note(
    `${name}: ${count(data.train)} tokens to train on, ${count(data.heldOut)} held out, ` +
      `vocabulary ${data.config.vocab_size}`,
  );
  const result = await train({ ...data, folder }, {
    ...(run.exportNow ? { stopAfter: 0 } : {}),
    onStep: (step) => {
      run.stopping.stepped();
      display.step(step);
    },
    onNote: (line) => display.note(line),
    signal: run.signal,
  });
  run.stopping.saved();
  const { finished, progress } = result;
  if (run.exportNow) refuseUntrained(name, progress.step, folder);
  if (!finished && !run.exportNow) {
    display.note(`${name}: stopped at step ${progress.step}; the same command continues from here`);
    return;
  }
  const card = await exportModel(data, result, target, (line) => display.note(line));
  const { perplexity, kneserNey } = card.heldOut;
  display.note(
    `${name}: step ${progress.step}, held-out perplexity ${perplexity.toFixed(2)}, ` +
      `best n-gram ${Math.min(...kneserNey).toFixed(2)}; written to ${fileURLToPath(target)}`,
  );
}

async function preferenceTraining(recipe: PreferenceRecipe, run: Run): Promise<void> {
  const data = await openedPairs(recipe, run);
  const result = await trainRecipe(data, {
    ...loopOptions(run),
    onPoint: ({ step, chosen, rejected, margin }) =>
      run.display.note(
        `step ${step}: chosen ${chosen.toFixed(2)}, rejected ${rejected.toFixed(2)}, ` +
          `margin ${margin.toFixed(2)}`,
      ),
  });
  await exported(recipe.name, result, run, () => exportPreferenceModel(data, result, run.target));
}

async function rewardTraining(recipe: RewardRecipe, run: Run): Promise<void> {
  const data = await openedPairs(recipe, run);
  const result = await trainRewardRecipe(data, {
    ...loopOptions(run),
    onPoint: ({ step, margin, accuracy }) =>
      run.display.note(
        `step ${step}: chosen minus rejected ${margin.toFixed(2)} nats, ` +
          `${(100 * accuracy).toFixed(0)} % of the held-out pairs in the right order`,
      ),
  });
  await exported(recipe.name, result, run, () => exportRewardModel(data, result, run.target));
}

async function openedPairs<Recipe extends PreferenceRecipe | RewardRecipe>(
  recipe: Recipe,
  { display, corpora }: Run,
): Promise<PreferenceData<Recipe>> {
  const data = await preferenceData(recipe, corpora);
  display.note(
    `${recipe.name}: ${data.train.length} pairs to train on, ${data.heldOut.length} held out, ` +
      `${data.cut.length} that did not fit the context; from ${recipe.base}`,
  );
  return data;
}

/** What trainings on pairs are told alike. */
function loopOptions({ folder, exportNow, display, signal, stopping }: Run) {
  return {
    folder,
    ...(exportNow ? { stopAfter: 0 } : {}),
    onStep: () => stopping.stepped(),
    onNote: (line: string) => display.note(line),
    signal,
  };
}

async function exported(
  name: string,
  { finished, step }: { finished: boolean; step: number },
  { exportNow, folder, target, display, stopping }: Run,
  write: () => Promise<void>,
): Promise<void> {
  stopping.saved();
  if (exportNow) refuseUntrained(name, step, folder);
  if (!finished && !exportNow) {
    display.note(`${name}: stopped at step ${step}; the same command continues from here`);
    return;
  }
  await write();
  display.note(`${name}: step ${step}; written to ${fileURLToPath(target)}`);
}
