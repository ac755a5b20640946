/**
 * Runs public decoder-only models as they are published in ONNX with the layout of transformers.js and
 * Optimum: `past_key_values.N.key` in, `present.N.key` out.
 *
 * @module
 */
import { z } from "zod";
import { messageOf, UserError } from "offprint/errors.ts";
import type { ClosableModel } from "./onnx_model.ts";
import {
  createSession,
  type Ort,
  ortMessage,
  type OrtSession,
  type OrtTensor,
} from "./onnx_runtime.ts";
import {
  checkBatch,
  checkPrompt,
  checkTokens,
  checkTruncation,
  closedError,
  staleError,
} from "./token_sequence.ts";
import { loadTokenizer, type Tokenizer } from "./tokenizer.ts";
import type { ExtendResult, Sequence, Tokens } from "./types.ts";

/** The fields of a public `config.json` that running a model needs. */
const publicConfigSchema = z.looseObject({
  model_type: z.string(),
  vocab_size: z.int().positive(),
  hidden_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  num_attention_heads: z.int().positive(),
  num_key_value_heads: z.int().positive().optional(),
  head_dim: z.int().positive().nullish(),
  max_position_embeddings: z.int().positive(),
});

type PublicConfig = z.infer<typeof publicConfigSchema>;

/** How a public model is opened. */
export interface PublicModelOptions {
  name?: string;
  /** The file under `onnx/`; `model.onnx` by default (quantised ones have names like `model_q4.onnx`). */
  file?: string;
  /** Threads of ONNX Runtime. */
  threads?: number;
}

/**
 * Opens a public model from a folder that holds `config.json`, `tokenizer.json`,
 * `tokenizer_config.json` and `onnx/model.onnx` (with `model.onnx_data`, where there is one).
 *
 * Texts start from a begin-of-text token only where the tokenizer adds one by itself.
 *
 * @param folder ends with a slash.
 * @throws {UserError} when a file is missing or malformed, or the graph has another layout.
 */
