/**
 * A model on disk: `config.json`, `model.safetensors` (or its parts), `tokenizer.json`, `tokenizer_config.json` and
 * `card.json` in one folder, by name in `data/models` or anywhere by path.
 *
 * @module
 */
import { isAbsolute, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { exists, readText } from "offprint/files.ts";
import { type Card, checkedCard } from "./card.ts";
import { modelFolder, recipeNames } from "./recipe.ts";
import { checkShapes } from "./safetensors.ts";
import { listedEnds } from "../text/begin_and_end.ts";
import { loadTokenizer, type Tokenizer } from "../text/tokenizer.ts";
import { checkedConfig, tensorShapes, type TransformerConfig } from "./config.ts";
import { readWeights, requireWeights } from "./model_weights.ts";
import { publishedConfig } from "./published_config.ts";
import { checkWeights, weightsOfTraining } from "./weights_hash.ts";

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

/** The project's folder. */
const PROJECT = new URL("../../../", import.meta.url);

/** The names of the models in `data/models` that have weights, sorted. */
export async function modelNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(new URL("../", modelFolder("any")))) {
    if (await exists(new URL("model.safetensors", modelFolder(name)))) names.push(name);
  }
  return names.sort();
}

/**
 * The folder that a name or a path means; ends with a slash. A path that is not absolute is tried from the
 * current folder and then from the project's.
 *
 * @throws {UserError} when there is no such model, when it has a recipe that was not trained yet, or no weights lie in its folder.
 */
export async function resolveModel(nameOrFolder: string): Promise<URL> {
  if (/^[a-z][a-z0-9-]*$/.test(nameOrFolder)) {
    const folder = modelFolder(nameOrFolder);
    if (await exists(new URL("model.safetensors", folder))) return folder;
  }
  // A notebook runs in notebooks/: what a command line calls models/x lies beside that folder.
  const starts = isAbsolute(nameOrFolder) ? [""] : [Deno.cwd(), fileURLToPath(PROJECT)];
  for (const start of starts) {
    const folder = pathToFileURL(`${resolve(start, nameOrFolder)}/`);
    if (!await exists(new URL("config.json", folder))) continue;
    await requireWeights(folder);
    return folder;
  }
  const untrained = await untrainedName(nameOrFolder);
  if (untrained !== undefined) {
    throw new UserError({
      what: "model",
      got: new Described(`${untrained}, which has a recipe and no weights yet`),
      expected: "a trained model",
      todo: `Train it with deno task train ${untrained}.`,
    });
  }
  throw new UserError({
    what: "model",
    got: nameOrFolder,
    expected: `one of ${(await modelNames()).join(", ")}, or a folder with a config.json`,
  });
}

/** The name of the recipe in `data/models` that a name or a path means; undefined when it means none. */
async function untrainedName(nameOrFolder: string): Promise<string | undefined> {
  const paths = [Deno.cwd(), fileURLToPath(PROJECT)].map((start) => resolve(start, nameOrFolder));
  return (await recipeNames()).find((name) =>
    name === nameOrFolder || paths.includes(resolve(fileURLToPath(modelFolder(name))))
  );
}

/**
 * Reads a LLaMA from its folder, or one of this project by its name. Its vocabulary is the tokenizer's: rows
 * of the embedding beyond it, in a model from elsewhere, are padding, and are cut off.
 *
 * @throws {UserError} naming the file, when one is missing, damaged or does not fit the others.
 */
export async function readTransformer(nameOrFolder: string): Promise<SavedTransformer> {
  const folder = await resolveModel(nameOrFolder);
  const shown = (file: string): string => decodeURIComponent(new URL(file, folder).pathname);
  const file = await readJson(new URL("config.json", folder));
  const padded = publishedConfig(shown("config.json"), file);
  const { where, tensors } = await readWeights(folder);
  for (const name of tensors.keys()) if (isDerived(padded, name)) tensors.delete(name);
  checkShapes(where, tensors, tensorShapes(padded));
  const tokenizer = await loadTokenizer(folder, listedEnds(file));
  // A model of this project has no padding.
  const ours = await exists(new URL("card.json", folder));
  if (
    tokenizer.vocabSize > padded.vocab_size || (ours && tokenizer.vocabSize < padded.vocab_size)
  ) {
    throw new UserError({
      what: shown("tokenizer.json"),
      got: new Described(`${tokenizer.vocabSize} tokens`),
      expected: `${ours ? "" : "at most "}${padded.vocab_size}, the vocab_size of config.json`,
      todo: "The tokenizer belongs to another model.",
    });
  }
  const config = { ...padded, vocab_size: tokenizer.vocabSize };
  /** Rows of tokens that the tokenizer does not have are padding. */
  const withoutPadding = (name: string, data: Float32Array): Float32Array =>
    name === "model.embed_tokens.weight" || name === "lm_head.weight"
      ? data.subarray(0, config.vocab_size * config.hidden_size)
      : data;
  const card = ours
    ? checkedCard(shown("card.json"), await readJson(new URL("card.json", folder)))
    : undefined;
  const recorded = card === undefined
    ? await weightsOfTraining(folder)
    : { record: "card.json", sha256: card.weights };
  if (recorded !== undefined) await checkWeights(folder, recorded);
  return {
    name: card?.name ?? folder.pathname.split("/").at(-2)!,
    folder,
    config: checkedConfig(shown("config.json"), config),
    weights: new Map([...tensors].map(([name, { data }]) => [name, withoutPadding(name, data)])),
    tokenizer,
    card,
  };
}

/** Tensors that some files hold though they follow from the others. */
function isDerived(config: TransformerConfig, name: string): boolean {
  return name.endsWith(".rotary_emb.inv_freq") ||
    (config.tie_word_embeddings && name === "lm_head.weight");
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
