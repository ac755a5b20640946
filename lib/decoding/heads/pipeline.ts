/**
 * From two models to the committed heads: training data, heads, logs, policies, decoded texts. Every stage
 * leaves files behind, so that a stopped run goes on where it was.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { writeWhole } from "offprint/files.ts";
import { type Jax, type LanguageModel, loadJax, sha256 } from "offprint/lm/mod.ts";
import { stream } from "offprint/random.ts";
import { mean } from "offprint/stats.ts";
import { reliability } from "../acceptance_bias.ts";
import {
  type AcceptanceData,
  acceptanceStates,
  type AcceptanceText,
  acceptanceTexts,
} from "../acceptance_data.ts";
import { type AcceptanceHead, headPredictor } from "../acceptance_head.ts";
import { decodeHead, encodeHead } from "../head_file.ts";
import { trainHead } from "../head_training.ts";
import { predictStates } from "../predict_states.ts";
import {
  decodeSetting,
  heldOutLogs,
  heldOutStates,
  type Measuring,
  textDivergences,
  unbiased,
  withHead,
} from "./measure.ts";
import {
  bestOnDev,
  headlessSettings,
  type LoggedRates,
  type MeasuredSetting,
  ratesOnLogs,
  replayedTimes,
  type Setting,
} from "./policies.ts";
import { headFamily, ORACLE, SHUFFLED } from "./families.ts";
import type { HeadsPrompts } from "./prompts.ts";
import {
  ablationVariants,
  committedVariants,
  type HeadsRecipe,
  type HeadVariant,
  variantName,
} from "./recipe.ts";
import type { HeadsResults } from "./results.ts";
import { shuffledOrder, shuffledPredictor, shuffledStates } from "./shuffled.ts";

/** Prompts of one file of training texts. */
const CHUNK = 64;
/** Points of a training curve. */
const CURVE = 24;

/** What {@linkcode trainHeads} works with. */
export interface HeadsInput {
  recipe: HeadsRecipe;
  draft: LanguageModel;
  target: LanguageModel;
  models: HeadsResults["models"];
  prompts: HeadsPrompts;
  /** Token that ends a text. */
  stop?: number;
  /** Where the stages leave their files; ends with a slash. */
  folder: URL;
  onNote?: (line: string) => void;
  onProgress?: (what: string, done: number, of: number) => void;
}

/** Heads by the name of their variant, and everything measured. */
export interface TrainedHeads {
  heads: Map<string, AcceptanceHead>;
  results: HeadsResults;
}

/** Runs all stages; those whose files are in the folder already are not repeated. */
export async function trainHeads(input: HeadsInput): Promise<TrainedHeads> {
  const { recipe, onNote = () => {} } = input;
  await checkFolder(input);
  const texts = await trainingTexts(input);
  const { data, heads, curves } = await allHeads(input, await loadJax(), texts);
  onNote("measuring predictions on the test texts");
  const quality = await measureQuality(input, data.acceptance, heads);
  const { settings, logged } = await measureSettings(input, heads);
  const decoded = await decodeChosen(input, heads, settings);
  const results: HeadsResults = {
    format: 1,
    recipe,
    models: input.models,
    data,
    heads: [...variantsOf(recipe)].map(({ variant, committed }) => ({
      variant,
      committed,
      curve: curves.get(variantName(variant))!,
      ...quality.heads.get(variantName(variant))!,
    })),
    divergences: quality.divergences,
    settings,
    decoded,
    replayed: logged,
  };
  return { heads, results };
}

/** All variants once, the committed ones first. */
function variantsOf(recipe: HeadsRecipe): { variant: HeadVariant; committed: boolean }[] {
  const byName = new Map<string, { variant: HeadVariant; committed: boolean }>();
  for (const variant of committedVariants(recipe)) {
    byName.set(variantName(variant), { variant, committed: true });
  }
  for (const variant of ablationVariants(recipe)) {
    const name = variantName(variant);
    if (!byName.has(name)) byName.set(name, { variant, committed: false });
  }
  return [...byName.values()];
}

