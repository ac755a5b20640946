/**
 * Runs an exported transformer ({@linkcode decodingGraph}) through ONNX Runtime behind the
 * {@linkcode LanguageModel} interface: the runtime of trained models where no native kernels are.
 *
 * @module
 */
import { BatchCache, KeyValueCache, type PastFeeds } from "./key_value_cache.ts";
import { decodingGraph } from "./decoding_graph.ts";
import { PassInputs } from "./pass_inputs.ts";
import {
  createSession,
  type Ort,
  type OrtSession,
  type OrtTensor,
  threadCount,
} from "./runtime.ts";
import { CheckedSequence, ownRow } from "../interface/checked_sequence.ts";
import { checkPrompt, checkTokens, extendTogether } from "../interface/sequence_checks.ts";
import { Turns } from "../interface/turns.ts";
import { parameterCount, type TransformerConfig } from "../transformer/config.ts";
import { parameterBlocks } from "../transformer/parameter_blocks.ts";
import type { ExtendResult, LanguageModel, Sequence, Tokens } from "../interface/language_model.ts";

/** How a model is run. */
export interface OnnxModelOptions {
  name?: string;
  /** Threads of ONNX Runtime; results do not depend on it. Default {@linkcode modelThreads}. */
  threads?: number;
}

/** A language model that holds memory outside of JavaScript until it is closed. */
export interface ClosableModel extends LanguageModel {
  /** Gives the memory back. The model and its sequences cannot be used afterwards. */
  close(): Promise<void>;
}

/**
 * A transformer with the given weights, run by ONNX Runtime.
 *
 * Every text starts from the begin-of-text token, whether the prompt spells it or not; it is not counted
 * in `length`, and `open([])` starts from it alone.
 *
 * @param weights float32, by the names of {@linkcode tensorShapes}.
 */
export async function onnxModel(
  config: TransformerConfig,
  weights: ReadonlyMap<string, Float32Array>,
  options: OnnxModelOptions = {},
): Promise<ClosableModel> {
  const name = options.name ?? "transformer";
  const graph = decodingGraph(config, weights);
  const { threads = modelThreads(config) } = options;
  const { ort, session } = await createSession(name, graph, { threads });
  return new OnnxModel(name, config, ort, session);
}

/**
 * A transformer that reads its weights anew in every pass: a model in training can be sampled at each step
 * without a graph being built. A sequence keeps what it has read under the weights of that time, so open new ones after
 * a step.
 *
 * @param parameters all tensors in a row, in the order of {@linkcode tensorShapes}; never copied.
 */
export async function liveOnnxModel(
  config: TransformerConfig,
  parameters: Float32Array,
  options: OnnxModelOptions = {},
): Promise<ClosableModel> {
  const name = options.name ?? "transformer in training";
  const { threads = modelThreads(config) } = options;
  const { ort, session } = await createSession(name, decodingGraph(config, "inputs"), { threads });
  const weights: Record<string, OrtTensor> = {};
  for (const block of parameterBlocks(config)) {
    const view = parameters.subarray(block.offset, block.offset + block.size);
    weights[block.name] = new ort.Tensor("float32", view, block.shape);
  }
  return new OnnxModel(name, config, ort, session, weights);
}

/** A model with fewer parameters runs on one thread. */
const SMALL = 20_000_000;

/**
 * The threads a model gets unless told otherwise: one for a small model, whose passes are many short
 * operations. A second thread makes a pass of `sotu-target` over 200 rows no faster; and between passes it
 * spins for work, which costs a second model, the draft beside its target, half its speed.
 */
export function modelThreads(config: TransformerConfig): number {
  return parameterCount(config) < SMALL ? 1 : threadCount();
}

/** Logits that a pass which opens texts may give: 32 MB. */
const MOST_LOGITS = 8_000_000;

/** What a forward pass gives for one text: rows per new token. */
interface Pass {
  logits: Float32Array[];
  hidden: Float32Array[];
}

class OnnxModel implements ClosableModel {
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly bos: number;
  readonly #ort: Ort;
  readonly #session: OrtSession;
  /** Weights that are inputs of the graph; empty where they are part of it. */
  readonly #weights: Record<string, OrtTensor>;
  readonly #batches = new Map<number, BatchCache>();
  readonly #inputs: PassInputs;
  /** ONNX Runtime runs one pass at a time; the caches must not change under it. */
  readonly #turns = new Turns();

  constructor(
    readonly name: string,
    readonly config: TransformerConfig,
    ort: Ort,
    session: OrtSession,
    weights: Record<string, OrtTensor> = {},
  ) {
    this.#weights = weights;
    this.vocabSize = config.vocab_size;
    this.contextLength = config.max_position_embeddings - 1;
    this.bos = config.bos_token_id;
    this.#ort = ort;
    this.#session = session;
    this.#inputs = new PassInputs(ort, config);
  }

  async open(prompt: Tokens): Promise<Sequence> {
    const text = checkPrompt(this, prompt);
    const sequence = new OnnxSequence(this, new KeyValueCache(this.config));
    await sequence.start([this.bos, ...text]);
    return sequence;
  }

