/** Pairs that a function of the repository makes. */
import { assertEquals, assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { readTransformer } from "offprint/lm/transformer/mod.ts";
import { madePairs } from "offprint/preference/training/made_pairs.ts";
import { rewardRecipe } from "offprint/preference/reward/mod.ts";

const { tokenizer } = await readTransformer("sotu-draft");
const context = { tokenizer, cache: new URL("file:///nowhere/") };

Deno.test("a recipe with made pairs is read, and names what makes them", async () => {
  const { pairs } = await rewardRecipe("era-reward");
  assertEquals(typeof pairs === "string" ? pairs : [pairs.module, pairs.make], [
    "offprint/papers/treebon/trio/mod.ts",
    "eraPairs",
  ]);
});

Deno.test("a missing module or function, and other pairs than the recipe's, are refused with one line", async () => {
  const recipe = {
    module: "offprint/papers/treebon/trio/mod.ts",
    make: "eraPairs",
    options: {},
    sha256: "0",
  };
  const refused = (more: Partial<typeof recipe>, line: string) =>
    assertRejects(() => madePairs("recipe", { ...recipe, ...more }, context), UserError, line);
  await refused({ module: "offprint/papers/none/mod.ts" }, "expected a module of this repository");
  await refused({ make: "nothing" }, 'recipe: pairs.make: got "nothing", expected a function of');
  await refused({}, "pairs of the eras: options");
});
