/**
 * Everything that fixes a trained model: `data/models/NAME/recipe.json`. The same recipe on the same
 * machine gives the same weights, bit for bit; with the engine `native` on every machine.
 *
 * @module
 */
import { z } from "zod";
import { checkedValue, jsonOf } from "offprint/checked_json.ts";
import { UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import { jsonHash } from "../corpora/corpus.ts";
import { type TransformerConfig, transformerConfig } from "./config.ts";

const positive = z.int().positive();
const fraction = z.number().min(0).max(1);

/** What can do the arithmetic of a training. */
export const TRAINING_ENGINES = ["jax", "onnx", "native"] as const;

/** The schema of `data/models/NAME/recipe.json`. */
export const modelRecipeSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  /** Language models may leave it out; other kinds have recipes of their own. */
  kind: z.literal("language-model").exactOptional(),
  /** One line on what the model is for. */
  purpose: z.string(),
  /** A recipe in `data/corpora`. */
  corpus: z.string(),
  seed: z.int(),
  model: z.strictObject({
    vocabSize: positive,
    width: positive,
    layers: positive,
    heads: positive,
    keyValueHeads: positive,
    feedForward: positive,
    contextLength: positive,
  }),
  training: z.strictObject({
    /** What does the arithmetic, jax-js where it is not given; see `training/engines/engine.ts`. */
    engine: z.enum(TRAINING_ENGINES).exactOptional(),
    /** Windows per step; a window is `contextLength` tokens. */
    batch: positive,
    /** Passes over the corpus. */
    epochs: positive,
    /** For corpora of records: tokens of an epoch at most; the records beyond them are left out. */
    tokens: positive.exactOptional(),
    /** Highest learning rate. */
    peak: z.number().positive(),
    /** Steps of linear warm-up. */
    warmUp: positive,
    /** Last learning rate, as a part of the peak. */
    floor: fraction,
    beta1: fraction,
    beta2: fraction,
    epsilon: z.number().positive(),
    weightDecay: z.number().min(0),
    clipNorm: z.number().positive(),
    /** Steps between two points of the held-out curve. */
    evaluateEvery: positive,
  }),
});

/** Everything that fixes a trained model. */
export type ModelRecipe = z.infer<typeof modelRecipeSchema>;

const MODELS = new URL("../../../data/models/", import.meta.url);

/** The folder of a committed model; ends with a slash. */
export function modelFolder(name: string): URL {
  return new URL(`${name}/`, MODELS);
}

/** The names of the models that have a recipe, sorted. */
export async function recipeNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(MODELS)) {
    if (!entry.isDirectory) continue;
    const recipe = new URL(`${entry.name}/recipe.json`, MODELS);
    if (await Deno.stat(recipe).then(() => true, () => false)) names.push(entry.name);
  }
  return names.sort();
}

/** The kinds of recipes. */
const KINDS = ["language-model", "preference", "reward"] as const;

/** What a recipe makes: a language model, a policy trained on preference pairs, or a reward model. */
export type RecipeKind = typeof KINDS[number];

/**
 * What kind of model a recipe is for.
 *
 * @throws {UserError} for an unknown name (the known ones are listed) or an unknown kind.
 */
export async function recipeKind(name: string): Promise<RecipeKind> {
  const known = await recipeNames();
  if (!known.includes(name)) {
    throw new UserError({ what: "model", got: name, expected: `one of ${known.join(", ")}` });
  }
  const text = await readText(new URL("recipe.json", modelFolder(name)));
  const what = `data/models/${name}/recipe.json`;
  const { kind = "language-model" } = jsonOf(text, { what }) as { kind?: unknown };
  const found = KINDS.find((each) => each === kind);
  if (found !== undefined) return found;
  throw new UserError({
    what: `data/models/${name}/recipe.json: kind`,
    got: kind,
    expected: `one of ${KINDS.join(", ")}`,
  });
}

/**
 * Reads the recipe of a language model.
 *
 * @throws {UserError} for an unknown name (the known ones are listed) or a malformed file.
 */
export async function modelRecipe(name: string): Promise<ModelRecipe> {
  const known = await recipeNames();
  if (!known.includes(name)) {
    throw new UserError({ what: "model", got: name, expected: `one of ${known.join(", ")}` });
  }
  const text = await readText(new URL("recipe.json", modelFolder(name)));
  const what = `data/models/${name}/recipe.json`;
  return checkedRecipe(what, jsonOf(text, { what }));
}

/**
 * Checks the value of a `recipe.json`.
 *
 * @throws {UserError} when a field is missing or wrong.
 */
export function checkedRecipe(where: string, value: unknown): ModelRecipe {
  return checkedValue(modelRecipeSchema, value, { what: where });
}

/** The configuration that a recipe trains. `vocabSize` is the tokenizer's, if that is smaller than asked. */
export function recipeConfig(recipe: ModelRecipe, vocabSize: number): TransformerConfig {
  return transformerConfig({ ...recipe.model, vocabSize });
}

/** A hash of all that changes the result; a checkpoint is resumed only under the same one. */
export function recipeHash(recipe: ModelRecipe, corpusHash: string): Promise<string> {
  const { purpose: _purpose, ...fixing } = recipe;
  return jsonHash([fixing, corpusHash]);
}
