/**
 * Log-probabilities under the reference policy, computed once: they do not change during a training. On disk
 * they carry the hash of the weights and of the pairs they belong to.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { writeWhole } from "offprint/files.ts";
import { jsonHash, sha256 } from "offprint/lm/corpora/mod.ts";
import type { OnnxEngine } from "offprint/lm/training/mod.ts";
import {
  encodeSafetensors,
  readSafetensors,
  type Tensor,
  type TransformerConfig,
} from "offprint/lm/transformer/mod.ts";
import type { TokenPair } from "./encode.ts";
import { longestText, pairBatch, type ResponseLogProbs, responseLogProbs } from "./pair_batch.ts";

/** Reference log-probabilities of pairs, token by token. */
export interface Reference {
  /** By the pair's place in the list. */
  pairs: ResponseLogProbs[];
  /**
   * For each pair, the log-probabilities of the *next* pair's chosen response behind this pair's prompt, as
   * KTO's reference point wants them; only where they were asked for.
   */
  mismatched?: Float64Array[];
}

/** Pairs scored at once. */
const ROWS = 64;

/**
 * Pairs of each prompt with the chosen response of the pair after it, the last with the first: a cyclic
 * shift, which never leaves a pair with its own response.
 */
export function mismatchedPairs(pairs: readonly TokenPair[]): TokenPair[] {
  return pairs.map((pair, i) => {
    const { chosen } = pairs[(i + 1) % pairs.length]!;
    return { ...pair, chosen, rejected: chosen };
  });
}

/**
 * Log-probabilities of every response token under the engine's present weights.
 *
 * @param options.length of a row; by default the longest text.
 */
export async function scorePairs(
  engine: Pick<OnnxEngine, "config" | "logProbs">,
  pairs: readonly TokenPair[],
  { length = longestText(pairs) }: { length?: number } = {},
): Promise<ResponseLogProbs[]> {
  const results: ResponseLogProbs[] = [];
  for (let from = 0; from < pairs.length; from += ROWS / 2) {
    const some = pairs.slice(from, from + ROWS / 2);
    const batch = pairBatch(engine.config, some, length);
    results.push(...responseLogProbs(batch, some, await engine.logProbs(batch)));
  }
  return results;
}

/**
 * The reference log-probabilities of pairs under the engine's present weights.
 *
 * @param options.mismatched whether those of mismatched pairs are wanted too.
 */
export async function referenceOf(
  engine: Pick<OnnxEngine, "config" | "logProbs">,
  pairs: readonly TokenPair[],
  { mismatched = false }: { mismatched?: boolean } = {},
): Promise<Reference> {
  const scored = await scorePairs(engine, pairs);
  if (!mismatched) return { pairs: scored };
  const others = await scorePairs(engine, mismatchedPairs(pairs));
  return { pairs: scored, mismatched: others.map(({ chosen }) => chosen) };
}

/** A hash of weights with their configuration. */
export function weightsHash(config: TransformerConfig, parameters: Float32Array): Promise<string> {
  const head = new TextEncoder().encode(JSON.stringify(config));
  const bytes = new Uint8Array(head.length + parameters.byteLength);
  bytes.set(head);
  bytes.set(
    new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength),
    head.length,
  );
  return sha256(bytes);
}

/** A hash of pairs: everything in them that a score depends on. */
export function pairsHash(pairs: readonly TokenPair[]): Promise<string> {
  const lists = pairs.map(({ prompt, chosen, rejected }) => [prompt, chosen, rejected]);
  return jsonHash(lists);
}

/**
 * The reference log-probabilities from a file, or computed and written there.
 *
 * @param file a safetensors file; its hashes say what it belongs to.
 * @param options.mismatched whether those of mismatched pairs are wanted too; a file without them is filled up.
 * @throws {UserError} when the file belongs to another model or other pairs.
 */
export async function cachedReference(
  file: URL,
  engine: Pick<OnnxEngine, "config" | "logProbs" | "parameters">,
  pairs: readonly TokenPair[],
  { mismatched = false }: { mismatched?: boolean } = {},
): Promise<Reference> {
  const keys = {
    model: await weightsHash(engine.config, engine.parameters),
    pairs: await pairsHash(pairs),
  };
  if (await Deno.stat(file).then(() => true, () => false)) {
    const found = await readReference(file, keys, pairs);
    if (!mismatched || found.mismatched !== undefined) return found;
  }
  const reference = await referenceOf(engine, pairs, { mismatched });
  const tensors = new Map([
    ["log_probs", inARow(reference.pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]))],
  ]);
  if (reference.mismatched !== undefined) {
    tensors.set("mismatched_log_probs", inARow(reference.mismatched));
  }
  await Deno.mkdir(new URL("./", file), { recursive: true });
  await writeWhole(file, encodeSafetensors(tensors, { metadata: keys }));
  return reference;
}

function inARow(lists: readonly Float64Array[]): Tensor {
  const data = Float32Array.from(lists.flatMap((list) => [...list]));
  return { shape: [data.length], data };
}

async function readReference(
  file: URL,
  keys: { model: string; pairs: string },
  pairs: readonly TokenPair[],
): Promise<Reference> {
  const { tensors, metadata } = await readSafetensors(file);
  const name = decodeURIComponent(file.pathname);
  for (const [key, thing] of [["model", "another model"], ["pairs", "other pairs"]] as const) {
    if (metadata[key] !== keys[key]) {
      throw new UserError({
        what: name,
        got: new Described(`the reference log-probabilities of ${thing}`),
        expected: `those of SHA-256 ${keys[key]}`,
        todo: "Remove the file; it is then computed again.",
      });
    }
  }
  /** The lists of a tensor, one after the other. */
  const listsOf = (key: string): ((count: number) => Float64Array) | undefined => {
    const data = tensors.get(key)?.data;
    if (data === undefined) return undefined;
    const flat = Float64Array.from(data);
    let at = 0;
    return (count) => flat.subarray(at, at += count);
  };
  const take = listsOf("log_probs")!;
  const other = listsOf("mismatched_log_probs");
  return {
    pairs: pairs.map(({ chosen, rejected }) => ({
      chosen: take(chosen.length),
      rejected: take(rejected.length),
    })),
    ...(other === undefined
      ? {}
      : { mismatched: mismatchedPairs(pairs).map(({ chosen }) => other(chosen.length)) }),
  };
}
