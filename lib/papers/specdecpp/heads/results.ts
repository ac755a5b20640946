/**
 * What training and measuring the committed heads gave: `data/heads/results.json`.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";
import { checkedValue } from "offprint/checked_json.ts";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { exists, ifThere, readText } from "offprint/files.ts";
import { sha256 } from "offprint/lm/corpora/mod.ts";
import type { Tokenizer } from "offprint/lm/text/mod.ts";
import { type AcceptanceHead, decodeHead, headParameters } from "offprint/decoding/heads/mod.ts";
import { HEADS_FOLDER, headsRecipeSchema, type HeadVariant, variantName } from "./recipe.ts";

const natural = z.int().nonnegative();
const rates = z.strictObject({
  verification: z.number(),
  discard: z.number(),
  guessed: z.number(),
});
const variant = z.strictObject({
  rejectionWeight: z.number(),
  depth: natural,
  tied: z.boolean(),
  mixing: z.number(),
});
const perText = z.array(z.number());
const modelSchema = z.strictObject({
  name: z.string(),
  /** Of model.safetensors. */
  sha256: z.string(),
  /** On the held-out addresses, by the model's card. */
  perplexity: z.number().nullable(),
});

/** The schema of `data/heads/results.json`. */
const headsResultsSchema = z.strictObject({
  format: z.literal(1),
  recipe: headsRecipeSchema,
  models: z.strictObject({ draft: modelSchema, target: modelSchema }),
  /** Training data: positions sampled, those with a label, and their mean acceptance. */
  data: z.strictObject({ positions: natural, labelled: natural, acceptance: z.number() }),
  heads: z.array(z.strictObject({
    variant,
    committed: z.boolean(),
    /** Weighted loss, means of equal stretches of the training. */
    curve: z.array(z.number()),
    /** Mean KL(a ‖ P̂) on the test texts, as it is and with the bias of the weight undone. */
    divergence: z.number(),
    unbiasedDivergence: z.number(),
    /** Reliability on the test texts. */
    reliability: z.array(
      z.strictObject({
        predicted: z.number(),
        acceptance: z.number(),
        expected: z.number(),
        count: natural,
      }),
    ),
  })),
  /** Mean KL(a ‖ P̂) of each test text, for the unweighted head and what it is compared with. */
  divergences: z.strictObject({
    trained: perText,
    shuffled: perText,
    constant: perText,
    topProbability: perText,
  }),
  /** Every policy and setting on the logs of the dev and test texts. */
  settings: z.array(
    z.strictObject({ family: z.string(), setting: z.number(), dev: rates, test: rates }),
  ),
  /** The best setting on dev of each family, decoded on the test texts: counts of each text. */
  decoded: z.array(z.strictObject({
    family: z.string(),
    setting: z.number(),
    tokens: z.array(natural),
    targetCalls: z.array(natural),
    discarded: z.array(natural),
  })),
  /** The same settings: expected draft passes per token of each logged test text. */
  replayed: z.array(
    z.strictObject({ family: z.string(), setting: z.number(), times: perText }),
  ),
});

/** What training and measuring the committed heads gave. */
export type HeadsResults = z.infer<typeof headsResultsSchema>;

const promptSchema = z.strictObject({
  document: z.string(),
  text: z.string(),
  tokens: z.array(natural),
});

/** The schema of `data/heads/prompts.json`: where each prompt was taken from, its text and its tokens. */
const promptsSchema = z.strictObject({
  dev: z.array(promptSchema),
  test: z.array(promptSchema),
});

/** The committed heads with all that belongs to them. */
export interface CommittedHeads {
  results: HeadsResults;
  /** Held-out prompts as token ids. */
  prompts: z.infer<typeof promptsSchema>;
  /** By rejection weight. */
  heads: Map<number, AcceptanceHead>;
}

/**
 * The SHA-256 of a model's weights in its folder.
 *
 * @throws {UserError} for a folder without `model.safetensors`.
 */
export async function weightsHash(folder: URL): Promise<string> {
  const weights = await ifThere(Deno.readFile(new URL("model.safetensors", folder)));
  if (weights !== undefined) return await sha256(weights);
  throw new UserError({
    what: decodeURIComponent(folder.pathname),
    got: new Described("no model.safetensors"),
    expected: "a model whose weights lie in one such file: heads read its hidden states",
  });
}

