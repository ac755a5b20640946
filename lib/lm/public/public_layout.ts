/**
 * The layout in which transformers.js and Optimum publish decoders: what is read of `config.json`, and
 * which inputs and outputs a graph must have (`past_key_values.N.key` in, `present.N.key` out).
 *
 * @module
 */
import { z } from "zod";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import type { OrtSession } from "../onnx/runtime.ts";

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
  /** Whether the graph asks for how many tokens logits are wanted (`num_logits_to_keep`). */
  logitsToKeep: boolean;
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
  const parsed = publicConfigSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new UserError({
    what: `${what}: ${issue.path.join(".")}`,
    got: issue.code,
    expected: issue.message,
  });
}

/**
 * The file of a model's graph: `file` where it is given, or else `model.onnx`, or else the only one that
 * is there.
 *
 * @param folder the folder `onnx` of the model; ends with a slash.
 * @throws {UserError} when it is not there, or several could be meant.
 */
export async function graphFile(folder: URL, file?: string): Promise<URL> {
  const graphs: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (name.endsWith(".onnx")) graphs.push(name);
    }
  } catch {
    // No such folder holds no graph.
  }
  graphs.sort();
  const chosen = file ??
    (graphs.length === 1 && graphs[0] !== undefined ? graphs[0] : "model.onnx");
  if (graphs.includes(chosen)) return new URL(encodeURIComponent(chosen), folder);
  throw new UserError({
    what: decodeURIComponent(new URL(encodeURIComponent(chosen), folder).pathname),
    got: new Described("no such file"),
    expected: graphs.length === 0 ? "an ONNX graph" : `one of ${graphs.join(", ")}`,
  });
}

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
      todo: "Take the decoder with past, not one that was exported without a cache.",
    });
  };
  const lacking =
    ["input_ids", "attention_mask", ...caches].find((name) => !session.inputNames.includes(name)) ??
      ["logits", ...caches.map(presentOf)].find((name) => !session.outputNames.includes(name));
  if (lacking !== undefined) fail(`a graph without ${lacking}`);
  const known = new Set([
    "input_ids",
    "attention_mask",
    "position_ids",
    "num_logits_to_keep",
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
    logitsToKeep: session.inputNames.includes("num_logits_to_keep"),
  };
}

/** The output that continues an input of the cache. */
export function presentOf(cache: string): string {
  return cache.replace("past_key_values", "present");
}
