/**
 * The quantised decoder as a language model: integers in the linear layers, a 4-bit KV cache, one call of
 * the kernels per forward pass.
 *
 * @module
 */
import { type Decoder, type GroupSize, type Kernels, KvCache, openKernels } from "kernels/mod.ts";
import {
  checkPrompt,
  extendInOnePass,
  type PassingModel,
  type PassResult,
  passResults,
  type Sequence,
  type Tokens,
  Turns,
} from "offprint/lm/interface/mod.ts";
import type { ClosableModel } from "offprint/lm/onnx/mod.ts";
import type { TransformerConfig } from "offprint/lm/transformer/mod.ts";
import type { Weights } from "./float_decoder.ts";
import { type QuantizationOptions, quantizeDecoder } from "./quantize_decoder.ts";
import { QuantizedSequence } from "./sequence.ts";

/** How a quantised model is run. */
export interface RunOptions {
  readonly name?: string;
  /** What to run on; default: the best CPU backend of this machine. Closing the model leaves them open. */
  readonly kernels?: Kernels;
  /** Tokens of a group of the KV cache, G; default 64. */
  readonly groupSize?: GroupSize;
}

/** Memory of a quantised model. */
export interface QuantizedMemory {
  /** Bytes of the quantised linear layers, scales included. */
  readonly linearBytes: number;
  /** Their parameters. */
  readonly linearParameters: number;
  /** Bits per element of complete groups of the KV cache. */
  readonly kvBits: number;
  /** Bytes of the KV cache now in use: complete groups, and 16-bit floats. */
  readonly kv: { readonly packed: number; readonly recent: number };
}

/**
 * Quantises a transformer and opens it.
 *
 * Every text starts from the begin-of-text token, whether the prompt spells it or not; it is not counted
 * in `length`, and `open([])` starts from it alone. Logits depend on the tokens alone: not on batches,
 * threads, or how often a text was rolled back. On the CPU backends that holds to the last bit; on a GPU
 * sums of floats depend on how many tokens arrive together, by about 2⁻¹⁸ of a row's norm, and where that
 * moves a number across a tie, by a step of quantisation.
 *
 * @param weights float32, by the names of `tensorShapes`.
 * @throws {UserError} when the kernels cannot run a model of this shape.
 */
export async function quantizedModel(
  config: TransformerConfig,
  weights: Weights,
  options: QuantizationOptions & RunOptions = {},
): Promise<QuantizedModel> {
  return new QuantizedModel(
    quantizeDecoder(config, weights, options),
    config.bos_token_id,
    options.kernels ?? await openKernels(),
    options,
  );
}

/** A quantised decoder behind the interface of language models. */
export class QuantizedModel implements ClosableModel, PassingModel<QuantizedSequence> {
  readonly name: string;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly bos: number;
  readonly decoder: Decoder;
  readonly kernels: Kernels;
  readonly #cache: KvCache;
  /** One pass at a time: a text must not change under it. */
  readonly #turns = new Turns();

  /** Made by {@linkcode quantizedModel}, or from a decoder that exists already. */
  constructor(decoder: Decoder, bos: number, kernels: Kernels, options: RunOptions = {}) {
    const { kvHeads, headDim } = decoder;
    this.name = options.name ?? "quantised transformer";
    this.vocabSize = decoder.vocabulary;
    this.contextLength = decoder.positions - 1;
    this.bos = bos;
    this.decoder = decoder;
    this.kernels = kernels;
    const { groupSize = 64 } = options;
    this.#cache = new KvCache({ layers: decoder.layers.length, kvHeads, headDim, groupSize });
  }

  async open(prompt: Tokens): Promise<Sequence> {
    const text = checkPrompt(this, prompt);
    const sequence = new QuantizedSequence(this, this.#cache.open());
    await sequence.start([this.bos, ...text]);
    return sequence;
  }

  extendBatch(
    sequences: readonly Sequence[],
    tokens: readonly Tokens[],
  ): Promise<Float32Array[][]> {
    return extendInOnePass(this, sequences, tokens, QuantizedSequence);
  }

  /**
   * One forward pass over texts that each get at least one token. Passes that are started together are
   * done in order.
   *
   * @param lastOnly only the logits after each text's last token are wanted.
   */
  pass(
    texts: readonly { sequence: QuantizedSequence; tokens: Tokens }[],
    lastOnly = false,
  ): Promise<PassResult[]> {
    return this.#turns.take(async () => {
      const pass = this.#cache.begin(
        texts.map(({ sequence, tokens }) => ({ text: sequence.kv, tokens: tokens.length })),
      );
      const all = Int32Array.from(texts.flatMap(({ tokens }) => tokens));
      const counts = texts.map(({ tokens }) => lastOnly ? 1 : tokens.length);
      const asked = lastOnly ? Int32Array.from(lastRows(texts)) : undefined;
      const rows = await this.kernels.forward(this.decoder, pass, all, asked);
      pass.commit();
      return passResults(counts, rows, this.decoder);
    });
  }

  /** What the model takes in memory. */
  get memory(): QuantizedMemory {
    const weights = this.decoder.linears.map(({ weights }) => weights);
    return {
      linearBytes: weights.reduce((sum, { bytes }) => sum + bytes, 0),
      linearParameters: weights.reduce((sum, { rows, columns }) => sum + rows * columns, 0),
      kvBits: this.#cache.layout.bitsPerElement,
      kv: this.#cache.bytes,
    };
  }

  /** Waits for what is under way. Memory goes with the last reference. */
  async close(): Promise<void> {
    await this.#turns.take(() => Promise.resolve());
  }
}

/** The row of each text's last token in a pass. */
function lastRows(texts: readonly { tokens: Tokens }[]): number[] {
  let end = 0;
  return texts.map(({ tokens }) => (end += tokens.length) - 1);
}
