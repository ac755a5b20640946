/**
 * Shapes of a LLaMA-like decoder: the fields of Hugging Face's `config.json` that this project uses.
 *
 * @module
 */
import { z } from "zod";
import { checkedValue } from "offprint/checked_json.ts";
import { Described, UserError } from "offprint/errors.ts";

/** More than any published model has: a larger number is damage, and what is made from it would never end. */
const MOST_LAYERS = 10_000, MOST = 2 ** 24;
const positive = z.int().positive().max(MOST);
/** Blocks, and heads of each. */
const layers = z.int().positive().max(MOST_LAYERS);

/** The `config.json` of a committed model. Unknown keys are refused, so a typing error is not lost. */
const transformerConfigSchema = z.strictObject({
  architectures: z.tuple([z.literal("LlamaForCausalLM")]),
  model_type: z.literal("llama"),
  /** Size of the vocabulary, V. */
  vocab_size: positive,
  /** Width of the residual stream, D. */
  hidden_size: positive,
  /** Width of the gated feed-forward layer, F. */
  intermediate_size: positive,
  /** Number of blocks, L. */
  num_hidden_layers: layers,
  /** Query heads, H. */
  num_attention_heads: layers,
  /** Key and value heads; divides H (grouped-query attention). */
  num_key_value_heads: layers,
  /** Width of one head. */
  head_dim: positive,
  /** Longest text, in tokens, with the begin-of-text token. */
  max_position_embeddings: positive,
  /** Base of the rotary angles. */
  rope_theta: z.number().positive(),
  /** Added to the mean square in RMSNorm. */
  rms_norm_eps: z.number().positive(),
  /** The output matrix is the embedding. */
  tie_word_embeddings: z.boolean(),
  bos_token_id: z.int().nonnegative(),
  eos_token_id: z.int().nonnegative(),
  hidden_act: z.literal("silu"),
});

/** Shapes of a LLaMA-like decoder, in the names of Hugging Face's `config.json`. */
export type TransformerConfig = z.infer<typeof transformerConfigSchema>;

/** The sizes that tell one of our models from another; the rest is fixed by {@linkcode transformerConfig}. */
export interface TransformerSizes {
  vocabSize: number;
  width: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
  feedForward: number;
  /** Longest text, in tokens, without the begin-of-text token. */
  contextLength: number;
}

/** A whole configuration from its sizes: tied embedding, RoPE base 10,000, token 0 begins and ends texts. */
export function transformerConfig(sizes: TransformerSizes): TransformerConfig {
  return checkedConfig("sizes", {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: sizes.vocabSize,
    hidden_size: sizes.width,
    intermediate_size: sizes.feedForward,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.heads,
    num_key_value_heads: sizes.keyValueHeads,
    head_dim: sizes.width / sizes.heads,
    max_position_embeddings: sizes.contextLength + 1, // the begin-of-text token is not counted
    rope_theta: 10000,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: true,
    bos_token_id: 0,
    eos_token_id: 0,
    hidden_act: "silu",
  });
}

/**
 * Reads a configuration and checks that its sizes fit together.
 *
 * @param where the file or field it comes from, for the message.
 * @throws {UserError} when a field is missing, wrong or does not fit the others.
 */
export function checkedConfig(where: string, value: unknown): TransformerConfig {
  // Its files may have the right names and shapes and still hold codes.
  if (typeof value === "object" && value !== null && "quantization_config" in value) {
    throw new UserError({
      what: where,
      got: new Described("a model that is quantised already (quantization_config)"),
      expected: "one whose weights are floats",
    });
  }
  const config = checkedValue(transformerConfigSchema, value, {
    what: where,
    expected: "a LLaMA configuration",
  });
  if (config.num_attention_heads % config.num_key_value_heads !== 0) {
    throw new UserError({
      what: `${where}: num_key_value_heads`,
      got: config.num_key_value_heads,
      expected: `a divisor of num_attention_heads (${config.num_attention_heads})`,
    });
  }
  if (config.head_dim % 2 !== 0) {
    throw new UserError({
      what: `${where}: head_dim`,
      got: config.head_dim,
      expected: "an even number (rotary embedding turns pairs)",
    });
  }
  for (const key of ["bos_token_id", "eos_token_id"] as const) {
    if (config[key] >= config.vocab_size) {
      throw new UserError({
        what: `${where}: ${key}`,
        got: config[key],
        expected: `a token below vocab_size (${config.vocab_size})`,
      });
    }
  }
  return config;
}

/**
 * Every tensor of the model: its name in the safetensors file and its shape (`[out, in]` for the
 * matrices, as in PyTorch), in a fixed order.
 */
export function tensorShapes(config: TransformerConfig): Map<string, number[]> {
  const { hidden_size: width, intermediate_size: inner, head_dim: head } = config;
  const queries = config.num_attention_heads * head;
  const keys = config.num_key_value_heads * head;
  const shapes = new Map<string, number[]>();
  shapes.set("model.embed_tokens.weight", [config.vocab_size, width]);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const prefix = `model.layers.${layer}`;
    shapes.set(`${prefix}.input_layernorm.weight`, [width]);
    shapes.set(`${prefix}.self_attn.q_proj.weight`, [queries, width]);
    shapes.set(`${prefix}.self_attn.k_proj.weight`, [keys, width]);
    shapes.set(`${prefix}.self_attn.v_proj.weight`, [keys, width]);
    shapes.set(`${prefix}.self_attn.o_proj.weight`, [width, queries]);
    shapes.set(`${prefix}.post_attention_layernorm.weight`, [width]);
    shapes.set(`${prefix}.mlp.gate_proj.weight`, [inner, width]);
    shapes.set(`${prefix}.mlp.up_proj.weight`, [inner, width]);
    shapes.set(`${prefix}.mlp.down_proj.weight`, [width, inner]);
  }
  shapes.set("model.norm.weight", [width]);
  if (!config.tie_word_embeddings) shapes.set("lm_head.weight", [config.vocab_size, width]);
  return shapes;
}

/** How many numbers the model holds. */
export function parameterCount(config: TransformerConfig): number {
  let total = 0;
  for (const shape of tensorShapes(config).values()) {
    total += shape.reduce((product, size) => product * size, 1);
  }
  return total;
}
