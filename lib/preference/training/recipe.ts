/**
 * What fixes a model that was trained on pairs: `data/models/NAME/recipe.json` of kind `preference`.
 *
 * @module
 */
import { z } from "zod";
import { Described, UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import { modelFolder } from "offprint/lm/transformer/mod.ts";
import { LOSS_NAMES } from "../losses/standard_losses.ts";

const positive = z.int().positive();

/** The schema of a recipe of kind `preference`. */
export const preferenceRecipeSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  kind: z.literal("preference"),
  /** One line on what the model is for. */
  purpose: z.string(),
  /** The model it starts from and is compared with, by name in `data/models`. */
  base: z.string(),
  /** A file of pairs, from the project's folder on. */
  pairs: z.string(),
  /** The last so many pairs are not trained on; the curves are of them. */
  heldOut: positive,
  /** What happens to pairs that do not fit the context. */
  truncation: z.enum(["error", "drop", "keep"]),
  seed: z.int(),
  loss: z.strictObject({
    name: z.enum(LOSS_NAMES as [string, ...string[]]),
    options: z.record(z.string(), z.union([z.number(), z.boolean()])),
    /** Which tokens count: all, or those outside the longest common alignment. */
    mask: z.enum(["none", "differing"]),
  }),
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
});

/** Everything that fixes a model trained on pairs. */
export type PreferenceRecipe = z.infer<typeof preferenceRecipeSchema>;

/**
 * Reads the recipe of a model that is trained on pairs.
 *
 * @throws {UserError} when a field is missing or wrong.
 */
export async function preferenceRecipe(name: string): Promise<PreferenceRecipe> {
  const where = `data/models/${name}/recipe.json`;
  const value = JSON.parse(await readText(new URL("recipe.json", modelFolder(name))));
  const parsed = preferenceRecipeSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new UserError({
    what: `${where}: ${issue.path.join(".")}`,
    got: new Described(issue.code),
    expected: issue.message,
  });
}
