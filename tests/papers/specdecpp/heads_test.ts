import { assert, assertEquals, assertLess, assertNotEquals, assertRejects } from "@std/assert";
import { fileURLToPath, pathToFileURL } from "node:url";
import { encodeHead, withFeatures } from "offprint/decoding/heads/mod.ts";
import {
  checkModels,
  committedVariants,
  type HeadsRecipe,
  headsRecipe,
  loadHeads,
  remeasureHeads,
  resolveHeads,
  variantName,
} from "offprint/papers/specdecpp/heads/mod.ts";
import { stretchChains } from "offprint/papers/specdecpp/mod.ts";
import { command } from "offprint/commands/train_heads.ts";
import { headsPage } from "offprint/papers/specdecpp/heads/page.ts";
import { type HeadsInput, trainHeads } from "offprint/papers/specdecpp/heads/pipeline.ts";
import type { Prompt } from "offprint/papers/specdecpp/heads/prompts.ts";
import { UserError } from "offprint/errors.ts";
import { markovModel } from "offprint/lm/exact/mod.ts";
import { mean } from "offprint/stats.ts";

const kinds = [
  { acceptance: 0.97, share: 0.6, certainty: 0.95 },
  { acceptance: 0.3, share: 0.4, certainty: 0.6 },
];
const chains = stretchChains({ kinds, persistence: 0.6 });
const draft = withFeatures(
  markovModel(chains.draft),
  (text) => Float32Array.from({ length: 8 }, (_, token) => token === text.at(-1) ? 1 : 0),
);
const target = markovModel(chains.target);
const recipe: HeadsRecipe = {
  ...await headsRecipe(),
  prompts: { tokens: 1, training: 70, dev: 8, test: 10 },
  textTokens: 40,
  branch: 8,
  head: { depth: 0, tied: true },
  rejectionWeights: [1, 6],
  training: { batch: 64, epochs: 4, peak: 0.05, warmUp: 0.03 },
  constants: [1, 2, 3],
  thresholds: [0.2, 0.5, 0.8],
  confidences: [0.4],
  topProbabilities: [0.3],
  ablation: { rejectionWeight: 6, depths: [1], untied: [], mixing: [0.5] },
};
const prompts = (count: number): Prompt[] =>
  Array.from({ length: count }, (_, i) => ({
    document: `d${i}`,
    text: `${i % 8}`,
    tokens: [i % 8],
  }));
const root = pathToFileURL(`${await Deno.makeTempDir()}/`);
const input: HeadsInput = {
  recipe,
  draft,
  target,
  models: {
    draft: { name: draft.name, sha256: "d", perplexity: 3 },
    target: { name: target.name, sha256: "t", perplexity: null },
  },
  prompts: { training: prompts(70), dev: prompts(8), test: prompts(10) },
  folder: new URL("work/", root),
};

