import { assert, assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath, pathToFileURL } from "node:url";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import { constantLength } from "offprint/decoding/policies/mod.ts";
import { UserError } from "offprint/errors.ts";
import { loadModel } from "offprint/lm/load_model.ts";
import { OnnxGraph } from "offprint/lm/onnx/graph.ts";
import { onnxModel } from "offprint/lm/onnx/transformer_model.ts";
import { openPublicModel } from "offprint/lm/public/public_model.ts";
import { stream } from "offprint/random.ts";
import { conformance } from "../conformance.ts";
import { publicGraph, type PublicVariant } from "./public_layout.ts";
import {
  publishedConfig as config,
  publishedFiles,
  publishedWeights as weights,
  writeFiles,
} from "../published_model.ts";

const root = await Deno.makeTempDir();

async function publish(name: string, addBos: boolean, variant: PublicVariant = {}): Promise<URL> {
  await writeFiles(`${root}/${name}`, publishedFiles(addBos, variant));
  return pathToFileURL(`${root}/${name}/`);
}

const plain = await publish("plain", false);
const beginning = await publish("beginning", true);
const narrow = await publish("narrow", true, {
  dtype: "float16",
  scalarInput: "num_logits_to_keep",
});
const fused = await publish("fused", false, { oneTextPerPass: true });

conformance("public layout, float16", {
  model: async () => (await loadModel(fileURLToPath(narrow), { threads: 1 })).model,
  ceiling: 5e-2,
});

conformance("public layout, one text per verify pass", {
  model: async () => (await loadModel(fileURLToPath(fused), { threads: 1 })).model,
  ceiling: 2e-5,
});

for (const [name, folder] of Object.entries({ plain, beginning })) {
  conformance(`public layout, ${name}`, {
    model: async () => (await loadModel(fileURLToPath(folder), { threads: 1 })).model,
    ceiling: 2e-5,
  });
}

Deno.test("the public layout gives the same logits as our own runtime", async () => {
  const { model, tokenizer } = await openPublicModel(beginning, { threads: 1 });
  const own = await onnxModel(config, weights, { threads: 1 });
  assertEquals([model.bos, model.contextLength], [own.bos, own.contextLength]);
  const tokens = tokenizer.encode("the States of the people");
  const [a, b] = [await model.open(tokens.slice(0, 2)), await own.open(tokens.slice(0, 2))];
  const rows = [await a.extend(tokens.slice(2)), await b.extend(tokens.slice(2))] as const;
  rows[0].logits.forEach((row, i) =>
    row.forEach((value, j) => assert(Math.abs(value - rows[1].logits[i]![j]!) < 1e-4))
  );
  a.close();
  b.close();
  await model.close();
  await own.close();
});

Deno.test("a float16 cache gives the logits of the float32 one, to its precision", async () => {
  const [a, b] = [await openPublicModel(narrow), await openPublicModel(beginning)];
  const tokens = a.tokenizer.encode("the people of the States and the people");
  const [left, right] = [await a.model.open([]), await b.model.open([])];
  const rows = [await left.extend(tokens), await right.extend(tokens)] as const;
  let largest = 0;
  rows[0].logits.forEach((row, i) => {
    assert(row instanceof Float32Array);
    row.forEach((value, j) => {
      const exact = rows[1].logits[i]![j]!;
      largest = Math.max(largest, Math.abs(value - exact) / (1 + Math.abs(exact)));
    });
  });
  assert(largest > 0 && largest < 1e-2, `${largest}`);
  await a.model.close();
  await b.model.close();
});

