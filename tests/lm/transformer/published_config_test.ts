/** LLaMAs from elsewhere: what their folders may hold, and what is said where one cannot be run. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fileURLToPath, pathToFileURL } from "node:url";
import { UserError } from "offprint/errors.ts";
import { loadModel } from "offprint/lm/load_model.ts";
import { tensorShapes } from "offprint/lm/transformer/config.ts";
import { readTransformer } from "offprint/lm/transformer/model_folder.ts";
import { publishedConfig } from "offprint/lm/transformer/published_config.ts";
import { encodeSafetensors, type Tensor } from "offprint/lm/transformer/safetensors.ts";
import {
  publishedConfig as config,
  publishedFiles,
  publishedWeights as weights,
  writeFiles,
} from "../published_model.ts";

const root = await Deno.makeTempDir();
const shapes = tensorShapes(config);
const tensors = new Map<string, Tensor>(
  [...weights].map(([name, data]) => [name, { shape: shapes.get(name)!, data }]),
);

/** What Hugging Face writes for a LLaMA, with the keys that say nothing about the computation. */
const published = {
  architectures: ["LlamaForCausalLM"],
  attention_bias: false,
  attention_dropout: 0.0,
  bos_token_id: 0,
  eos_token_id: [0, 5],
  hidden_act: "silu",
  hidden_size: config.hidden_size,
  initializer_range: 0.02,
  intermediate_size: config.intermediate_size,
  max_position_embeddings: config.max_position_embeddings,
  mlp_bias: false,
  model_type: "llama",
  num_attention_heads: config.num_attention_heads,
  num_hidden_layers: config.num_hidden_layers,
  pretraining_tp: 1,
  rms_norm_eps: 1e-5,
  rope_scaling: null,
  tie_word_embeddings: true,
  torch_dtype: "bfloat16",
  transformers_version: "4.46.0",
  use_cache: true,
  vocab_size: config.vocab_size,
};

async function folderOf(
  name: string,
  files: Record<string, Uint8Array<ArrayBuffer> | object>,
): Promise<URL> {
  const contents = publishedFiles(false);
  contents.delete("onnx/model.onnx");
  for (const [file, value] of Object.entries(files)) {
    const bytes = value instanceof Uint8Array
      ? value
      : new TextEncoder().encode(JSON.stringify(value));
    contents.set(file, bytes as Uint8Array<ArrayBuffer>);
  }
  await writeFiles(`${root}/${name}`, contents);
  return pathToFileURL(`${root}/${name}/`);
}

async function logitsOf(folder: URL): Promise<Float32Array> {
  const { model, tokenizer } = await loadModel(fileURLToPath(folder), { threads: 1 });
  const sequence = await model.open(tokenizer.encode("the people of the States"));
  const row = sequence.logits.slice();
  await model.close();
  return row;
}

const whole = encodeSafetensors(tensors);

Deno.test("fields that are missing or say nothing change nothing; a list of end tokens is read", async () => {
  const exact = await folderOf("exact", { "config.json": config, "model.safetensors": whole });
  const folder = await folderOf("llama", { "config.json": published, "model.safetensors": whole });
  assertEquals(await logitsOf(folder), await logitsOf(exact));
  const read = await readTransformer(fileURLToPath(folder));
  assertEquals(read.tokenizer.ends, [0, 5]);
  assertEquals(read.config, config);
  // transformers 5 keeps the rotary base in a field of its own.
  const parameters = { rope_parameters: { rope_type: "default", rope_theta: 10_000 } };
  assertEquals(publishedConfig("c", { ...published, ...parameters }), config);
});

