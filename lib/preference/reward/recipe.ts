/**
 * What fixes a reward model: `data/models/NAME/recipe.json` of kind `reward`.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { readText } from "offprint/files.ts";
import { modelFolder } from "offprint/lm/transformer/mod.ts";
import { pairRecipeFields } from "../training/recipe.ts";

/** The schema of a recipe of kind `reward`. */
export const rewardRecipeSchema = z.strictObject({
  ...pairRecipeFields,
  kind: z.literal("reward"),
  /** The two labels, each one token of the base's tokenizer. */
  labels: z.strictObject({ better: z.string(), worse: z.string() }),
});

/** Everything that fixes a reward model. */
export type RewardRecipe = z.infer<typeof rewardRecipeSchema>;

/**
 * Reads the recipe of a reward model.
 *
 * @throws {UserError} when a field is missing or wrong.
 */
export async function rewardRecipe(name: string): Promise<RewardRecipe> {
  return checkedJson(
    rewardRecipeSchema,
    await readText(new URL("recipe.json", modelFolder(name))),
    { what: `data/models/${name}/recipe.json` },
  );
}
