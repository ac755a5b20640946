/**
 * A model on disk: `config.json`, `model.safetensors`, `tokenizer.json`, `tokenizer_config.json` and
 * `card.json` in one folder, by name in `data/models` or anywhere by path.
 *
 * @module
 */
import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import { type Card, checkedCard } from "./card.ts";
import { modelFolder } from "./recipe.ts";
import { checkShapes, readSafetensors } from "./safetensors.ts";
import { loadTokenizer, type Tokenizer } from "../text/tokenizer.ts";
import { checkedConfig, tensorShapes, type TransformerConfig } from "./config.ts";

/** A transformer as it lies in a folder, every part checked against the others. */
export interface SavedTransformer {
  name: string;
  folder: URL;
  config: TransformerConfig;
  /** Float32, by the names of {@linkcode tensorShapes}. */
  weights: Map<string, Float32Array>;
  tokenizer: Tokenizer;
  /** Absent in a folder that this project did not write. */
  card: Card | undefined;
}

/** The names of the models in `data/models` that have weights, sorted. */
export async function modelNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(new URL("../", modelFolder("any")))) {
    if (await exists(new URL("model.safetensors", modelFolder(name)))) names.push(name);
  }
  return names.sort();
}

/**
 * The folder that a name or a path means; ends with a slash.
 *
 * @throws {UserError} when there is no such model.
 */
export async function resolveModel(nameOrFolder: string): Promise<URL> {
  if (/^[a-z][a-z0-9-]*$/.test(nameOrFolder)) {
    const folder = modelFolder(nameOrFolder);
    if (await exists(new URL("model.safetensors", folder))) return folder;
  }
  const path = isAbsolute(nameOrFolder) ? nameOrFolder : resolve(nameOrFolder);
  const folder = pathToFileURL(`${path}/`);
  if (await exists(new URL("config.json", folder))) return folder;
  throw new UserError({
    what: "model",
    got: nameOrFolder,
    expected: `one of ${(await modelNames()).join(", ")}, or a folder with a config.json`,
  });
}

/**
 * Reads a transformer of this project from its folder or by its name.
 *
 * @throws {UserError} naming the file, when one is missing, damaged or does not fit the others.
 */
export async function readTransformer(nameOrFolder: string): Promise<SavedTransformer> {
  const folder = await resolveModel(nameOrFolder);
  const shown = (file: string): string => decodeURIComponent(new URL(file, folder).pathname);
  const config = checkedConfig(
    shown("config.json"),
    await readJson(new URL("config.json", folder)),
  );
  const { tensors } = await readSafetensors(new URL("model.safetensors", folder));
  checkShapes(shown("model.safetensors"), tensors, tensorShapes(config));
  const tokenizer = await loadTokenizer(folder);
  if (tokenizer.vocabSize !== config.vocab_size) {
    throw new UserError({
      what: shown("tokenizer.json"),
      got: new Described(`${tokenizer.vocabSize} tokens`),
      expected: `${config.vocab_size}, the vocab_size of config.json`,
      todo: "The tokenizer belongs to another model.",
    });
  }
  const cardFile = new URL("card.json", folder);
  const card = await exists(cardFile)
    ? checkedCard(shown("card.json"), await readJson(cardFile))
    : undefined;
  return {
    name: card?.name ?? folder.pathname.split("/").at(-2)!,
    folder,
    config,
    weights: new Map([...tensors].map(([name, { data }]) => [name, data])),
    tokenizer,
    card,
  };
}

async function readJson(file: URL): Promise<unknown> {
  const what = decodeURIComponent(file.pathname);
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    throw new UserError({ what, got: messageOf(error), expected: "a readable file" });
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError({ what, got: text.slice(0, 40), expected: "JSON" });
  }
}

async function exists(file: URL): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}