/** A folder belongs to one recipe, one pair of models and one list of prompts. */
async function checkFolder({ recipe, models, prompts, folder }: HeadsInput): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify([recipe, models, prompts]));
  const key = await sha256(bytes);
  const file = new URL("key", folder);
  const found = await readText(file);
  if (found === undefined) return await writeWhole(file, key);
  if (found === key) return;
  throw new UserError({
    what: decodeURIComponent(folder.pathname),
    got: "the work of another recipe or of other models",
    expected: "the recipe and models it was started with",
    todo: "Start again with --fresh.",
  });
}

/** Stage 1: texts of the target with the draft's proposals and their labels. */
async function trainingTexts(input: HeadsInput): Promise<AcceptanceText[]> {
  const { recipe, draft, target, prompts, folder, stop, onProgress } = input;
  const all: AcceptanceText[] = [];
  for (let from = 0; from < prompts.training.length; from += CHUNK) {
    const some = prompts.training.slice(from, from + CHUNK);
    all.push(
      ...await stage(new URL(`texts-${from}.json`, folder), () =>
        acceptanceTexts({
          draft,
          target,
          prompts: some.map(({ tokens }) => tokens),
          maxTokens: recipe.textTokens,
          random: (text) => stream(recipe.seed, "training text", from + text),
          ...(stop === undefined ? {} : { stop }),
          batch: 32,
        })),
    );
    onProgress?.("training texts", from + some.length, prompts.training.length);
  }
  return all;
}

/** Stage 2: every head of the recipe. */
async function allHeads(input: HeadsInput, jax: Jax, texts: AcceptanceText[]) {
  const { recipe, draft, folder, onProgress } = input;
  const heads = new Map<string, AcceptanceHead>();
  const curves = new Map<string, number[]>();
  let data: HeadsResults["data"] | undefined;
  const variants = variantsOf(recipe);
  // One data set at a time in memory: the variants in the order of their mixing share.
  let states: AcceptanceData | undefined;
  let stateMixing: number | undefined;
  const order = variants.toSorted((a, b) =>
    Math.abs(a.variant.mixing - recipe.mixing) - Math.abs(b.variant.mixing - recipe.mixing)
  );
  for (const [done, { variant }] of order.entries()) {
    const name = variantName(variant);
    if (stateMixing !== variant.mixing) {
      states = await acceptanceStates(draft, texts, variant.mixing);
      stateMixing = variant.mixing;
      data ??= {
        positions: states.positions,
        labelled: states.acceptance.length,
        acceptance: mean(states.acceptance),
      };
    }
    const file = new URL(`${name}.safetensors`, folder);
    const curveFile = new URL(`${name}.curve.json`, folder);
    const bytes = await readBytes(file);
    if (bytes !== undefined) {
      heads.set(name, decodeHead(decodeURIComponent(file.pathname), bytes));
      curves.set(name, JSON.parse((await readText(curveFile))!));
    } else {
      const { batch, epochs, peak, warmUp } = recipe.training;
      const steps = Math.ceil(epochs * states!.acceptance.length / batch);
      const losses: number[] = [];
      const head = await trainHead(jax, states!, {
        depth: variant.depth,
        tied: variant.tied,
        rejectionWeight: variant.rejectionWeight,
        steps,
        batch,
        peak,
        warmUp,
        seed: recipe.seed,
        draft: draft.name,
        onStep: (step, loss) => {
          losses.push(loss);
          onProgress?.(`head ${done + 1} of ${variants.length}, ${name}`, step, steps);
        },
      });
      const curve = Array.from({ length: Math.min(CURVE, steps) }, (_, i, points = CURVE) => {
        const count = Math.min(points, steps);
        return mean(
          losses.slice(Math.floor(i * steps / count), Math.floor((i + 1) * steps / count)),
        );
      });
      await writeWhole(curveFile, JSON.stringify(curve));
      await writeWhole(file, encodeHead(head));
      heads.set(name, head);
      curves.set(name, curve);
    }
  }
  return { data: data!, heads, curves };
}