Deno.test("from two models to heads and results; stopped in between it goes on to the same", async () => {
  const asked: string[] = [];
  const { heads, results } = await trainHeads({
    ...input,
    onProgress: (what, done, of) => {
      assert(done <= of);
      asked.push(what);
    },
  });
  assertEquals([...heads.keys()].sort(), [
    "w1-depth0-r0.15",
    "w6-depth0-r0.15",
    "w6-depth0-r0.5",
    "w6-depth1-r0.15",
  ]);
  assertEquals(results.data.positions, 70 * 40);
  const { trained, shuffled, constant } = results.divergences;
  assertEquals(trained.length, 10);
  assertLess(mean(trained), mean(constant));
  assertLess(mean(trained), mean(shuffled));
  assertEquals(results.decoded.map(({ family }) => family.replace(/w = \d+/, "w")), [
    "constant K",
    "+2/−1 heuristic",
    "confidence of the last token",
    "product of top probabilities",
    "SpecDec++, w",
    "SpecDec++, shuffled head",
  ]);
  for (const { tokens } of results.decoded) assertEquals(tokens, new Array(10).fill(40));
  for (const { times } of results.replayed) assertEquals(times.length, 10);
  // 3 constants, heuristic, 2 thresholds without a head; 3 thresholds for oracle, 4 heads and the control.
  assertEquals(results.settings.length, 6 + 3 * 6);
  assert(headsPage(results).includes("| w6-depth1-r0.15 | no |"));

  // Texts, heads and logs are there; one head and the decoded texts are missing.
  await Deno.remove(new URL("w6-depth1-r0.15.safetensors", input.folder));
  await Deno.remove(new URL("decoded-1.json", input.folder));
  const again: string[] = [];
  const second = await trainHeads({ ...input, onProgress: (what) => again.push(what) });
  assertEquals(second.results, results);
  assertEquals([...new Set(again)].filter((what) => what.startsWith("head ")).length, 1);
  assertEquals([...new Set(again)].filter((what) => what.startsWith("decoding")), [
    "decoding, +2/−1 heuristic",
  ]);

  await assertRejects(
    () => trainHeads({ ...input, recipe: { ...recipe, seed: 2 } }),
    UserError,
    "Start again with --fresh",
  );

  // Measured again: the same from the same seed, something else from another, and ablations stay.
  const committed = {
    results,
    prompts: { dev: input.prompts.dev, test: input.prompts.test },
    heads: new Map([1, 6].map((weight) => [weight, heads.get(`w${weight}-depth0-r0.15`)!])),
  };
  const sorted = ({ settings, ...rest }: typeof results) => ({
    ...rest,
    settings: settings.toSorted((a, b) => a.family < b.family ? -1 : a.family > b.family ? 1 : 0),
  });
  const same = await remeasureHeads(committed, { draft, target, seed: recipe.seed });
  assertEquals(sorted(same), sorted(results));
  const other = await remeasureHeads(committed, { draft, target, seed: 2 });
  assertEquals(other.settings.length, results.settings.length);
  assertNotEquals(other.decoded, results.decoded);
  assertEquals(other.heads.map(({ curve }) => curve), results.heads.map(({ curve }) => curve));
  const ablated = (from: typeof results) => from.heads.filter((head) => !head.committed);
  assertEquals(ablated(other), ablated(results));

  // What the command writes is what a notebook reads.
  const folder = new URL("heads/", root);
  await Deno.mkdir(folder);
  const write = (name: string, value: unknown) =>
    Deno.writeTextFile(new URL(name, folder), JSON.stringify(value));
  await write("results.json", results);
  await write("prompts.json", { dev: input.prompts.dev, test: input.prompts.test });
  await assertRejects(() => loadHeads(folder), UserError, "expected an acceptance head");
  for (const variant of committedVariants(recipe)) {
    const name = variantName(variant);
    await Deno.writeFile(
      new URL(`${name}.safetensors`, folder),
      encodeHead(heads.get(name)!, "F16"),
    );
  }
  const loaded = await loadHeads(folder);
  assertEquals([...loaded.heads.keys()], [1, 6]);
  assertEquals(loaded.heads.get(6)!.draft, draft.name);
  assertEquals((await resolveHeads(fileURLToPath(folder))).href, folder.href);
  assertEquals((await resolveHeads("data/heads")).href, (await resolveHeads("")).href);
  await assertRejects(
    () => resolveHeads("no/heads"),
    UserError,
    'got "no/heads", expected a folder',
  );
  await write("results.json", { ...results, format: 2 });
  await assertRejects(() => loadHeads(folder), UserError, "results.json: format: got 2");
  await Deno.remove(new URL("results.json", folder));
  await assertRejects(() => loadHeads(folder), UserError, "Run deno task train-heads");
  await Deno.writeTextFile(new URL("model.safetensors", folder), "other weights");
  await assertRejects(
    () => checkModels(results, { draft: folder, target: folder }),
    UserError,
    "with which the heads were measured",
  );
});

Deno.test("recipe and command: one clear line each", async () => {
  const file = new URL("recipe.json", root);
  await Deno.writeTextFile(file, JSON.stringify({ ...recipe, mixing: 2 }));
  await assertRejects(() => headsRecipe(file), UserError, "mixing: got 2");
  await Deno.writeTextFile(file, "{");
  await assertRejects(() => headsRecipe(file), UserError, "a recipe of acceptance heads");
  await assertRejects(() => command.run(["--wieght", "3"]), UserError, "unknown option '--wieght'");
  await assertRejects(
    () => command.run(["--target", "nothing"]),
    UserError,
    'model: got "nothing"',
  );
  await Deno.writeTextFile(file, JSON.stringify(recipe));
  await assertRejects(
    () => command.run(["--recipe", fileURLToPath(file), "--draft", fileURLToPath(root)]),
    UserError,
    "model",
  );
});
