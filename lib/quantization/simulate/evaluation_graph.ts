/**
 * A transformer as an ONNX graph that scores whole texts under a scheme of roundings.
 *
 * @module
 */
import { joinedFloats } from "offprint/joined_floats.ts";
import { OnnxGraph } from "offprint/lm/onnx/mod.ts";
import { rotaryTable, type TransformerConfig } from "offprint/lm/transformer/mod.ts";
import type { Calibration } from "../calibration.ts";
import type { Weights } from "../float_decoder.ts";
import { schemedWeights } from "./rounded_weights.ts";
import { roundedCache, schemedInput, shorthands, throughHalves } from "./rounding_nodes.ts";
import { checkKv, checkPart, type LayerPart, type Scheme } from "./scheme.ts";

/** Added to the score of a token that is not to be seen. */
const MASKED = -1e9;

/** What a graph gives besides scores. */
export interface GraphOutputs {
  /** `logits`, float32 `[B·T, V]`. */
  readonly logits?: boolean;
  /** `input PART LAYER`, float32 `[B·T, columns]`: every linear part's input before it is moved or rounded. */
  readonly inputs?: boolean;
  /** `stream LAYER`, float32 `[B·T, D]`: the residual stream after each layer. */
  readonly streams?: boolean;
  /**
   * The text flows through in floats, and each part is computed once more under the scheme:
   * `error PART LAYER`, float32 [2], is Σ y² and Σ (y − ŷ)² over tokens of the text.
   */
  readonly errors?: boolean;
}

/** A graph and what it was made for. */
export interface EvaluationGraphOptions {
  /** Tokens of a text, T: shorter ones are padded at the end. */
  readonly length: number;
  /** Weighs errors in a clip search. */
  readonly calibration?: Calibration;
  readonly outputs?: GraphOutputs;
}

/**
 * The graph for any number B of texts of T tokens (the begin-of-text token is the first).
 *
 * | input | shape | |
 * |---|---|---|
 * | `tokens` | int32 [B, T] | |
 * | `targets` | int32 [B, T] | the token after each |
 * | `mask` | float32 [B·T, 1] | 1 for tokens of the text, 0 for padding |
 *
 * | output | shape | |
 * |---|---|---|
 * | `log_probs` | float32 [B·T, 1] | of `targets` |
 *
 * and those that are asked for. A cache that is rounded channel by channel is read as the kernels read it:
 * a token sees the groups before its own in 4 bits, its own group in 16-bit floats.
 *
 * @throws {UserError} for a scheme that does not fit the model.
 */
