/** The files of a small model as transformers.js publishes it, with random weights. */
import { dirname, join } from "node:path";
import { trainBpe } from "offprint/lm/text/bpe_trainer.ts";
import { initialWeights } from "offprint/lm/transformer/definition.ts";
import { transformerConfig } from "offprint/lm/transformer/config.ts";
import { publicGraph, type PublicVariant } from "./public/public_layout.ts";

const files = trainBpe(["the people of the United States and the States of the people"], {
  vocabSize: 280,
  contextLength: 40,
});

export const publishedConfig = transformerConfig({
  vocabSize: Object.keys(files.tokenizer.model.vocab).length,
  width: 128,
  layers: 2,
  heads: 2,
  keyValueHeads: 2,
  feedForward: 128,
  contextLength: 40,
});

/** Large enough for the tokens to matter. */
export const publishedWeights = initialWeights(publishedConfig, 9);
for (const [name, values] of publishedWeights) {
  if (!name.includes("norm")) values.forEach((value, i) => values[i] = 4 * value);
}

/** The contents of the files, by their paths. */
export function publishedFiles(
  addBos: boolean,
  variant: PublicVariant = {},
): Map<string, Uint8Array<ArrayBuffer>> {
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  return new Map([
    ["config.json", json({ ...publishedConfig, transformers_version: "4.0" })],
    ["tokenizer.json", json(files.tokenizer)],
    ["tokenizer_config.json", json({ ...files.config, add_bos_token: addBos })],
    ["onnx/model.onnx", publicGraph(publishedConfig, publishedWeights, variant)],
  ]);
}

/** Writes files into a folder. */
export async function writeFiles(
  folder: string,
  contents: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  for (const [path, bytes] of contents) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeFile(join(folder, path), bytes);
  }
}
