/**
 * Reads texts that are already written through ONNX Runtime: a graph that gives back one number a token, where the
 * decoding graph hands over a row of the vocabulary for each.
 *
 * @module
 */
import { decodingGraph } from "./decoding_graph.ts";
import { BatchCache, KeyValueCache } from "./key_value_cache.ts";
import { PassInputs } from "./pass_inputs.ts";
import { createSession, type Ort, type OrtSession } from "./runtime.ts";
import { modelThreads, type OnnxModelOptions } from "./transformer_model.ts";
import { checkPrompt, checkTokens } from "../interface/sequence_checks.ts";
import type { TokenReader, UnreadText } from "../interface/token_reader.ts";
import { Turns } from "../interface/turns.ts";
import type { Tokens } from "../interface/language_model.ts";
import type { TransformerConfig } from "../transformer/config.ts";

/** A reader that holds memory outside of JavaScript until it is closed. */
export interface ClosableReader extends TokenReader {
  /** Gives the memory back. */
  close(): Promise<void>;
}

/**
 * A reader of a transformer with the given weights. Its texts lag by a token: the last one is read together with the
 * next, whose log-probability it gives.
 *
 * @param weights float32, by the names of `tensorShapes`.
 */
export async function onnxReader(
  config: TransformerConfig,
  weights: ReadonlyMap<string, Float32Array>,
  options: OnnxModelOptions = {},
): Promise<ClosableReader> {
  const name = options.name ?? "transformer";
  const graph = decodingGraph(config, weights, { targets: true });
  const { threads = modelThreads(config) } = options;
  const { ort, session } = await createSession(name, graph, { threads });
  return new OnnxReader(name, config, ort, session);
}

class OnnxText implements UnreadText {
  constructor(readonly cache: KeyValueCache, public last: number) {}

  /** Tokens held, without the begin-of-text token. */
  get length(): number {
    return this.cache.length;
  }

  fork(): UnreadText {
    return new OnnxText(this.cache.fork(), this.last);
  }

  close(): void {
    this.cache.release();
  }
}

class OnnxReader implements ClosableReader {
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly bos: number;
  readonly #config: TransformerConfig;
  readonly #ort: Ort;
  readonly #session: OrtSession;
  readonly #inputs: PassInputs;
  readonly #batches = new Map<number, BatchCache>();
  readonly #turns = new Turns();

  constructor(readonly name: string, config: TransformerConfig, ort: Ort, session: OrtSession) {
    this.vocabSize = config.vocab_size;
    this.contextLength = config.max_position_embeddings - 1;
    this.bos = config.bos_token_id;
    this.#config = config;
    this.#ort = ort;
    this.#session = session;
    this.#inputs = new PassInputs(ort, config);
  }

  async open(prompt: Tokens): Promise<UnreadText> {
    const tokens = checkPrompt(this, prompt);
    const text = new OnnxText(new KeyValueCache(this.#config), this.bos);
    if (tokens.length > 0) await this.read([text], [tokens]);
    return text;
  }

  read(texts: readonly UnreadText[], tokens: readonly Tokens[]): Promise<Float32Array[]> {
    const own = texts as readonly OnnxText[];
    own.forEach((text, i) => checkTokens(this, text.length, tokens[i]!));
    return this.#turns.take(async () => {
      const busy = [...own.keys()].filter((i) => tokens[i]!.length > 0);
      const result: Float32Array[] = own.map(() => new Float32Array());
      if (busy.length === 0) return result;
      const caches = busy.map((i) => own[i]!.cache);
      const targets = busy.map((i) => tokens[i]!);
      const feeds = busy.map((i) => [own[i]!.last, ...tokens[i]!.slice(0, -1)]);
      const count = Math.max(...targets.map((list) => list.length));
      const past = this.#batchOf(busy.length).load(this.#ort, caches);
      const results = await this.#session.run({
        ...this.#inputs.of(caches.map((cache) => cache.length), feeds, past),
        targets: this.#inputs.padded(targets, [busy.length, count, 1]),
      });
      const logProbs = results["log_probs"]!.data as Float32Array;
      const rows = results["rows"]!.data as Float32Array;
      busy.forEach((i, b) => {
        const { length } = tokens[i]!;
        const { cache } = own[i]!;
        cache.reserve(cache.length + length);
        cache.append(rows, length, b, busy.length, count);
        own[i]!.last = tokens[i]!.at(-1)!;
        result[i] = logProbs.slice(b * count, b * count + length);
      });
      return result;
    });
  }

  async close(): Promise<void> {
    await this.#turns.take(() => this.#session.release());
  }

  #batchOf(size: number): BatchCache {
    let batch = this.#batches.get(size);
    if (batch === undefined) {
      batch = new BatchCache(this.#config, size);
      this.#batches.set(size, batch);
    }
    return batch;
  }
}
