/**
 * From a transformer in floats to one that the kernels run.
 *
 * @module
 */
import { joinedFloats } from "offprint/joined_floats.ts";
import {
  type ActivationScheme,
  type BlockSize,
  Decoder,
  type DecoderLayer,
  type DecoderLinear,
  type DecoderParts,
  KernelError,
  quantizeWeights,
  quantizeWeights8,
} from "kernels/mod.ts";
import { rotaryTable, type TransformerConfig } from "offprint/lm/transformer/mod.ts";
import { Described, UserError } from "offprint/errors.ts";
import type { Calibration } from "./calibration.ts";
import type { ChannelPlan } from "./channel_plan.ts";
import { clippedWeights } from "./clipped_weights.ts";
import { calibratedPlans, type Planner, uniformPlans } from "./decoder_parts.ts";
import type { PartName } from "./part_name.ts";
import type { Weights } from "./float_decoder.ts";

/** How a transformer is quantised. */
export interface QuantizationOptions {
  /**
   * Channels per scale: 128 in the paper; default 128, for models less than 512 wide 32.
   */
  readonly blockSize?: BlockSize;
  /** Sizes of channels on some text: decides blocks, their bits and the clipping of weights. */
  readonly calibration?: Calibration;
  /** Decides blocks and bits instead; default without a calibration: 8 bits for all. */
  readonly plan?: Planner;
  /** Bits of the weights; default 4. */
  readonly weightBits?: 4 | 8;
  /** Default `"symmetric"`. */
  readonly scheme?: ActivationScheme;
  /**
   * The head: `"halves"`, 16-bit floats, the default, or quantised, 4- or 8-bit weights by activations
   * as planned (8 bits unless `plan` says otherwise).
   */
  readonly head?: "halves" | 4 | 8;
}

/** The block size used where none is given. */
export function defaultBlockSize(config: TransformerConfig): BlockSize {
  return config.hidden_size < 512 ? 32 : 128;
}

/**
 * Quantises a transformer: embedding and norms stay in floats (16 and 32 bits), the linear layers become
 * integers with a scale per row and block. Queries, keys and values share one plan, as do gate and up. The
 * order of the down projection's channels is folded into the rows of gate and up, so it costs nothing.
 *
 * @param weights float32, by the names of `tensorShapes`.
 * @throws {UserError} when a size of the model does not fit the kernels, or its weights do not fit 16-bit
 * floats.
 */
