/**
 * The `config.json` of a LLaMA-like model from elsewhere: many more fields than are used here, some that may
 * be missing, and some that change what is computed.
 *
 * @module
 */
import { z } from "zod";
import { checkedValue } from "offprint/checked_json.ts";
import { Described, UserError } from "offprint/errors.ts";
import { checkedConfig, type TransformerConfig } from "./config.ts";

const fieldsSchema = z.looseObject({
  model_type: z.string().optional(),
  architectures: z.array(z.string()).nullish(),
  hidden_size: z.number().optional(),
  num_attention_heads: z.number().optional(),
  num_key_value_heads: z.number().nullish(),
  head_dim: z.number().nullish(),
  eos_token_id: z.union([z.number(), z.array(z.number())]).nullish(),
  rope_theta: z.number().nullish(),
  rope_parameters: z.looseObject({ rope_theta: z.number().optional() }).nullish(),
});

type Fields = z.infer<typeof fieldsSchema>;

/**
 * Reads the `config.json` of a LLaMA, ours or one from elsewhere. Fields that say nothing about the
 * computation are ignored; those that Hugging Face leaves out have its defaults.
 *
 * @param where the file, for the message.
 * @throws {UserError} for another architecture, for a variant that is not computed here (scaled rotary
 * angles, biases, quantised weights), and for fields that are missing or do not fit the others.
 */
export function publishedConfig(where: string, value: unknown): TransformerConfig {
  const fields = checkedValue(fieldsSchema, value, {
    what: where,
    expected: "a model's config.json",
  });
  const other = notComputed(fields);
  if (other !== undefined) {
    throw new UserError({
      what: `${where}: ${other.field}`,
      got: fields[other.field],
      expected: other.expected,
      todo: "Weights of this variant cannot be run here. Use the model's ONNX export instead.",
    });
  }
  const heads = fields.num_attention_heads;
  const ends = [fields.eos_token_id].flat();
  const found: Record<string, unknown> = {
    ...DEFAULTS,
    ...Object.fromEntries(KNOWN.flatMap((key) => key in fields ? [[key, fields[key]]] : [])),
    architectures: ["LlamaForCausalLM"],
    num_key_value_heads: fields.num_key_value_heads ?? heads,
    head_dim: fields.head_dim ?? fields.hidden_size! / heads!,
    rope_theta: fields.rope_theta ?? fields.rope_parameters?.rope_theta ?? 10_000,
    eos_token_id: ends[0] ?? DEFAULTS.eos_token_id,
  };
  if (found["bos_token_id"] === null) {
    throw new UserError({
      what: `${where}: bos_token_id`,
      got: new Described("no begin-of-text token"),
      expected: "one, because every text starts with it here",
      todo: "Use the model's ONNX export instead.",
    });
  }
  return checkedConfig(where, found);
}

/** What Hugging Face takes where a LLaMA's configuration says nothing. */
const DEFAULTS = {
  model_type: "llama",
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: false,
  bos_token_id: 1,
  eos_token_id: 2,
  hidden_act: "silu",
};

/** The fields that are taken over as they are. */
const KNOWN = [
  "model_type",
  "vocab_size",
  "hidden_size",
  "intermediate_size",
  "num_hidden_layers",
  "num_attention_heads",
  "max_position_embeddings",
  "rms_norm_eps",
  "tie_word_embeddings",
  "bos_token_id",
  "hidden_act",
];

/** The first field by which a model differs from the decoder that is computed here. */
function notComputed(fields: Fields): { field: string; expected: string } | undefined {
  const plainRope = (rope: unknown): boolean => {
    const { rope_type, type } = rope as { rope_type?: unknown; type?: unknown };
    return (rope_type ?? type ?? "default") === "default";
  };
  if (fields.model_type !== undefined && fields.model_type !== "llama") {
    return { field: "model_type", expected: "llama, the architecture that is computed here" };
  }
  const { architectures } = fields;
  if (architectures?.length && !architectures.includes("LlamaForCausalLM")) {
    return { field: "architectures", expected: "LlamaForCausalLM" };
  }
  for (const field of ["rope_scaling", "rope_parameters"]) {
    if (fields[field] !== undefined && fields[field] !== null && !plainRope(fields[field])) {
      return { field, expected: "rotary angles that are not scaled" };
    }
  }
  for (const field of ["attention_bias", "mlp_bias"]) {
    if (fields[field] === true) return { field, expected: "false (layers without biases)" };
  }
  const share = fields["partial_rotary_factor"];
  if (share !== undefined && share !== null && share !== 1) {
    return { field: "partial_rotary_factor", expected: "1" };
  }
  if (fields["quantization_config"] !== undefined && fields["quantization_config"] !== null) {
    return { field: "quantization_config", expected: "weights in float32, float16 or bfloat16" };
  }
  return undefined;
}