export function evaluationGraph(
  config: TransformerConfig,
  weights: Weights,
  scheme: Scheme,
  options: EvaluationGraphOptions,
): Uint8Array<ArrayBuffer> {
  const { hidden_size: width, head_dim: d, intermediate_size: inner } = config;
  const { num_attention_heads: heads, num_key_value_heads: groups } = config;
  const { length, calibration, outputs = {} } = options;
  checkKv(scheme.kv);
  const graph = new OnnxGraph();
  const { op, constant, reshape } = shorthands(graph);
  const take = (name: string): Float32Array => weights.get(`${name}.weight`)!;
  const split = (x: string, axis: number, sizes: number[]): string[] =>
    graph.ops("Split", [x, graph.integers(sizes)], sizes.length, { axis });

  const tokens = graph.input("tokens", "int32", ["B", length]);
  const targets = graph.input("targets", "int32", ["B", length]);
  const mask = graph.input("mask", "float32", ["N", 1]);

  const norm = (x: string, gain: string): string => {
    const squares = op("ReduceMean", [op("Mul", [x, x])], { axes: [-1], keepdims: 1 });
    const root = op("Sqrt", [op("Add", [squares, constant([config.rms_norm_eps], [])])]);
    return op("Mul", [op("Div", [x, root]), constant(take(gain), [width])]);
  };
  const matrix = (values: Float32Array, columns: number): string =>
    op("Transpose", [constant(values, [values.length / columns, columns])], { perm: [1, 0] });
  const linear = (part: LayerPart, layer: number, x: string, w: Float32Array, columns: number) => {
    const how = scheme.part(part, layer, columns);
    checkPart(part, layer, columns, how);
    if (outputs.inputs === true) {
      graph.node("Identity", [x], [`input ${part} ${layer}`]);
      graph.output(`input ${part} ${layer}`, "float32", ["N", columns]);
    }
    const schemed = schemedWeights(w, columns, how, calibration?.meanSquare(part, layer));
    const moved = schemedInput(graph, x, columns, how, { name: mask, length });
    const rounded = op("MatMul", [moved, matrix(schemed, columns)]);
    if (outputs.errors !== true) return rounded;
    const exact = op("MatMul", [x, matrix(w, columns)]);
    const total = (y: string) => {
      const shown = op("Mul", [y, mask]);
      return op("ReduceSum", [op("Mul", [shown, shown])], { keepdims: 0 });
    };
    const sums = [total(exact), total(op("Sub", [exact, rounded]))].map((sum) => reshape(sum, [1]));
    graph.node("Concat", sums, [`error ${part} ${layer}`], { axis: 0 });
    graph.output(`error ${part} ${layer}`, "float32", [2]);
    // The exact product goes on, so that the errors of the parts do not add up.
    return exact;
  };

  const attention = attentionOf(graph, scheme, { heads, groups, length, d, config });
  const embedding = constant(take("model.embed_tokens"), [config.vocab_size, width]);
  let x = reshape(op("Gather", [embedding, tokens], { axis: 0 }), [-1, width]);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const named = (part: string) => `model.layers.${layer}.${part}`;
    const below = (names: string[]) => joinedFloats(names.map((name) => take(named(name))));
    const qkv = below(["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"]);
    const joint = linear("qkv", layer, norm(x, named("input_layernorm")), qkv, width);
    const mixed = attention(joint);
    x = op("Add", [x, linear("o", layer, mixed, take(named("self_attn.o_proj")), heads * d)]);
    const gateUp = below(["mlp.gate_proj", "mlp.up_proj"]);
    const both = linear("gateUp", layer, norm(x, named("post_attention_layernorm")), gateUp, width);
    const [gate, up] = split(both, 1, [inner, inner]) as [string, string];
    const gated = op("Mul", [op("Mul", [gate, op("Sigmoid", [gate])]), up]);
    x = op("Add", [x, linear("down", layer, gated, take(named("mlp.down_proj")), inner)]);
    if (outputs.streams === true) {
      graph.node("Identity", [x], [`stream ${layer}`]);
      graph.output(`stream ${layer}`, "float32", ["N", width]);
    }
  }
  const hidden = norm(x, "model.norm");
  const head = config.tie_word_embeddings
    ? op("Transpose", [embedding], { perm: [1, 0] })
    : matrix(take("lm_head"), width);
  const logits = op("MatMul", [hidden, head]);
  if (outputs.logits === true) {
    graph.node("Identity", [logits], ["logits"]);
    graph.output("logits", "float32", ["N", config.vocab_size]);
  }
  const logProbs = op("LogSoftmax", [logits], { axis: -1 });
  graph.node("GatherElements", [logProbs, reshape(targets, [-1, 1])], ["log_probs"], { axis: 1 });
  graph.output("log_probs", "float32", ["N", 1]);
  return graph.model("evaluation");
}

interface AttentionSizes {
  heads: number;
  groups: number;
  length: number;
  d: number;
  config: TransformerConfig;
}

