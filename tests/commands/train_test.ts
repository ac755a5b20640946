/** `deno task train tiny` from recipe to a folder that loads, and what each damaged file says. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath, pathToFileURL } from "node:url";
import { UserError } from "offprint/errors.ts";
import {
  evaluate,
  evaluateNgrams,
  perplexity,
  surprisal,
} from "offprint/lm/training/evaluation.ts";
import { loadModel } from "offprint/lm/load_model.ts";
import { readTransformer } from "offprint/lm/transformer/model_folder.ts";
import {
  encodeSafetensors,
  readSafetensors,
  type Tensor,
} from "offprint/lm/transformer/safetensors.ts";
import { encodeWeights, writeModel } from "offprint/lm/transformer/write_model.ts";
import { checkedRecipe, modelRecipe } from "offprint/lm/transformer/recipe.ts";
import { command } from "offprint/commands/train.ts";
import { forgetCheckpoint } from "offprint/lm/training/checkpoint.ts";
import { REFERENCE_FILES } from "offprint/preference/training/trainer.ts";
import { trainingData } from "offprint/lm/training/batches/training_data.ts";
import { conformance } from "../lm/conformance.ts";

const root = await Deno.makeTempDir();
const path = `${root}/model`;
const folder = pathToFileURL(`${path}/`);

function inRoot(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = fileURLToPath(new URL("../../lib/commands/main.ts", import.meta.url));
  const decoder = new TextDecoder();
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "--lock=deno.lock", "--frozen", program, "train", ...args],
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    env,
    stdout: "piped",
    stderr: "piped",
  }).output().then(({ code, stdout, stderr }) => ({
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  }));
}

Deno.test("train NAME trains, goes on where it stopped, writes the model and exits", async () => {
  const out = ["--out", `${root}/train`, "--to", path];
  const part = await inRoot(["tiny", ...out, "--minutes", "0.02"]);
  assertEquals(part.code, 0, part.stderr);
  const done = await inRoot(["tiny", ...out]);
  assertEquals(done.code, 0, done.stderr);
  assertEquals(done.stdout, "");
  assert(done.stderr.includes("held-out perplexity"), done.stderr);
  assert(done.stderr.includes("tokens/s"), done.stderr);
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assertEquals(files, [
    "README.md",
    "card.json",
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
  ]);
});

Deno.test("trained by the kernels, a model has the same bits on every instruction set", async () => {
  const weights: Uint8Array[] = [];
  for (const variant of ["portable", ""]) {
    const to = `${root}/native-${variant}`;
    const environment = variant === "" ? {} : { OFFPRINT_VARIANT: variant };
    const args = ["tiny", "--engine", "native", "--out", `${to}-train`, "--to", to];
    const done = await inRoot(args, environment);
    assertEquals(done.code, 0, done.stderr);
    weights.push(await Deno.readFile(`${to}/model.safetensors`));
    const { recipe } = JSON.parse(await Deno.readTextFile(`${to}/card.json`));
    assertEquals(recipe.training.engine, "native");
    // Another engine's checkpoint is another training's.
    assertEquals([...Deno.readDirSync(`${to}-train`)].map(({ name }) => name), ["tiny-native"]);
  }
  assertEquals(weights[0], weights[1]);
});

Deno.test("a checkpoint is forgotten, and nothing else in its folder", async () => {
  const own = pathToFileURL(`${root}/forget/`);
  await Deno.mkdir(own);
  const known = ["state.safetensors", "state.previous.safetensors", ...REFERENCE_FILES];
  for (const name of [...known, "notes.txt"]) await Deno.writeTextFile(new URL(name, own), name);
  await forgetCheckpoint(own);
  assertEquals([...Deno.readDirSync(own)].length, 3, "what a reference said is kept");
  await forgetCheckpoint(own, REFERENCE_FILES);
  assertEquals([...Deno.readDirSync(own)].map(({ name }) => name), ["notes.txt"]);
  await Deno.remove(new URL("notes.txt", own));
  await forgetCheckpoint(own);
  await forgetCheckpoint(own);
  await assertRejects(() => Deno.stat(own), Deno.errors.NotFound);
});

conformance("trained model from a folder", {
  model: async () => (await loadModel(path, { threads: 1 })).model,
  ceiling: 2e-5,
  hidden: true,
});

Deno.test("the card's numbers are those of the model as it was written", async () => {
  const { model, tokenizer, card } = await loadModel(path);
  const recipe = await modelRecipe("tiny");
  const data = await trainingData(recipe, new URL("corpora/", folder));
  assertEquals(card?.recipe, recipe);
  assertEquals(card?.data.sha256, data.documentsHash);
  assertEquals(tokenizer.encode("the United States"), data.tokenizer.encode("the United States"));
  const score = await evaluate(model, data.heldOut);
  assertEquals(score.tokens, data.heldOut[0]!.tokens.length);
  assertAlmostEquals(perplexity(score), card!.heldOut.perplexity, 1e-3);
  assert(perplexity(score) < 200);
  const ngrams = evaluateNgrams(data.train, data.heldOut, { order: 3, vocabSize: 512, bos: 0 });
  assertEquals(ngrams.map(perplexity), card!.heldOut.kneserNey.slice(0, 3));
  assert(card!.samples.every((text) => text.length > 20));
  await model.close();
});

Deno.test("surprisal is −log softmax", () => {
  assertAlmostEquals(surprisal(Float32Array.of(0, 0, 0, 0), 2), Math.log(4));
  assertAlmostEquals(surprisal(Float32Array.of(1000, 0), 1), 1000, 1e-3);
  assertEquals(surprisal(Float32Array.of(0, -Infinity), 1), Infinity);
});

/** Copies the trained folder, changes it, and returns the message of reading it. */
async function messageAfter(change: (at: URL) => Promise<void>): Promise<string> {
  const copy = pathToFileURL(`${await Deno.makeTempDir({ dir: root })}/`);
  for (const { name } of Deno.readDirSync(folder)) {
    await Deno.copyFile(new URL(name, folder), new URL(name, copy));
  }
  await change(copy);
  const error = await assertRejects(() => readTransformer(fileURLToPath(copy)), UserError);
  assert(!error.message.includes("\n"), error.message);
  return error.message;
}

