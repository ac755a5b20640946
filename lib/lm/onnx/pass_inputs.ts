/**
 * What a pass over several texts with caches reads beside weights and caches: the new tokens, where they stand, and
 * what they may attend to.
 *
 * @module
 */
import { MASKED } from "./decoding_graph.ts";
import type { PastFeeds } from "./key_value_cache.ts";
import type { Ort, OrtTensor } from "./runtime.ts";
import type { Tokens } from "../interface/language_model.ts";
import type { TransformerConfig } from "../transformer/config.ts";

/** Makes the inputs of passes through a graph of `decodingGraph`. */
export class PassInputs {
  readonly #ort: Ort;
  readonly #config: TransformerConfig;
  /** Tensors of `new_bias` by the number of new tokens. */
  readonly #newBias = new Map<number, OrtTensor>();

  constructor(ort: Ort, config: TransformerConfig) {
    this.#ort = ort;
    this.#config = config;
  }

  /**
   * The inputs for `tokens[b]` behind `lengths[b]` cached rows. Behind a shorter list stands token 0; nothing attends
   * to it and its rows are not kept.
   */
  of(
    lengths: readonly number[],
    tokens: readonly Tokens[],
    past: PastFeeds,
  ): Record<string, OrtTensor> {
    const { Tensor } = this.#ort;
    const batch = lengths.length;
    const count = Math.max(...tokens.map((list) => list.length));
    const positions = new Int32Array(batch * count);
    const bias = new Float32Array(batch * past.capacity).fill(MASKED);
    const lastPosition = this.#config.max_position_embeddings - 1;
    for (let b = 0; b < batch; b++) {
      bias.fill(0, b * past.capacity, b * past.capacity + lengths[b]!);
      for (let i = 0; i < count; i++) {
        positions[b * count + i] = Math.min(lengths[b]! + i, lastPosition);
      }
    }
    return {
      ...past.feeds,
      tokens: this.padded(tokens, [batch, count]),
      positions: new Tensor("int32", positions, [batch, count]),
      past_bias: new Tensor("float32", bias, [batch, 1, 1, past.capacity]),
      new_bias: this.#newBiasOf(count),
    };
  }

  /** Lists of tokens as one tensor, filled up with token 0. */
  padded(tokens: readonly Tokens[], shape: readonly number[]): OrtTensor {
    const count = shape[1]!;
    const ids = new Int32Array(tokens.length * count);
    tokens.forEach((list, b) => ids.set(list, b * count));
    return new this.#ort.Tensor("int32", ids, shape);
  }

  #newBiasOf(count: number): OrtTensor {
    let tensor = this.#newBias.get(count);
    if (tensor === undefined) {
      const repeats = this.#config.num_attention_heads / this.#config.num_key_value_heads;
      const bias = new Float32Array(repeats * count * count);
      for (let row = 0; row < repeats * count; row++) {
        bias.fill(MASKED, row * count + row % count + 1, (row + 1) * count);
      }
      tensor = new this.#ort.Tensor("float32", bias, [repeats * count, count]);
      this.#newBias.set(count, tensor);
    }
    return tensor;
  }
}
