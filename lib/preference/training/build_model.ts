/**
 * From a recipe of kind `preference` to the folder of a model: base, pairs, training, and a page that says what
 * came out.
 *
 * @module
 */
import {
  encodeWeights,
  prettyJson,
  readTransformer,
  type SavedTransformer,
  type Tensor,
  tensorShapes,
  writeModel,
} from "offprint/lm/transformer/mod.ts";
import { lossByName } from "../losses/standard_losses.ts";
import { encodePairs, type TokenPair } from "../pairs/encode.ts";
import { readPairs } from "../pairs/pair.ts";
import { pairsHash } from "../pairs/reference.ts";
import { Described, UserError } from "offprint/errors.ts";
import type { PreferencePoint } from "./curve.ts";
import { madePairs } from "./made_pairs.ts";
import { marginMethod } from "./margin_method.ts";
import type { PairRecipe, PreferenceRecipe } from "./recipe.ts";
import { type PreferenceOptions, type PreferenceResult, trainPreference } from "./trainer.ts";

const ROOT = new URL("../../../", import.meta.url);

/** What a recipe is trained on. */
export interface PreferenceData<Recipe extends PairRecipe = PreferenceRecipe> {
  recipe: Recipe;
  base: SavedTransformer;
  train: TokenPair[];
  heldOut: TokenPair[];
  /** Ids of pairs that did not fit the context and were dropped or cut. */
  cut: string[];
}

/**
 * Opens the base and encodes the pairs.
 *
 * @param cache where text from outside is kept that pairs are made from; ends with a slash.
 * @throws {UserError} when a file is missing or wrong, or no pair is left to train on.
 */
export async function preferenceData<Recipe extends PairRecipe>(
  recipe: Recipe,
  cache: URL = new URL("out/train/corpora/", ROOT),
): Promise<PreferenceData<Recipe>> {
  const base = await readTransformer(recipe.base);
  const { tokenizer, config } = base;
  const { name, pairs: from, ended = true } = recipe;
  const pairs = typeof from === "string"
    ? await readPairs(new URL(from, ROOT))
    : await madePairs(`data/models/${name}/recipe.json`, from, { tokenizer, cache });
  const encoded = encodePairs(tokenizer, pairs, {
    contextLength: config.max_position_embeddings - 1,
    end: ended ? tokenizer.eos : undefined,
    truncation: recipe.truncation,
  });
  const count = encoded.pairs.length - recipe.heldOut;
  if (count < recipe.training.batch) {
    throw new UserError({
      what: `training ${recipe.name}`,
      got: new Described(`${encoded.pairs.length} pairs, ${recipe.heldOut} of them held out`),
      expected: `at least one batch of ${recipe.training.batch} beside them`,
    });
  }
  return {
    recipe,
    base,
    train: encoded.pairs.slice(0, count),
    heldOut: encoded.pairs.slice(count),
    cut: [...encoded.cutOnOneSide, ...encoded.cutOnBothSides],
  };
}

/** Trains a recipe, going on from the last checkpoint in the folder. */
export function trainRecipe(
  { recipe, base, train, heldOut }: PreferenceData,
  options: PreferenceOptions,
): Promise<PreferenceResult> {
  const { loss, training, seed } = recipe;
  const { batch, evaluateEvery, optimizer } = training;
  return trainPreference({
    config: base.config,
    start: base.weights,
    method: marginMethod(lossByName(loss.name, loss.options), { mask: loss.mask }),
    train,
    evaluation: heldOut,
    settings: { batch, schedule: training, optimizer, evaluateEvery, seed },
  }, options);
}

/**
 * Writes the model into `folder` (ends with a slash): float16 weights with the base's configuration and
 * tokenizer, `training.json` with recipe, hashes and curve, and a page.
 */
export async function exportPreferenceModel(
  { recipe, base, train }: PreferenceData,
  { weights, curve, step, finished }: PreferenceResult,
  folder: URL,
): Promise<void> {
  const record = { format: 1, recipe, finished, step, pairs: await pairsHash(train), curve };
  const page = modelPage(recipe, curve, finished, {
    made: `Trained from \`${recipe.base}\` on ${pairsText(recipe)} with the loss ` +
      `\`${recipe.loss.name}\``,
    curve: "Means over the held-out pairs: log-probabilities in nats, margin against the base, " +
      "share of pairs in the right order.",
    right: "right order",
  });
  await writeModelFolder(folder, { base, weights, record, page });
}

/**
 * Writes a model that was trained from `base` into `folder` (ends with a slash): float16 weights, the base's
 * configuration and tokenizer, the page as `README.md`, and the record with the weights' hash as `training.json`.
 */
export async function writeModelFolder(
  folder: URL,
  { base, weights, record, page }: {
    base: SavedTransformer;
    weights: ReadonlyMap<string, Float32Array>;
    record: Record<string, unknown>;
    page: string;
  },
): Promise<void> {
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of tensorShapes(base.config)) {
    tensors.set(name, { shape, data: weights.get(name)! });
  }
  const encoded = await encodeWeights(tensors);
  const copied = async (name: string): Promise<[string, Uint8Array]> => [
    name,
    await Deno.readFile(new URL(name, base.folder)),
  ];
  await writeModel(folder, encoded, [
    ["config.json", prettyJson(base.config)],
    await copied("tokenizer.json"),
    await copied("tokenizer_config.json"),
    ["README.md", page],
    ["training.json", prettyJson({ ...record, weights: encoded.sha256 })],
  ]);
}

/** What a model's page says of its own. */
export interface ModelPage {
  /** What kind of model it is and how it was trained: whole sentences, the last without its full stop. */
  made: string;
  /** What the numbers of the curve are. */
  curve: string;
  /** Title of the column with the share of pairs in the right order. */
  right: string;
}

/** The page of a model that was trained on pairs, with its curve. */
export function modelPage(
  recipe: Pick<PairRecipe, "name" | "purpose">,
  points: readonly Pick<PreferencePoint, "step" | "chosen" | "rejected" | "margin" | "accuracy">[],
  finished: boolean,
  { made, curve, right }: ModelPage,
): string {
  const rows = points.map(({ step, chosen, rejected, margin, accuracy }) =>
    `| ${step} | ${chosen.toFixed(2)} | ${rejected.toFixed(2)} | ${margin.toFixed(2)} | ${
      (100 * accuracy).toFixed(0)
    } % |`
  );
  return `# ${recipe.name}

${recipe.purpose}

${made}${
    finished ? "" : " (**training was not finished**)"
  }. Built by \`deno task train ${recipe.name}\`; all numbers in \`recipe.json\`.

## Curve

${curve}

| step | chosen | rejected | margin | ${right} |
|---|---|---|---|---|
${rows.join("\n")}
`;
}

/** Where a recipe's pairs come from, in words. */
export function pairsText({ pairs }: Pick<PairRecipe, "pairs">): string {
  return typeof pairs === "string"
    ? `the pairs of \`${pairs}\``
    : `the pairs that \`${pairs.make}\` of \`${pairs.module}\` makes`;
}