/** Stage 3: divergences and reliability on the test texts. */
async function measureQuality(
  input: HeadsInput,
  meanAcceptance: number,
  heads: Map<string, AcceptanceHead>,
) {
  const { recipe } = input;
  const heldOut = await heldOutStates(measuringOf(input, "test", "held-out texts"), recipe.mixing);
  const order = shuffledOrder(heldOut.hiddenSize, recipe.seed);
  const quality = new Map<
    string,
    Pick<
      HeadsResults["heads"][number],
      "divergence" | "unbiasedDivergence" | "reliability"
    >
  >();
  for (const { variant } of variantsOf(recipe)) {
    const name = variantName(variant);
    const predicted = await predictStates(heads.get(name)!, heldOut.states);
    quality.set(name, {
      divergence: mean(textDivergences(heldOut, predicted)),
      unbiasedDivergence: mean(
        textDivergences(heldOut, unbiased(predicted, variant.rejectionWeight)),
      ),
      reliability: reliability(heldOut.acceptance, predicted, 12),
    });
  }
  const reference = variantName(committedVariants(recipe)[0]!);
  const { rejectionWeight } = committedVariants(recipe)[0]!;
  const predict = async (states: Float32Array) =>
    textDivergences(
      heldOut,
      unbiased(await predictStates(heads.get(reference)!, states), rejectionWeight),
    );
  return {
    heads: quality,
    divergences: {
      trained: await predict(heldOut.states),
      shuffled: await predict(shuffledStates(heldOut.states, order)),
      constant: textDivergences(
        heldOut,
        new Float64Array(heldOut.acceptance.length).fill(meanAcceptance),
      ),
      topProbability: textDivergences(heldOut, heldOut.top),
    },
  };
}

/** Stage 4: all settings on the logs of both splits, and the chosen ones text by text. */
async function measureSettings(input: HeadsInput, heads: Map<string, AcceptanceHead>) {
  const { recipe, folder, onProgress } = input;
  const { seed, ratio } = recipe;
  return await stage(new URL("settings.json", folder), async () => {
    const splits = ["dev", "test"] as const;
    const rates = new Map<string, { setting: Setting; dev?: LoggedRates; test?: LoggedRates }>();
    const thresholds = (family: string): Setting[] =>
      recipe.thresholds.map((setting) => ({ family, setting }));
    const families: { settings: Setting[]; head?: AcceptanceHead; shuffle?: number }[] = [
      { settings: headlessSettings(recipe) },
      { settings: thresholds(ORACLE) },
      ...variantsOf(recipe).map(({ variant, committed }) => ({
        settings: thresholds(
          committed ? headFamily(variant.rejectionWeight) : `SpecDec++, ${variantName(variant)}`,
        ),
        head: heads.get(variantName(variant))!,
      })),
      { settings: thresholds(SHUFFLED), head: controlHead(recipe, heads), shuffle: seed },
    ];
    let logged: HeadsResults["replayed"] = [];
    for (const split of splits) {
      const logs = await heldOutLogs(
        measuringOf(input, split, `logs of ${split} texts`),
        recipe.branch,
      );
      const plain = logs.map(({ log }) => log);
      for (const [done, { settings, head, shuffle }] of families.entries()) {
        const predicted = head === undefined ? plain : await withHead(logs, head, shuffle);
        for (const setting of settings) {
          const key = JSON.stringify(setting);
          const known = rates.get(key) ?? { setting };
          rates.set(key, { ...known, [split]: ratesOnLogs(predicted, setting, { seed }) });
        }
        onProgress?.(`policies on ${split} texts`, done + 1, families.length);
        if (split === "dev") continue;
        // The dev texts have chosen; text by text only the chosen setting of each family is kept.
        for (const family of new Set(settings.map(({ family }) => family))) {
          const { setting } = bestOnDev(
            [...rates.values()].filter((each) => each.setting.family === family)
              .map(({ setting, dev, test }) => ({ ...setting, dev: dev!, test: test ?? dev! })),
            ratio,
          );
          logged.push({
            family,
            setting,
            times: replayedTimes(predicted, { family, setting }, { seed, ratio })
              .map((time) => Number(time.toPrecision(6))),
          });
        }
      }
    }
    const settings: MeasuredSetting[] = [...rates.values()].map(({ setting, dev, test }) => ({
      ...setting,
      dev: dev!,
      test: test!,
    }));
    const kept = new Set(chosenFamilies(recipe, settings).map(({ family }) => family));
    logged = logged.filter(({ family }) => kept.has(family) || family === ORACLE);
    return { settings, logged };
  });
}

