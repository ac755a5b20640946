/**
 * A quantised decoder of a given shape with random weights.
 *
 * @module
 */
import { Decoder, type DecoderLinear, PackedWeights } from "kernels/mod.ts";
import type { TransformerConfig } from "offprint/lm/transformer/mod.ts";
import { decoderFrame, type PartName, sharedPlans } from "offprint/quantization/mod.ts";
import { stream } from "offprint/random.ts";

const BLOCK = 128;

/**
 * 4-bit weights throughout, the head included; a quarter of the blocks of activations in 8 bits, and
 * all of the head's.
 */
export function randomDecoder(config: TransformerConfig): Decoder {
  const { hidden_size: width, intermediate_size: inner, head_dim: headDim } = config;
  const heads = config.num_attention_heads, kvHeads = config.num_key_value_heads;
  const random = stream(1, "bench-decode", "ours");
  const some = Uint32Array.from({ length: 65521 }, () => random.uint32());
  const plan = sharedPlans(0.25, BLOCK);
  let turn = 0;
  const linear = (part: PartName, rows: number, columns: number): DecoderLinear => {
    const words = new Uint32Array(Math.ceil(rows / 8) * columns);
    for (let i = 0; i < words.length; i++) words[i] = some[turn++ % some.length]!;
    const scales = new Float32Array(Math.ceil(rows / 8) * 8 * (columns / BLOCK));
    scales.fill(0.22 / Math.sqrt(columns)); // activations keep their size from layer to layer
    return {
      weights: new PackedWeights({ rows, columns, blockSize: BLOCK, words, scales }),
      format: { blockSize: BLOCK, bits: plan(part, 0, columns).bits },
    };
  };
  const gains = () => new Float32Array(width).fill(1);
  const halves = Float16Array.from(some, (word) => word * 2 ** -32 - 0.5);
  const embedding = new Float16Array(config.vocab_size * width);
  for (let at = 0; at < embedding.length; at += halves.length) {
    embedding.set(halves.subarray(0, embedding.length - at), at);
  }
  return new Decoder({
    ...decoderFrame(config),
    embedding,
    finalNorm: gains(),
    head: linear("head", config.vocab_size, width),
    layers: Array.from({ length: config.num_hidden_layers }, () => ({
      attentionNorm: gains(),
      qkv: linear("qkv", (heads + 2 * kvHeads) * headDim, width),
      o: linear("o", width, heads * headDim),
      mlpNorm: gains(),
      gateUp: linear("gateUp", 2 * inner, width),
      down: linear("down", width, inner),
    })),
  });
}
