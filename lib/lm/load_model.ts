/**
 * Opening a model by name: weights, tokenizer and runtime together.
 *
 * @module
 */
import type { Card } from "./transformer/card.ts";
import { readTransformer, resolveModel } from "./transformer/model_folder.ts";
import { onnxReader } from "./onnx/token_reader.ts";
import { modelReader, type TokenReader } from "./interface/token_reader.ts";
import { decodingModel, type DecodingOptions } from "./native/mod.ts";
import type { ClosableModel, OnnxModelOptions } from "./onnx/transformer_model.ts";
import { graphsIn } from "./public/public_layout.ts";
import { openPublicModel } from "./public/public_model.ts";
import type { Tokenizer } from "./text/tokenizer.ts";

/** A model that is ready to run, with its tokenizer. */
export interface LoadedModel {
  model: ClosableModel;
  tokenizer: Tokenizer;
  /** What it was made from and how good it is; absent for models from elsewhere. */
  card: Card | undefined;
}

/** A model that only reads what is already written, with its tokenizer. */
export interface LoadedReader {
  reader: TokenReader & { close(): Promise<void> };
  tokenizer: Tokenizer;
}

/**
 * Opens a model, as {@linkcode loadModel} finds it, to read given tokens: one in the project's layout through a graph
 * that returns one number a token, a public one through whole distributions.
 *
 * @throws {UserError} as {@linkcode loadModel}.
 */
export async function loadReader(
  nameOrFolder: string,
  options: OnnxModelOptions = {},
): Promise<LoadedReader> {
  if (await isPublic(await resolveModel(nameOrFolder))) {
    const { model, tokenizer } = await loadModel(nameOrFolder, options);
    return { reader: { ...modelReader(model), close: () => model.close() }, tokenizer };
  }
  const { name, config, weights, tokenizer } = await readTransformer(nameOrFolder);
  return { reader: await onnxReader(config, weights, { name, ...options }), tokenizer };
}

/** Whether a folder holds graphs from elsewhere. */
async function isPublic(folder: URL): Promise<boolean> {
  return (await graphsIn(new URL("onnx/", folder))).length + (await graphsIn(folder)).length > 0;
}

/**
 * Opens a model of `data/models` by its name ("sotu-target"), or a folder by its path: one in the same
 * layout, or a public model in ONNX ({@linkcode openPublicModel}), which has graphs in its folder `onnx` or
 * beside its `config.json`. A public model runs in ONNX Runtime on the CPU; one in the project's layout in the native kernels, or
 * there too ({@linkcode decodingModel}).
 *
 * @throws {UserError} for an unknown name, or a file that is missing, damaged or does not fit the others.
 */
export async function loadModel(
  nameOrFolder: string,
  options: DecodingOptions = {},
): Promise<LoadedModel> {
  const folder = await resolveModel(nameOrFolder);
  if (await isPublic(folder)) {
    return { ...await openPublicModel(folder, options), card: undefined };
  }
  const { name, config, weights, tokenizer, card } = await readTransformer(nameOrFolder);
  const model = await decodingModel(config, weights, { name, ...options });
  return { model, tokenizer, card };
}