/** Causal grouped-query attention of joint queries, keys and values, `[B·T, (H + 2G)·d]`, over a cache that is rounded as the scheme says. */
function attentionOf(
  graph: OnnxGraph,
  { kv }: Scheme,
  { heads, groups, length, d, config }: AttentionSizes,
): (joint: string) => string {
  const { op, constant, reshape } = shorthands(graph);
  const transpose = (x: string, perm: number[]) => op("Transpose", [x], { perm });
  const split = (x: string, axis: number, sizes: number[]): string[] =>
    graph.ops("Split", [x, graph.integers(sizes)], sizes.length, { axis });
  const { cos, sin } = rotaryTable(length, d, config.rope_theta);
  const cosines = constant(cos, [1, 1, length, d]);
  // With the halves exchanged, the sine of the first half is taken negative.
  const sines = constant(sin.map((value, i) => i % d < d / 2 ? -value : value), [1, 1, length, d]);
  const turn = (x: string): string => {
    const [left, right] = split(x, 3, [d / 2, d / 2]) as [string, string];
    const exchanged = op("Concat", [right, left], { axis: 3 });
    return op("Add", [op("Mul", [x, cosines]), op("Mul", [exchanged, sines])]);
  };
  const groupSize = kv?.bits === 4 && kv.axis === "channel" ? kv.groupSize ?? 64 : length;
  const causal = new Float32Array(length * length), earlier = new Float32Array(length * length);
  for (let query = 0; query < length; query++) {
    for (let key = 0; key < length; key++) {
      const at = query * length + key;
      if (key > query) causal[at] = MASKED;
      if (Math.floor(key / groupSize) < Math.floor(query / groupSize)) earlier[at] = 1;
    }
  }
  const bias = constant(causal, [1, 1, length, length]);
  const sizes = { groups, length, headDim: d };
  const byQuery = (x: string) => reshape(x, [-1, heads, length, length]);
  const byGroup = (x: string, last: number) =>
    reshape(x, [-1, groups, heads / groups * length, last]);

  return (joint) => {
    const byHead = transpose(reshape(joint, [-1, length, heads + 2 * groups, d]), [0, 2, 1, 3]);
    const [plainQueries, plainKeys, plainValues] = split(byHead, 1, [heads, groups, groups]) as [
      string,
      string,
      string,
    ];
    const queries = byGroup(
      op("Mul", [turn(plainQueries), constant([1 / Math.sqrt(d)], [])]),
      d,
    );
    const scoresOf = (keys: string) =>
      byQuery(op("MatMul", [queries, transpose(keys, [0, 1, 3, 2])]));
    const mix = (attention: string, values: string) =>
      op("MatMul", [byGroup(attention, length), values]);
    const softmax = (scores: string) => op("Softmax", [op("Add", [scores, bias])], { axis: -1 });
    const merged = (mixed: string) =>
      reshape(
        transpose(reshape(mixed, [-1, heads, length, d]), [0, 2, 1, 3]),
        [-1, heads * d],
      );

    const stored = (x: string) => kv === undefined ? x : throughHalves(graph, x);
    const keys = stored(turn(plainKeys)), values = stored(plainValues);
    if (kv === undefined || kv.bits === 16) {
      return merged(mix(softmax(scoresOf(keys)), values));
    }
    const keys4 = kv.keys === "before"
      ? turn(roundedCache(graph, stored(plainKeys), sizes, kv))
      : roundedCache(graph, keys, sizes, kv);
    const values4 = roundedCache(graph, values, sizes, kv);
    if (kv.axis === "token") return merged(mix(softmax(scoresOf(keys4)), values4));
    const isEarlier = constant(earlier, [1, 1, length, length]);
    // A token reads earlier groups from their 4 bits and its own group in 16-bit floats: the difference is
    // masked in.
    const both = op("Add", [
      scoresOf(keys),
      op("Mul", [op("Sub", [scoresOf(keys4), scoresOf(keys)]), isEarlier]),
    ]);
    const attention = softmax(both);
    const onEarlier = op("Mul", [attention, isEarlier]);
    return merged(op("Add", [
      mix(onEarlier, values4),
      mix(op("Sub", [attention, onEarlier]), values),
    ]));
  };
}