export function quantizeDecoder(
  config: TransformerConfig,
  weights: Weights,
  options: QuantizationOptions = {},
): Decoder {
  const blockSize = options.blockSize ?? defaultBlockSize(config);
  const { hidden_size: width, intermediate_size: inner, head_dim: headDim } = config;
  const heads = config.num_attention_heads;
  for (const [name, size] of Object.entries({ hidden_size: width, intermediate_size: inner })) {
    if (size % 8 !== 0) throw unfit(name, size);
  }
  if (headDim % 8 !== 0) throw unfit("head_dim", headDim);
  const plan = options.plan ??
    (options.calibration === undefined
      ? uniformPlans(8, blockSize)
      : calibratedPlans(options.calibration, { blockSize }));
  const take = (name: string) => weights.get(`${name}.weight`)!;

  const linear = (
    part: PartName,
    layer: number,
    w: Float32Array,
    columns: number,
    { order, bits }: ChannelPlan,
    folded = false,
    weightBits: 4 | 8 = options.weightBits ?? 4,
  ): DecoderLinear => {
    const rows = w.length / columns;
    const ordered = order === undefined ? w : reorderedColumns(w, columns, order);
    const squares = options.calibration?.meanSquare(part, layer);
    const importance = squares &&
      (order === undefined ? squares : squares.map((_, j) => squares[order[j]!]!));
    return {
      weights: weightBits === 8
        ? quantizeWeights8(ordered, rows, columns, blockSize)
        : importance === undefined
        ? quantizeWeights(ordered, rows, columns, blockSize)
        : clippedWeights(ordered, rows, columns, blockSize, importance),
      format: { blockSize, bits, scheme: options.scheme ?? "symmetric" },
      ...(order === undefined || folded || isIdentity(order) ? {} : { order }),
    };
  };

  const layers = Array.from({ length: config.num_hidden_layers }, (_, layer): DecoderLayer => {
    const part = (name: string) => take(`model.layers.${layer}.${name}`);
    const downPlan = plan("down", layer, inner);
    // The order of the channels of `down` is folded into the rows of what makes them, so that it costs
    // nothing.
    const gate = reorderedRows(part("mlp.gate_proj"), width, downPlan.order);
    const up = reorderedRows(part("mlp.up_proj"), width, downPlan.order);
    const qkv = joinedFloats(["q", "k", "v"].map((name) => part(`self_attn.${name}_proj`)));
    return {
      attentionNorm: part("input_layernorm"),
      qkv: linear("qkv", layer, qkv, width, plan("qkv", layer, width)),
      o: linear(
        ...["o", layer, part("self_attn.o_proj"), heads * headDim] as const,
        plan("o", layer, heads * headDim),
      ),
      mlpNorm: part("post_attention_layernorm"),
      gateUp: linear(
        "gateUp",
        layer,
        joinedFloats([gate, up]),
        width,
        plan("gateUp", layer, width),
      ),
      down: linear("down", layer, part("mlp.down_proj"), inner, downPlan, true),
    };
  });

  const embedding = Float16Array.from(take("model.embed_tokens"));
  const output = config.tie_word_embeddings ? take("model.embed_tokens") : take("lm_head");
  const { head = "halves" } = options, last = config.num_hidden_layers;
  try {
    return new Decoder({
      ...decoderFrame(config),
      embedding,
      finalNorm: take("model.norm"),
      head: head !== "halves"
        ? linear("head", last, output, width, plan("head", last, width), false, head)
        : config.tie_word_embeddings
        ? embedding
        : Float16Array.from(output),
      layers,
    });
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw new UserError({
      what: "quantizeDecoder",
      got: new Described(error.message.replace(/\.$/, "")),
      expected: "a transformer that the kernels can run",
    });
  }
}

/** What a decoder takes from a configuration alone: its heads, and the rotary table. */
export function decoderFrame(config: TransformerConfig): DecoderFrame {
  const { head_dim: headDim } = config;
  const { cos, sin } = rotaryTable(config.max_position_embeddings, headDim, config.rope_theta);
  // Both halves of each row of a rotary table are equal; the kernels read the first.
  const firstHalves = (table: Float32Array) => table.filter((_, i) => i % headDim < headDim / 2);
  return {
    heads: config.num_attention_heads,
    kvHeads: config.num_key_value_heads,
    headDim,
    epsilon: config.rms_norm_eps,
    cos: firstHalves(cos),
    sin: firstHalves(sin),
  };
}

type DecoderFrame = Pick<DecoderParts, "heads" | "kvHeads" | "headDim" | "epsilon" | "cos" | "sin">;

function reorderedColumns(
  matrix: Float32Array,
  columns: number,
  order: Uint32Array,
): Float32Array {
  const rows = new Float32Array(matrix.length);
  for (let from = 0; from < matrix.length; from += columns) {
    for (let j = 0; j < columns; j++) rows[from + j] = matrix[from + order[j]!]!;
  }
  return rows;
}

function reorderedRows(
  matrix: Float32Array,
  columns: number,
  order: Uint32Array | undefined,
): Float32Array {
  if (order === undefined) return matrix;
  const rows = new Float32Array(matrix.length);
  order.forEach((from, to) =>
    rows.set(matrix.subarray(from * columns, (from + 1) * columns), to * columns)
  );
  return rows;
}

function isIdentity(order: Uint32Array): boolean {
  return order.every((channel, i) => channel === i);
}

function unfit(name: string, size: number): UserError {
  return new UserError({
    what: `quantizeDecoder: ${name}`,
    got: size,
    expected: "a multiple of 8",
  });
}