async function changeTensor(at: URL, change: (tensors: Map<string, Tensor>) => void) {
  const file = new URL("model.safetensors", at);
  const { tensors } = await readSafetensors(file);
  change(tensors);
  await Deno.writeFile(file, encodeSafetensors(tensors, { dtype: "F16" }));
}

/** Other weights and their card are written, and the writing fails between the two. */
async function interruptedExport(at: URL): Promise<void> {
  const { tensors } = await readSafetensors(new URL("model.safetensors", at));
  tensors.get("model.norm.weight")!.data[5]! += 1;
  await Deno.mkdir(new URL("a folder", at));
  const encoded = await encodeWeights(tensors);
  const files: [string, string][] = [["a folder", ""], ["card.json", "{}"]];
  await assertRejects(() => writeModel(at, encoded, files), UserError, "a folder");
}

/** The folder of a model that was trained on pairs, with what its record says. */
async function asTraining(at: URL, record: object): Promise<void> {
  await Deno.remove(new URL("card.json", at));
  const content = JSON.stringify({ format: 1, recipe: {}, ...record });
  await Deno.writeTextFile(new URL("training.json", at), content);
}

Deno.test("each kind of damage to a model's folder is one clear line", async () => {
  const cases: [change: (at: URL) => Promise<void>, message: string][] = [
    [async (at) => {
      const file = new URL("model.safetensors", at);
      const bytes = await Deno.readFile(file);
      await Deno.writeFile(file, bytes.subarray(0, bytes.length >> 1));
    }, "truncated"],
    [
      (at) => changeTensor(at, (t) => t.get("model.norm.weight")!.data[5] = NaN),
      "NaN in model.norm.weight at 5",
    ],
    [
      (at) =>
        changeTensor(
          at,
          (t) => t.set("model.norm.weight", { shape: [64, 2], data: new Float32Array(128) }),
        ),
      "expected shape [128]",
    ],
    [(at) => changeTensor(at, (t) => t.delete("model.norm.weight")), "no tensor model.norm.weight"],
    [
      (at) => Deno.remove(new URL("model.safetensors", at)),
      "got no weights, expected model.safetensors",
    ],
    [(at) => Deno.writeTextFile(new URL("config.json", at), "{"), "expected JSON"],
    [async (at) => {
      const file = new URL("config.json", at);
      const config = JSON.parse(await Deno.readTextFile(file));
      await Deno.writeTextFile(file, JSON.stringify({ ...config, num_attention_heads: "two" }));
    }, "num_attention_heads"],
    [async (at) => {
      const file = new URL("tokenizer.json", at);
      const tokenizer = JSON.parse(await Deno.readTextFile(file));
      const { merges, vocab } = tokenizer.model;
      const [left, right] = merges.pop();
      delete vocab[left + right];
      await Deno.writeTextFile(file, JSON.stringify(tokenizer));
    }, "belongs to another model"],
    [(at) => Deno.remove(new URL("tokenizer.json", at)), "tokenizer.json: got"],
    [(at) => Deno.writeTextFile(new URL("card.json", at), "{}"), "card.json: format"],
    [
      // Whole and sound, but of another training.
      (at) => changeTensor(at, (t) => t.get("model.norm.weight")!.data[5]! += 1),
      "the weights of which card.json speaks",
    ],
    [interruptedExport, "the weights of which card.json speaks"],
    [(at) => asTraining(at, {}), "training.json: got no SHA-256 of the weights"],
    [
      (at) => asTraining(at, { weights: "0".repeat(64) }),
      "the weights of which training.json speaks",
    ],
  ];
  for (const [change, message] of cases) {
    const got = await messageAfter(change);
    assert(got.includes(message), `got "${got}", expected it to say "${message}"`);
  }
});

