/**
 * Runs public decoder-only models as they are published in ONNX with the layout of transformers.js and
 * Optimum: `past_key_values.N.key` in, `present.N.key` out.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import type { ClosableModel } from "../onnx/transformer_model.ts";
import { createSession } from "../onnx/runtime.ts";
import { PublicModel } from "./public_decoder.ts";
import { graphFile, publicLayout, readPublicConfig } from "./public_layout.ts";
import { listedEnds } from "../text/begin_and_end.ts";
import { loadTokenizer, type Tokenizer } from "../text/tokenizer.ts";

/** How a public model is opened. */
export interface PublicModelOptions {
  name?: string;
  /**
   * The file under `onnx/` (or beside `config.json`, where there is no such folder): by default `model.onnx`, or the only one there (quantised ones have names
   * like `model_q4.onnx`).
   */
  file?: string;
  /** Threads of ONNX Runtime. */
  threads?: number;
}

/**
 * Opens a public model from a folder that holds `config.json`, `tokenizer.json`,
 * `tokenizer_config.json` and `onnx/model.onnx` (with `model.onnx_data`, where there is one), as
 * `deno task download` writes it, or `model.onnx` beside them.
 *
 * Texts start from a begin-of-text token only where the tokenizer adds one by itself. The vocabulary is the
 * tokenizer's: where `config.json` has more entries, they are padding, and their logits are cut off, so that
 * models which differ in padding alone can be draft and target of each other. The caches may be
 * float32 or float16; logits are float32 always. `extendBatch` runs texts together that are equally long
 * and get equally many tokens, and the rest one after the other: the layout has no place for a gap between
 * a text and its new tokens, and graphs differ in whether they heed a mask in front of it.
 *
 * @param folder ends with a slash.
 * @throws {UserError} when a file is missing or malformed, or the graph has another layout.
 */
export async function openPublicModel(
  folder: URL,
  options: PublicModelOptions = {},
): Promise<{ model: ClosableModel; tokenizer: Tokenizer }> {
  const config = await readPublicConfig(new URL("config.json", folder));
  const tokenizer = await loadTokenizer(folder, [
    ...listedEnds(config),
    ...listedEnds(await optionalJson(new URL("generation_config.json", folder))),
  ]);
  const path = decodeURIComponent((await graphFile(folder, options.file)).pathname);
  if (tokenizer.vocabSize > config.vocab_size) {
    throw new UserError({
      what: decodeURIComponent(new URL("tokenizer.json", folder).pathname),
      got: new Described(`${tokenizer.vocabSize} tokens`),
      expected: `at most ${config.vocab_size}, the vocab_size of config.json`,
      todo: "The tokenizer belongs to another model.",
    });
  }
  // By its path, because ONNX Runtime looks for the external data beside the file.
  const { ort, session } = await createSession(
    path,
    Deno.build.os === "windows" ? path.slice(1) : path,
    options,
  );
  const layout = publicLayout(path, session, config);
  const name = options.name ?? folder.pathname.split("/").at(-2)!;
  const bos = tokenizer.addsBos ? tokenizer.bos : undefined;
  const model = new PublicModel(name, config, tokenizer.vocabSize, layout, bos, ort, session);
  return { model, tokenizer };
}

async function optionalJson(file: URL): Promise<unknown> {
  try {
    return JSON.parse(await readText(file));
  } catch {
    return undefined;
  }
}