/**
 * The folder of heads that a path means: `data/heads` where it is empty, else one from the current folder or the project's.
 *
 * @throws {UserError} when no measured heads lie there.
 */
export async function resolveHeads(path: string): Promise<URL> {
  if (path === "") return HEADS_FOLDER;
  for (const start of [Deno.cwd(), fileURLToPath(new URL("../../", HEADS_FOLDER))]) {
    const folder = pathToFileURL(`${resolve(start, path)}/`);
    if (await exists(new URL("results.json", folder))) return folder;
  }
  throw new UserError({
    what: "headsFolder",
    got: path,
    expected: "a folder with heads and their results.json",
    todo: "deno task train-heads writes one for a pair of models.",
  });
}

/**
 * Reads the committed heads, their prompts and their results.
 *
 * @throws {UserError} when a file is missing or damaged.
 */
export async function loadHeads(folder: URL = HEADS_FOLDER): Promise<CommittedHeads> {
  const results = await readJson(new URL("results.json", folder), headsResultsSchema);
  const prompts = await loadPrompts(folder);
  const heads = new Map<number, AcceptanceHead>();
  for (const { variant, committed } of results.heads) {
    if (!committed) continue;
    heads.set(variant.rejectionWeight, await readHead(folder, variant));
  }
  return { results, prompts, heads };
}

/**
 * Reads the prompts alone: beginnings of sentences of held-out addresses, as token ids.
 *
 * @throws {UserError} when the file is missing or damaged.
 */
export async function loadPrompts(
  folder: URL = HEADS_FOLDER,
): Promise<CommittedHeads["prompts"]> {
  return await readJson(new URL("prompts.json", folder), promptsSchema);
}

/**
 * The held-out prompts for any model: their tokens where they are the tokenizer's own, else their text
 * encoded anew, because ids of one vocabulary mean other words in another.
 *
 * @throws {UserError} when the file is missing or damaged.
 */
export async function heldOutPrompts(
  tokenizer: Pick<Tokenizer, "vocabSize" | "decode" | "encode">,
  folder: URL = HEADS_FOLDER,
): Promise<CommittedHeads["prompts"]> {
  const prompts = await loadPrompts(folder);
  const own = [...prompts.dev, ...prompts.test].every(({ text, tokens }) =>
    tokens.every((token) => token < tokenizer.vocabSize) && tokenizer.decode(tokens) === text
  );
  if (own) return prompts;
  const encoded = (list: CommittedHeads["prompts"]["dev"]) =>
    list.map((prompt) => ({ ...prompt, tokens: [...tokenizer.encode(prompt.text)] }));
  return { dev: encoded(prompts.dev), test: encoded(prompts.test) };
}

/** Reads a head by its variant. */
async function readHead(folder: URL, variant: HeadVariant): Promise<AcceptanceHead> {
  const file = new URL(`${variantName(variant)}.safetensors`, folder);
  const what = decodeURIComponent(file.pathname);
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(file);
  } catch (error) {
    throw new UserError({ what, got: messageOf(error), expected: "an acceptance head" });
  }
  const head = decodeHead(what, bytes);
  const config = {
    hiddenSize: head.config.hiddenSize,
    depth: variant.depth,
    tied: variant.depth > 1 && variant.tied,
  };
  if (headParameters(head.config) !== headParameters(config)) {
    throw new UserError({
      what,
      got: new Described(`a head of depth ${head.config.depth}`),
      expected: `one of depth ${variant.depth}${variant.tied ? ", tied" : ""}`,
    });
  }
  return head;
}

async function readJson<T>(file: URL, schema: z.ZodType<T>): Promise<T> {
  const what = decodeURIComponent(file.pathname);
  const todo = "Run deno task train-heads.";
  let value: unknown;
  try {
    value = JSON.parse(await readText(file));
  } catch (error) {
    throw new UserError({ what, got: messageOf(error), expected: "a readable JSON file", todo });
  }
  return checkedValue(schema, value, { what, todo });
}