  async openBatch(prompts: readonly Tokens[]): Promise<Sequence[]> {
    const texts = prompts.map((prompt) => [this.bos, ...checkPrompt(this, prompt)]);
    const opened: OnnxSequence[] = [];
    for (let from = 0; from < texts.length;) {
      const some = texts.slice(from, from + this.#opensTogether(texts.slice(from)));
      const caches = some.map(() => new KeyValueCache(this.config));
      const passes = await this.passBatch(caches, some);
      caches.forEach((cache, i) => {
        const sequence = new OnnxSequence(this, cache);
        sequence.accept(passes[i]!.logits);
        opened.push(sequence);
      });
      from += some.length;
    }
    return opened;
  }

  /** How many of these texts one pass may read, so that the logits of all their tokens stay small. */
  #opensTogether(texts: readonly Tokens[]): number {
    let longest = 0;
    const fits = texts.findIndex((text, i) => {
      longest = Math.max(longest, text.length);
      return i > 0 && (i + 1) * longest * this.vocabSize > MOST_LOGITS;
    });
    return fits < 0 ? texts.length : fits;
  }

  extendBatch(
    sequences: readonly Sequence[],
    tokens: readonly Tokens[],
  ): Promise<Float32Array[][]> {
    return extendTogether(this, sequences, tokens, OnnxSequence, async (busy) => {
      if (busy.length === 1) {
        const { sequence, tokens } = busy[0]!;
        return [(await sequence.extend(tokens)).logits];
      }
      const passes = await this.passBatch(
        busy.map(({ sequence }) => sequence.cache),
        busy.map(({ tokens }) => tokens),
      );
      busy.forEach(({ sequence }, i) => sequence.accept(passes[i]!.logits));
      return passes.map(({ logits }) => logits);
    });
  }

  /** One text, `tokens` appended to its cache. */
  pass(cache: KeyValueCache, tokens: Tokens, hidden: boolean): Promise<Pass> {
    return this.#turns.take(async () => {
      cache.reserve(cache.length + tokens.length);
      const [pass] = await this.#run([cache.length], [tokens], cache.tensors(this.#ort), hidden);
      cache.append(pass!.rows, tokens.length, 0, 1, tokens.length);
      return pass!;
    });
  }

  /** Several texts in one pass. */
  passBatch(caches: readonly KeyValueCache[], tokens: readonly Tokens[]): Promise<Pass[]> {
    return this.#turns.take(async () => {
      const batch = this.#batchOf(caches.length);
      const past = batch.load(this.#ort, caches);
      const longest = Math.max(...tokens.map((list) => list.length));
      const passes = await this.#run(caches.map((cache) => cache.length), tokens, past, false);
      caches.forEach((cache, i) => {
        const count = tokens[i]!.length;
        cache.reserve(cache.length + count);
        cache.append(passes[i]!.rows, count, i, caches.length, longest);
      });
      return passes;
    });
  }

  async close(): Promise<void> {
    await this.#turns.take(() => this.#session.release());
  }

  #batchOf(size: number): BatchCache {
    let batch = this.#batches.get(size);
    if (batch === undefined) {
      batch = new BatchCache(this.config, size);
      this.#batches.set(size, batch);
    }
    return batch;
  }

  async #run(
    lengths: readonly number[],
    tokens: readonly Tokens[],
    past: PastFeeds,
    wantHidden: boolean,
  ): Promise<(Pass & { rows: Float32Array })[]> {
    const count = Math.max(...tokens.map((list) => list.length));
    const feeds = { ...this.#weights, ...this.#inputs.of(lengths, tokens, past) };
    const results = await this.#session.run(
      feeds,
      wantHidden ? ["logits", "rows", "hidden"] : ["logits", "rows"],
    );
    const logits = results["logits"]!.data as Float32Array;
    const hidden = results["hidden"]?.data as Float32Array | undefined;
    const rows = results["rows"]!.data as Float32Array;
    const cut = (data: Float32Array | undefined, width: number, b: number): Float32Array[] =>
      data === undefined ? [] : tokens[b]!.map((_, i) => {
        const at = (b * count + i) * width;
        return data.subarray(at, at + width);
      });
    return tokens.map((_, b) => ({
      logits: cut(logits, this.vocabSize, b),
      hidden: cut(hidden, this.config.hidden_size, b),
      rows,
    }));
  }
}

class OnnxSequence extends CheckedSequence<OnnxModel> {
  readonly cache: KeyValueCache;

  constructor(model: OnnxModel, cache: KeyValueCache, logits?: Float32Array) {
    super(model, logits);
    this.cache = cache;
  }

  async start(tokens: Tokens): Promise<void> {
    this.accept((await this.model.pass(this.cache, tokens, false)).logits);
  }

  async extend(tokens: Tokens, options: { hidden?: boolean } = {}): Promise<ExtendResult> {
    checkTokens(this.model, this.length, tokens);
    const wanted = options.hidden ?? false;
    if (tokens.length === 0) return wanted ? { logits: [], hidden: [] } : { logits: [] };
    const { logits, hidden } = await this.model.pass(this.cache, tokens, wanted);
    this.accept(logits);
    return wanted ? { logits, hidden } : { logits };
  }

  override accept(rows: readonly Float32Array[]): void {
    super.accept([ownRow(rows.at(-1)!)]);
  }

  /** Rows of the cache, without the begin-of-text token's. */
  protected held(): number {
    return this.cache.length - 1;
  }

  protected cut(length: number): void {
    this.cache.truncate(length + 1);
  }

  protected branch(logits: Float32Array | undefined): Sequence {
    return new OnnxSequence(this.model, this.cache.fork(), logits);
  }

  protected release(): void {
    this.cache.release();
  }
}
