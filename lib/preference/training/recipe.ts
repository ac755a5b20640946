/**
 * What fixes a model that was trained on pairs: `data/models/NAME/recipe.json` of kind `preference`, and what
 * recipes of other kinds share with it.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { readText } from "offprint/files.ts";
import { modelFolder } from "offprint/lm/transformer/mod.ts";
import { LOSS_NAMES } from "../losses/standard_losses.ts";
import { madePairsSchema } from "./made_pairs.ts";

const positive = z.int().positive();

/** What every recipe of a training on pairs has beside its kind. */
export const pairRecipeFields = {
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  /** One line on what the model is for. */
  purpose: z.string(),
  /** The model it starts from, by name in `data/models`. A policy is also compared with it. */
  base: z.string(),
  /** A file of pairs, from the project's folder on, or the program that makes them. */
  pairs: z.union([z.string(), madePairsSchema]),
  /** Whether the end token is put behind every response. Default true. */
  ended: z.boolean().exactOptional(),
  /** This many pairs at the end are not trained on; the curves are measured on them. */
  heldOut: positive,
  /** What happens to pairs that do not fit the context. */
  truncation: z.enum(["error", "drop", "keep"]),
  seed: z.int(),
  training: z.strictObject({
    /** Pairs per step. */
    batch: positive,
    steps: positive,
    /** Highest learning rate, steps of linear warm-up, last rate as a part of the peak. */
    peak: z.number().positive(),
    warmUp: positive,
    floor: z.number().min(0).max(1),
    optimizer: z.discriminatedUnion("kind", [
      z.strictObject({
        kind: z.literal("adamw"),
        beta1: z.number().min(0).max(1),
        beta2: z.number().min(0).max(1),
        epsilon: z.number().positive(),
        weightDecay: z.number().min(0),
        clipNorm: z.number().positive(),
      }),
      z.strictObject({ kind: z.literal("sgd"), clipNorm: z.number().positive().exactOptional() }),
    ]),
    evaluateEvery: positive,
  }),
};

const pairRecipeSchema = z.strictObject(pairRecipeFields);

/** What recipes of trainings on pairs have in common. */
export type PairRecipe = z.infer<typeof pairRecipeSchema>;

/** The schema of a recipe of kind `preference`. */
export const preferenceRecipeSchema = z.strictObject({
  ...pairRecipeFields,
  kind: z.literal("preference"),
  loss: z.strictObject({
    name: z.enum(LOSS_NAMES as [string, ...string[]]),
    options: z.record(z.string(), z.union([z.number(), z.boolean()])),
    /** Which tokens count: all, or those outside the longest common alignment. */
    mask: z.enum(["none", "differing"]),
  }),
});

/** Everything that fixes a model trained on pairs. */
export type PreferenceRecipe = z.infer<typeof preferenceRecipeSchema>;

/**
 * Reads the recipe of a model that is trained on pairs.
 *
 * @throws {UserError} when a field is missing or wrong.
 */
export async function preferenceRecipe(name: string): Promise<PreferenceRecipe> {
  return checkedJson(
    preferenceRecipeSchema,
    await readText(new URL("recipe.json", modelFolder(name))),
    { what: `data/models/${name}/recipe.json` },
  );
}
