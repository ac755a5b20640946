import { assert, assertEquals, assertLess, assertNotEquals, assertRejects } from "@std/assert";
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { encodeHead, withFeatures } from "offprint/decoding/heads/mod.ts";
import {
  committedVariants,
  HEADS_FOLDER,
  headsOfPair,
  headsPrompts,
  type HeadsRecipe,
  headsRecipe,
  loadHeads,
  remeasureHeads,
  resolveHeads,
  variantName,
  weightsHash,
} from "offprint/papers/specdecpp/heads/mod.ts";
import { stretchChains } from "offprint/papers/specdecpp/mod.ts";
import { command } from "offprint/commands/train_heads.ts";
import { headsPage } from "offprint/papers/specdecpp/heads/page.ts";
import { type HeadsInput, trainHeads } from "offprint/papers/specdecpp/heads/pipeline.ts";
import type { Prompt } from "offprint/papers/specdecpp/heads/prompts.ts";
import { UserError } from "offprint/errors.ts";
import { readTransformer } from "offprint/lm/transformer/mod.ts";
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
});

Deno.test("heads are refused for other models before any is opened, with the line that trains them", async () => {
  const own = await headsOfPair({ draft: "sotu-draft", target: "sotu-target" }, "");
  assert(own.own);
  assertEquals(own.results.models.draft.name, "sotu-draft");
  const models = pathToFileURL(`${await Deno.makeTempDir()}/`);
  try {
    // The same heads elsewhere are still those of the project's models; of other weights they are not.
    const heads = new URL("heads/", models);
    await Deno.mkdir(heads);
    for await (const { name } of Deno.readDir(HEADS_FOLDER)) {
      await Deno.copyFile(new URL(name, HEADS_FOLDER), new URL(name, heads));
    }
    const sotu = { draft: "sotu-draft", target: "sotu-target" };
    assert((await headsOfPair(sotu, fileURLToPath(heads))).own);
    const sums = new URL("../../../data/models/sums/", import.meta.url);
    const { results } = own;
    const measured = { name: "sums", sha256: await weightsHash(sums), perplexity: null };
    await Deno.writeTextFile(
      new URL("results.json", heads),
      JSON.stringify({ ...results, models: { draft: measured, target: measured } }),
    );
    const others = await headsOfPair({ draft: "sums", target: "sums" }, fileURLToPath(heads));
    assert(!others.own);
    const copy = new URL("a draft/", models);
    await Deno.mkdir(copy);
    const draft = new URL("../../../data/models/sotu-draft/", import.meta.url);
    for (const name of ["config.json", "tokenizer.json"]) {
      await Deno.copyFile(new URL(name, draft), new URL(name, copy));
    }
    // No weights of a model: whoever opened it would say so.
    await Deno.writeTextFile(new URL("model.safetensors", copy), "other weights");
    const path = fileURLToPath(copy).slice(0, -1);
    const { message } = await assertRejects(
      () => headsOfPair({ draft: path, target: "sotu-target" }, ""),
      UserError,
    );
    assertEquals(
      message,
      `heads in data/heads: got draft ${JSON.stringify(path)} (weights 53959fa102f3…), ` +
        'expected "sotu-draft" (d19d0dc11984…), with which they were measured. ' +
        `Run deno task train-heads --draft '${path}' --target sotu-target --to out/heads/a-draft-sotu-target, ` +
        'and then set headsFolder to "out/heads/a-draft-sotu-target".',
    );
    // Heads that were trained on such advice are found again.
    const named = new URL(`draft-${crypto.randomUUID()}/`, models);
    await Deno.rename(copy, named);
    const name = basename(fileURLToPath(named));
    const trained = new URL(`../../../out/heads/${name}-sotu-target/`, import.meta.url);
    await Deno.mkdir(trained, { recursive: true });
    try {
      for await (const { name } of Deno.readDir(HEADS_FOLDER)) {
        await Deno.copyFile(new URL(name, HEADS_FOLDER), new URL(name, trained));
      }
      const draft = { ...results.models.draft, name, sha256: await weightsHash(named) };
      await Deno.writeTextFile(
        new URL("results.json", trained),
        JSON.stringify({ ...results, models: { ...results.models, draft } }),
      );
      const asked = { draft: fileURLToPath(named), target: "sotu-target" };
      await assertRejects(
        () => headsOfPair(asked, ""),
        UserError,
        `Heads for these two are in out/heads/${name}-sotu-target: set headsFolder to "out/heads/${name}-sotu-target".`,
      );
      // Of two others with the same names they are left alone.
      await Deno.writeTextFile(new URL("model.safetensors", named), "weights of yet another");
      await assertRejects(
        () => headsOfPair(asked, ""),
        UserError,
        `--to out/heads/${name}-sotu-target-2, and then set headsFolder to "out/heads/${name}-sotu-target-2".`,
      );
    } finally {
      await Deno.remove(trained, { recursive: true });
      await Deno.rename(named, copy);
    }
    await assertRejects(
      () => headsOfPair({ draft: "sums", target: "sotu-target" }, "data/heads"),
      UserError,
      "Choose a draft trained with the target's tokenizer",
    );
    await Deno.remove(new URL("model.safetensors", copy));
    await Deno.writeTextFile(new URL("model.onnx", copy), "a graph");
    await assertRejects(
      () => headsOfPair({ draft: path, target: "sotu-target" }, ""),
      UserError,
      "got no model.safetensors",
    );
  } finally {
    await Deno.remove(models, { recursive: true });
  }
});

Deno.test("a corpus with too few sentences is named, with what it has for each purpose", async () => {
  const { tokenizer } = await readTransformer("sotu-target");
  const told = async (recipe: HeadsRecipe) =>
    (await assertRejects(() => headsPrompts(recipe, "tiny", tokenizer, root), UserError)).message;
  assertEquals(
    await told(await headsRecipe()),
    'corpus "tiny", whose sentences begin the prompts: got a recipe with prompts.training 2000, ' +
      "prompts.dev 100, prompts.test 200, expected prompts.training at most 114 from 2 documents, " +
      "prompts.dev at most 35 from 1 document, prompts.test at most 0 from 0 documents, " +
      "each prompt of 16 tokens. " +
      "Name with --corpus one with two held-out documents: dev and test share none.",
  );
  // The recipe that --help names for a small corpus needs only what is not there at all.
  const small = await headsRecipe(
    new URL("../../../data/heads/small-recipe.json", import.meta.url),
  );
  const message = await told(small);
  assert(message.includes("expected prompts.test at most 0") && !message.includes("at most 114"));
  assert(String(command.usage).includes("data/heads/small-recipe.json"));
  for (const field of Object.keys(small)) assert(String(command.usage).includes(field), field);
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
  await assertRejects(() => command.run(["--target", "tiny"]), UserError, "deno task train tiny");
  await Deno.writeTextFile(file, JSON.stringify(recipe));
  await assertRejects(
    () => command.run(["--recipe", fileURLToPath(file), "--draft", fileURLToPath(root)]),
    UserError,
    "model",
  );
});