/** The head whose shuffled twin is the control. */
function controlHead(recipe: HeadsRecipe, heads: Map<string, AcceptanceHead>): AcceptanceHead {
  const variant =
    committedVariants(recipe).find(({ rejectionWeight }) =>
      rejectionWeight === recipe.ablation.rejectionWeight
    ) ?? committedVariants(recipe)[0]!;
  return heads.get(variantName(variant))!;
}

/** What is decoded for real: the best of each family on dev; of the committed heads the best one. */
export function chosenFamilies(
  recipe: HeadsRecipe,
  settings: readonly MeasuredSetting[],
): MeasuredSetting[] {
  const { ratio } = recipe;
  const of = (families: string[]): MeasuredSetting =>
    bestOnDev(settings.filter(({ family }) => families.includes(family)), ratio);
  return [
    ...new Set(headlessSettings(recipe).map(({ family }) => family)),
  ].map((family) => of([family])).concat([
    of(recipe.rejectionWeights.map(headFamily)),
    of([SHUFFLED]),
  ]);
}

/** Stage 5: the chosen settings decoded on the test texts. */
async function decodeChosen(
  input: HeadsInput,
  heads: Map<string, AcceptanceHead>,
  settings: MeasuredSetting[],
): Promise<HeadsResults["decoded"]> {
  const { recipe, folder } = input;
  const decoded: HeadsResults["decoded"] = [];
  for (const [i, { family, setting }] of chosenFamilies(recipe, settings).entries()) {
    decoded.push(
      await stage(new URL(`decoded-${i}.json`, folder), async () => {
        const committed = committedVariants(recipe).find(({ rejectionWeight }) =>
          headFamily(rejectionWeight) === family
        );
        const predictor = family === SHUFFLED
          ? shuffledPredictor(controlHead(recipe, heads), recipe.seed)
          : committed && headPredictor(heads.get(variantName(committed))!);
        const measuring = measuringOf(input, "test", `decoding, ${family}`);
        const texts = await decodeSetting(measuring, { family, setting }, predictor);
        return {
          family,
          setting,
          tokens: texts.map(({ tokens }) => tokens.length),
          targetCalls: texts.map(({ targetCalls }) => targetCalls),
          discarded: texts.map(({ discarded }) => discarded),
        };
      }),
    );
  }
  return decoded;
}

function measuringOf(input: HeadsInput, split: "dev" | "test", what: string): Measuring {
  const { draft, target, prompts, recipe, stop, onProgress } = input;
  return {
    draft,
    target,
    prompts: prompts[split],
    textTokens: recipe.textTokens,
    seed: recipe.seed,
    split,
    ...(stop === undefined ? {} : { stop }),
    onText: (done) => onProgress?.(what, done, prompts[split].length),
  };
}

/** What the file holds, or else what `work` gives, which is written there. */
async function stage<T>(file: URL, work: () => Promise<T>): Promise<T> {
  const text = await readText(file);
  if (text !== undefined) return JSON.parse(text);
  const result = await work();
  await writeWhole(file, JSON.stringify(result));
  return result;
}

async function readText(file: URL): Promise<string | undefined> {
  const bytes = await readBytes(file);
  return bytes && new TextDecoder().decode(bytes);
}

async function readBytes(file: URL): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