export async function openPublicModel(
  folder: URL,
  options: PublicModelOptions = {},
): Promise<{ model: ClosableModel; tokenizer: Tokenizer }> {
  const config = await readConfig(new URL("config.json", folder));
  const tokenizer = await loadTokenizer(folder);
  const graph = new URL(`onnx/${options.file ?? "model.onnx"}`, folder);
  const path = decodeURIComponent(graph.pathname);
  if (!await Deno.stat(graph).then(() => true, () => false)) {
    throw new UserError({ what: path, got: "no such file", expected: "an ONNX graph" });
  }
  if (tokenizer.vocabSize > config.vocab_size) {
    throw new UserError({
      what: decodeURIComponent(new URL("tokenizer.json", folder).pathname),
      got: `${tokenizer.vocabSize} tokens`,
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
  checkLayout(path, session, config);
  const name = options.name ?? folder.pathname.split("/").at(-2)!;
  const addsBos = await addsBosToken(new URL("tokenizer_config.json", folder));
  const model = new PublicModel(name, config, addsBos ? tokenizer.bos : undefined, ort, session);
  return { model, tokenizer };
}

async function readConfig(file: URL): Promise<PublicConfig> {
  const what = decodeURIComponent(file.pathname);
  let value: unknown;
  try {
    value = JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    throw new UserError({ what, got: messageOf(error), expected: "a model's config.json" });
  }
  const parsed = publicConfigSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new UserError({
    what: `${what}: ${issue.path.join(".")}`,
    got: issue.code,
    expected: issue.message,
  });
}

async function addsBosToken(file: URL): Promise<boolean> {
  try {
    const config: unknown = JSON.parse(await Deno.readTextFile(file));
    return (config as { add_bos_token?: unknown }).add_bos_token === true;
  } catch {
    return false;
  }
}

function checkLayout(what: string, session: OrtSession, config: PublicConfig): void {
  const inputs = new Set(session.inputNames);
  const outputs = new Set(session.outputNames);
  const needed = ["input_ids", "attention_mask"];
  const made = ["logits"];
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    for (const kind of ["key", "value"]) {
      needed.push(`past_key_values.${layer}.${kind}`);
      made.push(`present.${layer}.${kind}`);
    }
  }
  const lacking = needed.find((name) => !inputs.has(name)) ??
    made.find((name) => !outputs.has(name));
  if (lacking === undefined) return;
  throw new UserError({
    what,
    got: `a graph without ${lacking}`,
    expected: "the layout of transformers.js (past_key_values in, present out)",
    todo: "Take the decoder with past, not one that was exported without a cache.",
  });
}

/** Keys and values of every layer after some tokens: never changed, so branches share them. */
interface Past {
  length: number;
  /** By the names of the inputs. */
  tensors: Record<string, OrtTensor>;
}

class PublicModel implements ClosableModel {
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly bos?: number;
  readonly #config: PublicConfig;
  readonly #ort: Ort;
  readonly #session: OrtSession;

  constructor(
    readonly name: string,
    config: PublicConfig,
    bos: number | undefined,
    ort: Ort,
    session: OrtSession,
  ) {
    this.#config = config;
    this.vocabSize = config.vocab_size;
    this.contextLength = config.max_position_embeddings - (bos === undefined ? 0 : 1);
    if (bos !== undefined) this.bos = bos;
    this.#ort = ort;
    this.#session = session;
  }

  async open(prompt: Tokens): Promise<Sequence> {
    const text = checkPrompt(this, prompt);
    const tokens = this.bos === undefined ? text : [this.bos, ...text];
    const { past, logits } = await this.pass(this.#empty(), tokens);
    return new PublicSequence(this, past, logits.at(-1)!.slice());
  }

  async extendBatch(
    sequences: readonly Sequence[],
    tokens: readonly Tokens[],
  ): Promise<Float32Array[][]> {
    checkBatch(this, sequences, tokens);
    sequences.forEach((sequence, i) => checkTokens(this, sequence.length, tokens[i]!));
    const results: Float32Array[][] = [];
    // One after the other: these graphs keep no room behind a text, so that texts of different lengths
    // would have to be laid out anew for every pass.
    for (let i = 0; i < sequences.length; i++) {
      results.push((await sequences[i]!.extend(tokens[i]!)).logits);
    }
    return results;
  }

  /** Appends tokens (at least one) to a past. */
  async pass(past: Past, tokens: Tokens): Promise<{ past: Past; logits: Float32Array[] }> {
    const { Tensor } = this.#ort;
    const total = past.length + tokens.length;
    const feeds: Record<string, OrtTensor> = {
      ...past.tensors,
      input_ids: new Tensor("int64", BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
      attention_mask: new Tensor("int64", new BigInt64Array(total).fill(1n), [1, total]),
    };
    if (this.#session.inputNames.includes("position_ids")) {
      const positions = BigInt64Array.from(tokens, (_, i) => BigInt(past.length + i));
      feeds["position_ids"] = new Tensor("int64", positions, [1, tokens.length]);
    }
    let results: Record<string, OrtTensor>;
    try {
      results = await this.#session.run(feeds) as Record<string, OrtTensor>;
    } catch (error) {
      throw new UserError({
        what: this.name,
        got: ortMessage(error),
        expected: "a graph that runs",
        todo: "Take the file with float32 inputs (not float16 past).",
      });
    }
    const data = results["logits"]!.data as Float32Array;
    const width = data.length / tokens.length;
    const tensors: Record<string, OrtTensor> = {};
    for (const name of Object.keys(past.tensors)) {
      tensors[name] = results[name.replace("past_key_values", "present")]!;
    }
    return {
      past: { length: total, tensors },
      logits: tokens.map((_, i) => data.subarray(i * width, (i + 1) * width)),
    };
  }

  /** The first `length` rows of a past. */
  cut(past: Past, length: number): Past {
    if (length === past.length) return past;
    const tensors: Record<string, OrtTensor> = {};
    for (const [name, tensor] of Object.entries(past.tensors)) {
      const [, heads, rows, width] = tensor.dims as [number, number, number, number];
      const data = tensor.data as Float32Array;
      const kept = new Float32Array(heads * length * width);
      for (let head = 0; head < heads; head++) {
        const from = head * rows * width;
        kept.set(data.subarray(from, from + length * width), head * length * width);
      }
      tensors[name] = new this.#ort.Tensor("float32", kept, [1, heads, length, width]);
    }
    return { length, tensors };
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #empty(): Past {
    const config = this.#config;
    const heads = config.num_key_value_heads ?? config.num_attention_heads;
    const width = config.head_dim ?? config.hidden_size / config.num_attention_heads;
    const tensors: Record<string, OrtTensor> = {};
    for (let layer = 0; layer < config.num_hidden_layers; layer++) {
      for (const kind of ["key", "value"]) {
        tensors[`past_key_values.${layer}.${kind}`] = new this.#ort.Tensor(
          "float32",
          new Float32Array(0),
          [1, heads, 0, width],
        );
      }
    }
    return { length: 0, tensors };
  }
}

class PublicSequence implements Sequence {
  readonly #model: PublicModel;
  /** The begin-of-text token, where there is one, is in the past but not in `length`. */
  readonly #hiddenTokens: number;
  #past: Past | undefined;
  #logits: Float32Array | undefined;
  /** Passes run in the order in which they were asked for. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(model: PublicModel, past: Past, logits: Float32Array | undefined) {
    this.#model = model;
    this.#hiddenTokens = model.bos === undefined ? 0 : 1;
    this.#past = past;
    this.#logits = logits;
  }

  get length(): number {
    return this.#open().length - this.#hiddenTokens;
  }

  get logits(): Float32Array {
    this.#open();
    if (this.#logits === undefined) throw staleError(this.#model);
    return this.#logits;
  }

  extend(tokens: Tokens): Promise<ExtendResult> {
    const result = this.#last.then(async () => {
      const past = this.#open();
      checkTokens(this.#model, this.length, tokens);
      if (tokens.length === 0) return { logits: [] };
      const pass = await this.#model.pass(past, tokens);
      this.#open();
      this.#past = pass.past;
      this.#logits = tokens.length > 1 ? pass.logits.at(-1)!.slice() : pass.logits[0];
      return { logits: pass.logits };
    });
    this.#last = result.catch(() => {});
    return result;
  }

  truncate(length: number): void {
    checkTruncation(this.#model, this.length, length);
    this.#past = this.#model.cut(this.#open(), length + this.#hiddenTokens);
    this.#logits = undefined;
  }

  fork(): Sequence {
    return new PublicSequence(this.#model, this.#open(), this.#logits);
  }

  close(): void {
    this.#past = undefined;
    this.#logits = undefined;
  }

  #open(): Past {
    if (this.#past === undefined) throw closedError(this.#model);
    return this.#past;
  }
}
