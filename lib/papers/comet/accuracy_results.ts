/**
 * What the measurements gave, as committed: `data/results/05-accuracy.json`, and the texts for running a
 * part of them again, `data/results/05-texts.json`.
 *
 * @module
 */
import { z } from "zod";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import { sha256 } from "offprint/lm/corpora/mod.ts";
import { type MeanInterval, meanInterval } from "offprint/stats.ts";
import type { KvName } from "./configurations.ts";
import { type NetworkResults, networksSchema } from "./networks/networks_schema.ts";
import { studiesSchema } from "./studies_schema.ts";

const excerpt = z.strictObject({
  document: z.string(),
  tokens: z.array(z.int().nonnegative()),
});

/** The schema of `data/results/05-texts.json`. */
const committedTextsSchema = z.strictObject({
  format: z.literal(1),
  /** Licence and source of the text. */
  source: z.string(),
  /** From training documents. */
  calibration: z.array(excerpt).min(1),
  /** From held-out documents. */
  evaluation: z.array(excerpt).min(1),
});

/** Excerpts as token ids, for running a part of the measurements anew. */
export type CommittedTexts = z.infer<typeof committedTextsSchema>;

const configuration = z.strictObject({
  injected: z.boolean(),
  engine: z.enum(["simulator", "kernels"]),
  scheme: z.string(),
  kv: z.enum(["KV32", "KV16", "KV4"]),
  rounds: z.int(),
  nats: z.array(z.number()),
  tokens: z.array(z.int()),
});

/** The schema of `data/results/05-accuracy.json`. */
const accuracySchema = z.strictObject({
  format: z.literal(1),
  model: z.strictObject({ name: z.string(), sha256: z.string() }),
  settings: z.strictObject({
    blockSize: z.int(),
    threshold: z.number(),
    groupSize: z.int(),
    calibrationTexts: z.int(),
    injection: z.strictObject({ seed: z.int(), share: z.number(), factors: z.array(z.number()) }),
  }),
  /** Held-out documents, in the order of all scores. */
  documents: z.array(z.string()),
  /** Of so many rounds that cover the whole text, how many each configuration has. */
  allRounds: z.int(),
  configurations: z.array(configuration),
  /** The pairs of simulator and kernels, on as many parts as they have. */
  agreement: z.array(configuration),
  studies: studiesSchema,
});

/** All measurements of paper 05. */
export type AccuracyResults = z.infer<typeof accuracySchema>;

/** One configuration's scores. */
export type StoredScore = AccuracyResults["configurations"][number];

const RESULTS = new URL("../../../data/results/", import.meta.url);

/**
 * Reads the committed measurements.
 *
 * @throws {UserError} when the file is missing or malformed.
 */
export function loadAccuracy(folder: URL = RESULTS): Promise<AccuracyResults> {
  return readChecked("05-accuracy.json", folder, accuracySchema);
}

/**
 * Reads the committed excerpts.
 *
 * @throws {UserError} when the file is missing or malformed.
 */
export function loadTexts(folder: URL = RESULTS): Promise<CommittedTexts> {
  return readChecked("05-texts.json", folder, committedTextsSchema);
}

/**
 * Reads the committed study of real networks.
 *
 * @throws {UserError} when the file is missing or malformed.
 */
export function loadNetworks(folder: URL = RESULTS): Promise<NetworkResults> {
  return readChecked("05-networks.json", folder, networksSchema);
}

async function readChecked<T>(name: string, folder: URL, schema: z.ZodType<T>): Promise<T> {
  let json: unknown;
  try {
    json = JSON.parse(await readText(new URL(name, folder)));
  } catch (error) {
    throw new UserError({
      what: `data/results/${name}`,
      got: new Described(messageOf(error)),
      expected: "the file that deno task measure-quantization writes",
    });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new UserError({
    what: `data/results/${name}: ${issue.path.join(".")}`,
    got: new Described(issue.code),
    expected: issue.message,
  });
}

/** Which configuration is meant. */
export interface Chosen {
  readonly injected: boolean;
  readonly scheme: string;
  readonly kv?: KvName | "KV32";
  readonly engine?: "simulator" | "kernels";
}

/**
 * The scores of a configuration; the cache is the 16-bit one unless another is named.
 *
 * @throws {RangeError} when it was not measured.
 */
export function scoreOf(
  { configurations }: AccuracyResults,
  { injected, scheme, kv = "KV16", engine = "simulator" }: Chosen,
): StoredScore {
  const found = configurations.find((one) =>
    one.injected === injected && one.scheme === scheme && one.kv === kv && one.engine === engine
  );
  if (found !== undefined) return found;
  throw new RangeError(
    `scoreOf: got ${engine} ${scheme} ${kv}${injected ? ", injected" : ""}, which was not measured`,
  );
}

/** Perplexity over all documents. */
export function perplexityOf({ nats, tokens }: Pick<StoredScore, "nats" | "tokens">): number {
  return Math.exp(sum(nats) / sum(tokens));
}

/**
 * How many more nats per token the first configuration needs than the second: mean over documents, each
 * counted alike, with Student's interval.
 *
 * @throws {RangeError} when they were not scored on the same tokens.
 */
export function documentDifference(a: StoredScore, b: StoredScore): MeanInterval {
  if (a.tokens.some((count, i) => count !== b.tokens[i])) {
    throw new RangeError("documentDifference: got scores of different tokens");
  }
  return meanInterval(a.nats.map((value, i) => (value - b.nats[i]!) / a.tokens[i]!));
}

/** The same over the excerpts of a study, all of `tokens` tokens. */
export function excerptDifference(
  a: readonly number[],
  b: readonly number[],
  tokens: number,
): MeanInterval {
  return meanInterval(a.map((value, i) => (value - b[i]!) / tokens));
}

/** Perplexity over the excerpts of a study. */
export function excerptPerplexity(nats: readonly number[], tokens: number): number {
  return Math.exp(sum(nats) / (nats.length * tokens));
}

/** The hash of a file of weights. */
export async function fileHash(file: URL): Promise<string> {
  return await sha256(await Deno.readFile(file));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
