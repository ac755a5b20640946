/**
 * The shapes that both sides decode, and their random weights as GGUF files. Times do not depend on the
 * weights, only on their number.
 *
 * @module
 */
import { type Random, stream } from "offprint/random.ts";
import {
  tensorShapes,
  type TransformerConfig,
  transformerConfig,
} from "offprint/lm/transformer/mod.ts";
import { gguf, type GgufTensor, type GgufValue, Q4_0_BLOCK, Q4_0_BYTES } from "./gguf.ts";

/** 109.5 million parameters, the output matrix being the embedding. */
export const SHAPE: TransformerConfig = transformerConfig({
  vocabSize: 32000,
  width: 768,
  layers: 12,
  heads: 12,
  keyValueHeads: 12,
  feedForward: 2048,
  contextLength: 1023,
});

/** 6.8 million parameters, most of them the embedding: what drafts for {@linkcode SHAPE}. */
export const DRAFT_SHAPE: TransformerConfig = transformerConfig({
  vocabSize: 32000,
  width: 128,
  layers: 6,
  heads: 2,
  keyValueHeads: 2,
  feedForward: 1024,
  contextLength: 1023,
});

/** Names in GGUF of what safetensors call otherwise. */
const GGUF_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^model\.embed_tokens/, "token_embd"],
  [/^model\.norm/, "output_norm"],
  [/^model\.layers\.(\d+)\./, "blk.$1."],
  [/input_layernorm/, "attn_norm"],
  [/post_attention_layernorm/, "ffn_norm"],
  [/self_attn\.o_proj/, "attn_output"],
  [/self_attn\.(q|k|v)_proj/, "attn_$1"],
  [/mlp\.(gate|up|down)_proj/, "ffn_$1"],
];

/**
 * Writes a shape with random 4-bit weights (Q4_0, norms in 32-bit floats) to `path`, unless it is there.
 *
 * @returns its bytes.
 */
export async function writeGguf(path: string, config: TransformerConfig): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const random = stream(1, "bench-decode", "gguf");
  const tensors = [...tensorShapes(config)].map(([name, shape]) => tensor(random, name, shape));
  return await writeTensors(path, config, tensors);
}

/**
 * Writes a model of this shape to `path`, whole or not at all.
 *
 * @returns its bytes.
 */
export async function writeTensors(
  path: string,
  config: TransformerConfig,
  tensors: readonly GgufTensor[],
): Promise<number> {
  const temporary = `${path}.tmp`;
  const file = await Deno.open(temporary, { write: true, create: true, truncate: true });
  try {
    const writer = file.writable.getWriter();
    for (const piece of gguf(metadata(config), tensors)) await writer.write(piece);
    await writer.close();
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  await Deno.rename(temporary, path);
  return (await Deno.stat(path)).size;
}

/** A tensor's name in GGUF from its name in safetensors. */
export function ggufName(name: string): string {
  return GGUF_NAMES.reduce((text, [from, to]) => text.replace(from, to), name);
}

function tensor(random: Random, name: string, shape: readonly number[]): GgufTensor {
  const named = ggufName(name);
  const count = shape.reduce((product, size) => product * size, 1);
  const sizes = [...shape].reverse();
  if (shape.length === 1) {
    const bytes = new Uint8Array(new Float32Array(count).fill(1).buffer);
    return { name: named, sizes, type: "F32", bytes };
  }
  const words = new Uint32Array(count / Q4_0_BLOCK * Q4_0_BYTES / 4);
  for (let i = 0; i < words.length; i++) words[i] = random.uint32();
  // Values of deviation 1 / √columns: activations keep their size from layer to layer.
  const scale = new Uint16Array(Float16Array.of(0.22 / Math.sqrt(sizes[0]!)).buffer)[0]!;
  const halves = new Uint16Array(words.buffer);
  for (let at = 0; at < halves.length; at += Q4_0_BYTES / 2) halves[at] = scale;
  return { name: named, sizes, type: "Q4_0", bytes: new Uint8Array(words.buffer) };
}

/** What llama.cpp must know; of the tokenizer the least that it accepts. */
function metadata(config: TransformerConfig): Record<string, GgufValue> {
  return {
    "general.architecture": "llama",
    "general.name": "measured model",
    "llama.context_length": config.max_position_embeddings,
    "llama.embedding_length": config.hidden_size,
    "llama.block_count": config.num_hidden_layers,
    "llama.feed_forward_length": config.intermediate_size,
    "llama.attention.head_count": config.num_attention_heads,
    "llama.attention.head_count_kv": config.num_key_value_heads,
    "llama.attention.layer_norm_rms_epsilon": { float: config.rms_norm_eps },
    "llama.rope.dimension_count": config.head_dim,
    "llama.rope.freq_base": { float: config.rope_theta },
    "tokenizer.ggml.model": "llama",
    "tokenizer.ggml.tokens": Array.from({ length: config.vocab_size }, (_, i) => `t${i}`),
  };
}