Deno.test("equally long texts run together, where the graph can", async () => {
  for (const [folder, several] of [[plain, true], [fused, false]] as const) {
    const { model } = await openPublicModel(folder, { threads: 1 });
    const starts = [[5, 6], [7, 8], [9, 10], [11, 12]];
    const batch = await Promise.all(starts.map((start) => model.open(start)));
    const single = await Promise.all(starts.map((start) => model.open(start)));
    const apart = await model.open([1, 2, 3]);
    for (const [count, together] of [[1, true], [3, several], [1, true]] as const) {
      const tokens = starts.map((_, i) => Array.from({ length: count }, (_, j) => 20 + 3 * i + j));
      const rows = await model.extendBatch([apart, ...batch], [[4], ...tokens]);
      // Rows of one pass are views of one buffer.
      const buffers = new Set(rows.slice(1).map((list) => list[0]!.buffer));
      assertEquals(buffers.size, together ? 1 : starts.length, `${count} tokens`);
      for (const [i, sequence] of single.entries()) {
        const { logits } = await sequence.extend(tokens[i]!);
        logits.forEach((row, j) =>
          row.forEach((value, k) => assert(Math.abs(value - rows[i + 1]![j]![k]!) < 2e-5))
        );
      }
    }
    await model.close();
  }
});

Deno.test("without model.onnx the only graph is taken, and of several none", async () => {
  const folder = await publish("quantised", false);
  await Deno.rename(new URL("onnx/model.onnx", folder), new URL("onnx/model_q4.onnx", folder));
  const { model } = await openPublicModel(folder, { threads: 1 });
  await model.close();
  await Deno.copyFile(new URL("onnx/model_q4.onnx", folder), new URL("onnx/b.onnx", folder));
  await assertRejects(
    () => openPublicModel(folder),
    UserError,
    "model.onnx: got no such file, expected one of b.onnx, model_q4.onnx.",
  );
});

Deno.test("without a begin-of-text token an empty prompt is refused", async () => {
  const { model } = await openPublicModel(plain, { threads: 1 });
  assertEquals([model.bos, model.contextLength], [undefined, 41]);
  await assertRejects(() => model.open([]), RangeError, "empty prompt");
  await model.close();
});

Deno.test("what is wrong with a public folder is one clear line", async () => {
  const folder = await publish("broken", false);
  const graph = new URL("onnx/model.onnx", folder);
  const fails = async (message: string, options = {}) => {
    const error = await assertRejects(() => openPublicModel(folder, options), UserError, message);
    assert(!error.message.includes("\n"), error.message);
  };
  await fails("no such file", { file: "model_q4.onnx" });
  const bytes = await Deno.readFile(graph);
  await Deno.writeFile(graph, bytes.subarray(0, 1000));
  await fails("a valid ONNX graph");
  const other = new OnnxGraph();
  const x = other.input("input_ids", "int64", ["B", "S"]);
  other.node("Identity", [x], ["logits"]);
  other.output("logits", "int64", ["B", "S"]);
  await Deno.writeFile(graph, other.model("no cache"));
  await fails("a graph without attention_mask");
  await Deno.writeFile(graph, publicGraph(config, weights, { scalarInput: "use_cache_branch" }));
  await fails("a graph with the input use_cache_branch");
  await Deno.writeTextFile(new URL("config.json", folder), "{}");
  await fails("config.json: model_type");
  await Deno.remove(new URL("config.json", folder));
  await fails("config.json");
});

/** Rewrites a JSON file of a folder. */
async function change(
  folder: URL,
  name: string,
  edit: (value: Record<string, unknown>) => unknown,
): Promise<void> {
  const file = new URL(name, folder);
  await Deno.writeTextFile(file, JSON.stringify(edit(JSON.parse(await Deno.readTextFile(file)))));
}

/** The logits after a few tokens. */
async function logitsOf(folder: URL): Promise<Float32Array> {
  const { model, tokenizer } = await loadModel(fileURLToPath(folder), { threads: 1 });
  const sequence = await model.open(tokenizer.encode("the people of"));
  const row = sequence.logits.slice();
  await model.close();
  return row;
}