Deno.test("unknown names and wrong arguments are one clear line", async () => {
  await assertRejects(() => loadModel("gpt-5"), UserError, 'model: got "gpt-5", expected one of');
  // A recipe that has not been trained is a name that the project knows.
  for (const name of ["tiny", "data/models/tiny"]) {
    const untrained = () => loadModel(name);
    await assertRejects(untrained, UserError, "Train it with deno task train tiny.");
  }
  await assertRejects(() => loadModel("./nowhere"), UserError, 'got "./nowhere"');
  await assertRejects(() => command.run([]), UserError, "one model name");
  await assertRejects(
    () => command.run(["nothing"]),
    UserError,
    "sotu-draft, sotu-target, sums",
  );
  await assertRejects(() => command.run(["tiny", "--fast"]), UserError, "options among --out");
  await assertRejects(() => command.run(["tiny", "--minutes", "soon"]), UserError, "--minutes");
  await assertRejects(() => command.run(["tiny", "--seed", "1.5"]), UserError, "--seed");
  await assertRejects(() => command.run(["tiny", "--seed", "77"]), UserError, "--to FOLDER");
  await assertRejects(
    () => command.run(["tiny", "--engine", "torch"]),
    UserError,
    "one of jax, onnx, native",
  );
  await assertRejects(() => command.run(["tiny", "--engine", "native"]), UserError, "--to FOLDER");
  await assertRejects(
    () => command.run(["tiny-reward", "--engine", "native"]),
    UserError,
    "tiny-reward, which is trained on pairs",
  );
  const recipe = await modelRecipe("tiny");
  assertEquals(checkedRecipe("r", recipe), recipe);
  const wrong = { ...recipe, training: { ...recipe.training, peak: -1 } };
  let message = "";
  try {
    checkedRecipe("recipe.json", wrong);
  } catch (error) {
    message = (error as Error).message;
  }
  assert(message.startsWith("recipe.json: training.peak: got -1"), message);
});

Deno.test.afterAll(async () => {
  await Deno.remove(root, { recursive: true });
});