Deno.test("weights in several files, with buffers and a tied output beside them", async () => {
  const names = [...tensors.keys()];
  const map: Record<string, string> = {};
  const parts = [new Map<string, Tensor>(), new Map<string, Tensor>()];
  names.forEach((name, i) => {
    parts[i % 2]!.set(name, tensors.get(name)!);
    map[name] = `model-0000${i % 2 + 1}-of-00002.safetensors`;
  });
  const extra = { shape: [2], data: Float32Array.of(1, 2) };
  for (const name of ["model.layers.0.self_attn.rotary_emb.inv_freq", "lm_head.weight"]) {
    parts[0]!.set(name, extra);
    map[name] = "model-00001-of-00002.safetensors";
  }
  const files = {
    "config.json": published,
    "model.safetensors.index.json": { metadata: { total_size: 1 }, weight_map: map },
    "model-00001-of-00002.safetensors": encodeSafetensors(parts[0]!),
    "model-00002-of-00002.safetensors": encodeSafetensors(parts[1]!),
  };
  const folder = await folderOf("shards", files);
  const one = await folderOf("one", { "config.json": published, "model.safetensors": whole });
  assertEquals(await logitsOf(folder), await logitsOf(one));
  await Deno.remove(new URL("model-00002-of-00002.safetensors", folder));
  await assertRejects(() => logitsOf(folder), UserError, "model-00002-of-00002.safetensors");
  parts[1]!.delete(names[1]!);
  const lacking = await folderOf("lacking", {
    ...files,
    "model-00002-of-00002.safetensors": encodeSafetensors(parts[1]!),
  });
  await assertRejects(() => logitsOf(lacking), UserError, `without ${names[1]}`);
  const odd = { weight_map: { "model.norm.weight": "../secret.safetensors" } };
  await Deno.writeTextFile(
    new URL("model.safetensors.index.json", lacking),
    JSON.stringify(odd),
  );
  await assertRejects(() => logitsOf(lacking), UserError, "files of its folder");
});

Deno.test("rows of padding in the embedding are cut off", async () => {
  const name = "model.embed_tokens.weight";
  const size = config.vocab_size + 40;
  const data = new Float32Array(size * config.hidden_size).fill(9);
  data.set(weights.get(name)!);
  const padded = new Map(tensors).set(name, { shape: [size, config.hidden_size], data });
  const folder = await folderOf("padded", {
    "config.json": { ...published, vocab_size: size },
    "model.safetensors": encodeSafetensors(padded),
  });
  const exact = await folderOf("exact2", { "config.json": config, "model.safetensors": whole });
  assertEquals(await logitsOf(folder), await logitsOf(exact));
});

Deno.test("what cannot be run is said with its real reason, in one line", async () => {
  const cases: [string, object, string][] = [
    ["qwen", { model_type: "qwen2" }, 'model_type: got "qwen2", expected llama'],
    ["scaled", { rope_scaling: { rope_type: "llama3", factor: 8 } }, "rotary angles"],
    ["scaled5", { rope_parameters: { rope_type: "yarn", rope_theta: 1e6 } }, "rotary angles"],
    ["biased", { attention_bias: true }, "without biases"],
    ["quantised", { quantization_config: { bits: 4 } }, "weights in float32"],
    ["other act", { hidden_act: "gelu" }, "hidden_act"],
    ["no bos", { bos_token_id: null }, "no begin-of-text token"],
    ["partial", { partial_rotary_factor: 0.5 }, "partial_rotary_factor"],
    ["width", { hidden_size: "large" }, "hidden_size"],
    ["no end of layers", { num_hidden_layers: 1e9 }, "num_hidden_layers: got 1000000000"],
  ];
  for (const [name, change, message] of cases) {
    const error = assertThrows(
      () => publishedConfig("config.json", { ...published, ...change }),
      UserError,
      message,
    );
    assert(!error.message.includes("\n"), `${name}: ${error.message}`);
  }
  const bin = await folderOf("bin", {
    "config.json": published,
    "pytorch_model.bin": new Uint8Array(4),
  });
  await assertRejects(() => logitsOf(bin), UserError, "got pytorch_model.bin, expected model.safe");
  const none = await folderOf("none", { "config.json": published });
  await assertRejects(() => logitsOf(none), UserError, "got no weights");
});

Deno.test.afterAll(async () => {
  await Deno.remove(root, { recursive: true });
});