Deno.test("GPT-2's names, a graph in the root, logits_to_keep and missing fields change nothing", async () => {
  const expected = await logitsOf(plain);
  const folder = await publish("gpt2", false, { scalarInput: "logits_to_keep" });
  await change(folder, "config.json", () => ({
    model_type: "gpt2",
    vocab_size: config.vocab_size,
    n_embd: config.hidden_size,
    n_layer: config.num_hidden_layers,
    n_head: config.num_attention_heads,
    n_positions: config.max_position_embeddings,
    num_key_value_heads: null,
    eos_token_id: [0, 7],
  }));
  await Deno.rename(new URL("onnx/model.onnx", folder), new URL("model.onnx", folder));
  assertEquals(await logitsOf(folder), expected);
  const { model, tokenizer } = await loadModel(fileURLToPath(folder));
  assertEquals([model.contextLength, tokenizer.ends], [config.max_position_embeddings, [0, 7]]);
  await model.close();
  // A byte order mark stops none of the readers.
  for (const name of ["config.json", "tokenizer.json", "tokenizer_config.json"]) {
    const file = new URL(name, folder);
    await Deno.writeTextFile(file, `\ufeff${await Deno.readTextFile(file)}`);
  }
  assertEquals(await logitsOf(folder), expected);
});

Deno.test("rows of padding are cut off, so models that differ in padding alone go together", async () => {
  const folder = await publish("padded", false, { padding: 24 });
  const size = config.vocab_size;
  await change(folder, "config.json", (value) => ({ ...value, vocab_size: size + 24 }));
  const padded = await loadModel(fileURLToPath(folder), { threads: 1 });
  const exact = await loadModel(fileURLToPath(plain), { threads: 1 });
  assertEquals([padded.model.vocabSize, exact.model.vocabSize], [size, size]);
  const expected = await logitsOf(plain);
  const row = await logitsOf(folder);
  assertEquals(row.length, size);
  row.forEach((value, i) => assert(Math.abs(value - expected[i]!) < 1e-4));
  const options = { draft: padded.model, target: exact.model, maxTokens: 12, prompt: [5, 6] };
  const { tokens } = await speculate({
    ...options,
    candidates: constantLength(3),
    random: stream(1),
  });
  assert(tokens.length === 12 && tokens.every((token) => token < size));
  await padded.model.close();
  await exact.model.close();
  // A tokenizer with more tokens than the model is another model's.
  await change(folder, "config.json", (value) => ({ ...value, vocab_size: size - 1 }));
  await assertRejects(() => openPublicModel(folder), UserError, `expected at most ${size - 1}`);
});

Deno.test("a begin-of-text token that only the template names: open([]) works", async () => {
  const folder = await publish("llama3", false);
  await Deno.writeTextFile(new URL("tokenizer_config.json", folder), "{}");
  await change(folder, "tokenizer.json", (value) => ({
    ...value,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<|endoftext|>", type_id: 0 } }, {
        Sequence: { id: "A", type_id: 0 },
      }],
      pair: [],
      special_tokens: {
        "<|endoftext|>": { id: "<|endoftext|>", ids: [0], tokens: ["<|endoftext|>"] },
      },
    },
  }));
  const { model } = await openPublicModel(folder, { threads: 1 });
  const same = await openPublicModel(beginning, { threads: 1 });
  assertEquals([model.bos, model.contextLength], [0, config.max_position_embeddings - 1]);
  assertEquals((await model.open([])).logits, (await same.model.open([])).logits);
  await model.close();
  await same.model.close();
});

Deno.test("a configuration that is none names the field under all its names", async () => {
  const folder = await publish("lacking", false);
  await change(folder, "config.json", ({ hidden_size: _, ...rest }) => rest);
  await assertRejects(() => openPublicModel(folder), UserError, "hidden_size: got nothing");
  await assertRejects(() => openPublicModel(folder), UserError, "or as n_embd");
  await change(folder, "config.json", (value) => ({
    ...value,
    hidden_size: 127,
    head_dim: null,
  }));
  await assertRejects(() => openPublicModel(folder), UserError, "head_dim");
});

Deno.test.afterAll(async () => {
  await Deno.remove(root, { recursive: true });
});
