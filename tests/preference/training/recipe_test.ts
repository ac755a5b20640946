/** `deno task train` on a recipe of kind `preference`. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { UserError } from "offprint/errors.ts";
import { command } from "offprint/commands/train.ts";
import { loadModel } from "offprint/lm/mod.ts";
import { modelRecipe, recipeKind } from "offprint/lm/transformer/mod.ts";
import { preferenceData, preferenceRecipe } from "offprint/preference/training/mod.ts";

const root = await Deno.makeTempDir();

Deno.test("a model is trained from its base, and the folder opens", async () => {
  const out = ["--out", `${root}/train`, "--to", `${root}/model`];
  assertEquals(await command.run(["tiny-preference", ...out]), 0);
  const { curve, finished, recipe } = JSON.parse(
    await Deno.readTextFile(`${root}/model/training.json`),
  );
  assertEquals([finished, recipe.base], [true, "sotu-draft"]);
  assertEquals(curve.map(({ step }: { step: number }) => step), [0, 2, 4]);
  assert(curve.at(-1).margin > curve[0].margin);
  const { model, tokenizer } = await loadModel(`${root}/model`);
  const sequence = await model.open(tokenizer.encode("The"));
  assertEquals(sequence.logits.length, model.vocabSize);
  sequence.close();
  await model.close();

  // The same recipe again ends with the same weights.
  const again = ["--out", `${root}/again`, "--to", `${root}/second`];
  assertEquals(await command.run(["tiny-preference", ...again]), 0);
  assertEquals(
    await Deno.readFile(`${root}/second/model.safetensors`),
    await Deno.readFile(`${root}/model/model.safetensors`),
  );
});

Deno.test("kinds are told apart, and a recipe that does not fit is one clear line", async () => {
  assertEquals(await recipeKind("tiny-preference"), "preference");
  assertEquals(await recipeKind("tiny"), "language-model");
  await assertRejects(
    () => modelRecipe("tiny-preference"),
    UserError,
    "tiny-preference/recipe.json",
  );
  await assertRejects(() => preferenceRecipe("tiny"), UserError, "tiny/recipe.json");
  const recipe = await preferenceRecipe("tiny-preference");
  await assertRejects(
    () => preferenceData({ ...recipe, heldOut: 5 }),
    UserError,
    "got 6 pairs, 5 of them held out, expected at least one batch of 2 beside them",
  );
  const file = pathToFileURL(`${root}/none.jsonl`).href;
  await assertRejects(() => preferenceData({ ...recipe, pairs: file }), UserError, "no such file");
});
