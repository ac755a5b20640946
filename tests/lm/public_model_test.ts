import { assert, assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath, pathToFileURL } from "node:url";
import { UserError } from "offprint/errors.ts";
import { trainBpe } from "offprint/lm/bpe_trainer.ts";
import { loadModel } from "offprint/lm/load_model.ts";
import { OnnxGraph } from "offprint/lm/onnx_graph.ts";
import { onnxModel } from "offprint/lm/onnx_model.ts";
import { openPublicModel } from "offprint/lm/public_model.ts";
import { initialWeights } from "offprint/lm/transformer.ts";
import { transformerConfig } from "offprint/lm/transformer_config.ts";
import { conformance } from "./conformance.ts";
import { publicGraph } from "./public_layout.ts";

const root = await Deno.makeTempDir();
const files = trainBpe(["the people of the United States and the States of the people"], {
  vocabSize: 280,
  contextLength: 40,
});
const vocabSize = Object.keys(files.tokenizer.model.vocab).length;
const config = transformerConfig({
  vocabSize,
  width: 128,
  layers: 2,
  heads: 2,
  keyValueHeads: 2,
  feedForward: 128,
  contextLength: 40,
});
const weights = initialWeights(config, 9);
for (const [name, values] of weights) {
  if (!name.includes("norm")) values.forEach((value, i) => values[i] = 4 * value);
}

async function publish(name: string, addBos: boolean): Promise<URL> {
  const folder = pathToFileURL(`${root}/${name}/`);
  await Deno.mkdir(new URL("onnx/", folder), { recursive: true });
  const json = (file: string, value: unknown) =>
    Deno.writeTextFile(new URL(file, folder), JSON.stringify(value));
  await json("config.json", { ...config, transformers_version: "4.0" });
  await json("tokenizer.json", files.tokenizer);
  await json("tokenizer_config.json", { ...files.config, add_bos_token: addBos });
  await Deno.writeFile(new URL("onnx/model.onnx", folder), publicGraph(config, weights));
  return folder;
}

const plain = await publish("plain", false);
const beginning = await publish("beginning", true);

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
  await Deno.writeTextFile(new URL("config.json", folder), "{}");
  await fails("config.json: model_type");
  await Deno.remove(new URL("config.json", folder));
  await fails("config.json");
});

Deno.test("the temporary folders go", async () => {
  await Deno.remove(root, { recursive: true });
});
