/**
 * The layout in which transformers.js and Optimum publish decoders: what is read of `config.json`, and
 * which inputs and outputs a graph must have (`past_key_values.N.key` in, `present.N.key` out).
 *
 * @module
 */
import { z } from "zod";
import { expectedBy } from "offprint/checked_json.ts";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import type { OrtSession } from "../onnx/runtime.ts";

const positive = z.int().positive();
/** More than any published model has. */
const layers = positive.max(10_000);

/** The fields of a public `config.json` that running a model needs. */
const publicConfigSchema = z.looseObject({
  model_type: z.string(),
  vocab_size: positive,
  hidden_size: positive,
  num_hidden_layers: layers,
  num_attention_heads: positive,
  num_key_value_heads: positive.nullish(),
  head_dim: positive.nullish(),
  max_position_embeddings: positive,
  eos_token_id: z.union([z.int(), z.array(z.int())]).nullish(),
});

/** What GPT-2 and its relatives call the fields, by the usual names. */
const OTHER_NAMES: Record<string, readonly string[]> = {
  hidden_size: ["n_embd", "d_model"],
  num_hidden_layers: ["n_layer", "num_layers", "n_layers"],
  num_attention_heads: ["n_head", "n_heads", "num_heads"],
  max_position_embeddings: ["n_positions", "n_ctx", "max_seq_len", "seq_length"],
};

/** A public `config.json`. */
export type PublicConfig = z.infer<typeof publicConfigSchema>;

/** What a graph expects to be fed with. */
export interface PublicLayout {
  /** Names of the cache's inputs; each has an output of the same name with `present` for `past_key_values`. */
  caches: string[];
  /** The cache's number format. */
  dtype: "float32" | "float16";
  /** Heads of the cache. */
  heads: number;
  /** Numbers per head and token. */
  width: number;
  /** Whether the graph wants `position_ids`. */
  positions: boolean;
  /** The input that says for how many tokens logits are wanted, where the graph has one. */
  logitsToKeep: string | undefined;
}

/**
 * Reads the `config.json` of a public model.
 *
 * @throws {UserError} when it is missing or malformed.
 */
export async function readPublicConfig(file: URL): Promise<PublicConfig> {
  const what = decodeURIComponent(file.pathname);
  let value: unknown;
  try {
    value = JSON.parse(await readText(file));
  } catch (error) {
    throw new UserError({ what, got: messageOf(error), expected: "a model's config.json" });
  }
  const parsed = publicConfigSchema.safeParse(withUsualNames(value));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const field = issue.path.join(".");
    throw new UserError({
      what: `${what}: ${field}`,
      got: (value as Record<string, unknown> | null)?.[field],
      expected: `${expectedBy(issue)}${
        OTHER_NAMES[field] === undefined ? "" : ` (or as ${OTHER_NAMES[field].join(", ")})`
      }`,
      todo: "This must be the config.json of a decoder-only language model.",
    });
  }
  const { hidden_size: width, num_attention_heads: heads, head_dim: head } = parsed.data;
  if ((head ?? undefined) === undefined && width % heads !== 0) {
    throw new UserError({
      what: `${what}: head_dim`,
      got: undefined,
      expected:
        `a width of one head, because hidden_size ${width} is not a multiple of ${heads} heads`,
    });
  }
  return parsed.data;
}

function withUsualNames(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const found: Record<string, unknown> = { ...value };
  for (const [name, others] of Object.entries(OTHER_NAMES)) {
    const other = others.find((each) => found[each] !== undefined && found[each] !== null);
    if (found[name] === undefined && other !== undefined) found[name] = found[other];
  }
  return found;
}

/**
 * The file of a model's graph: `file` where it is given, or else `model.onnx`, or else the only one that
 * is there. Graphs lie in the folder `onnx`, or, where there is none, beside `config.json`.
 *
 * @param folder the model's folder; ends with a slash.
 * @throws {UserError} when it is not there, or several could be meant.
 */
export async function graphFile(folder: URL, file?: string): Promise<URL> {
  const below = new URL("onnx/", folder);
  const inOnnx = await graphsIn(below);
  const inRoot = inOnnx.length === 0 ? await graphsIn(folder) : [];
  const [place, graphs] = inRoot.length > 0 ? [folder, inRoot] : [below, inOnnx];
  const chosen = file ??
    (graphs.length === 1 && graphs[0] !== undefined ? graphs[0] : "model.onnx");
  if (graphs.includes(chosen)) return new URL(encodeURIComponent(chosen), place);
  throw new UserError({
    what: decodeURIComponent(new URL(encodeURIComponent(chosen), place).pathname),
    got: new Described("no such file"),
    expected: graphs.length === 0 ? "an ONNX graph" : `one of ${graphs.join(", ")}`,
  });
}

/** The names of the ONNX graphs of a folder, sorted; none where there is no such folder. */
export async function graphsIn(folder: URL): Promise<string[]> {
  const graphs: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (name.endsWith(".onnx")) graphs.push(name);
    }
  } catch {
    // No such folder holds no graph.
  }
  return graphs.sort();
}

/** The inputs by which graphs ask for how many tokens logits are wanted; 0 stands for all. */
const LOGITS_TO_KEEP = ["num_logits_to_keep", "logits_to_keep"];

/**
 * Checks that a graph is a decoder with a cache and says how it is fed.
 *
 * @throws {UserError} naming the input or output that it lacks.
 */
export function publicLayout(
  what: string,
  session: OrtSession,
  config: PublicConfig,
): PublicLayout {
  const caches: string[] = [];
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    caches.push(`past_key_values.${layer}.key`, `past_key_values.${layer}.value`);
  }
  const fail = (got: string): never => {
    throw new UserError({
      what,
      got: new Described(got),
      expected: "the layout of transformers.js (past_key_values in, present out)",
      todo: "Use the decoder with past, not one that was exported without a cache.",
    });
  };
  const lacking =
    ["input_ids", "attention_mask", ...caches].find((name) => !session.inputNames.includes(name)) ??
      ["logits", ...caches.map(presentOf)].find((name) => !session.outputNames.includes(name));
  if (lacking !== undefined) fail(`a graph without ${lacking}`);
  // An input that nobody feeds would fail later, with the words of the runtime.
  const known = new Set([
    "input_ids",
    "attention_mask",
    "position_ids",
    ...LOGITS_TO_KEEP,
    ...caches,
  ]);
  const unknown = session.inputNames.find((name) => !known.has(name));
  if (unknown !== undefined) fail(`a graph with the input ${unknown}`);
  const cache = session.inputMetadata.find(({ name }) => name === caches[0]);
  const dtype = cache?.isTensor ? cache.type : "no tensor";
  if (dtype !== "float32" && dtype !== "float16") return fail(`a cache of ${dtype}`);
  return {
    caches,
    dtype,
    heads: config.num_key_value_heads ?? config.num_attention_heads,
    width: config.head_dim ?? config.hidden_size / config.num_attention_heads,
    positions: session.inputNames.includes("position_ids"),
    logitsToKeep: LOGITS_TO_KEEP.find((name) => session.inputNames.includes(name)),
  };
}

/** The output that continues an input of the cache. */
export function presentOf(cache: string): string {
  return cache.replace("past_key_values", "present");
}
