/**
 * Writes the transformer as an ONNX graph made for decoding: the cache of keys and values is an input of
 * fixed capacity that the caller keeps, and only the rows of the new tokens come out. Rolling
 * the cache back is then a matter of a number, and nothing of the past is ever copied by the runtime.
 *
 * @module
 */
import { OnnxGraph } from "./graph.ts";
import { rotaryTable } from "../transformer/rotary.ts";
import { type ParameterBlock, parameterBlocks } from "../transformer/parameter_blocks.ts";
import type { TransformerConfig } from "../transformer/config.ts";

/** Added to the score of a cache row that holds nothing. */
export const MASKED = -1e9;

/**
 * The graph of a model. Symbols: B texts, N new tokens each, C rows of cache, L layers, G key heads of
 * width d, H query heads, P = H / G.
 *
 * | input | shape | |
 * |---|---|---|
 * | `tokens` | int32 [B, N] | the new tokens |
 * | `positions` | int32 [B, N] | their positions |
 * | `past_bias` | float32 [B, 1, 1, C] | 0 for a row of the text, {@linkcode MASKED} behind it |
 * | `new_bias` | float32 [P·N, N] | 0 at and before the token itself, {@linkcode MASKED} behind it; repeated P times |
 * | `key_0` … , `value_0` … | float32 [B, G, C, d] | the cache of each layer; keys already turned |
 * | one per {@linkcode ParameterBlock} | its shape | only with `weights: "inputs"` |
 *
 * | output | shape | |
 * |---|---|---|
 * | `logits` | float32 [B, N, V] | of the token after each new one |
 * | `hidden` | float32 [B, N, D] | after the last norm |
 * | `rows` | float32 [2L, B, G, N, d] | keys and values of the new tokens: key of layer 0, value of layer 0, key of layer 1 … |
 *
 * @param weights by the names of `tensorShapes`; they become part of the graph, which ONNX Runtime then lays out
 *   for speed. With `"inputs"` every pass gets them anew, for a model that is in training.
 */
export function decodingGraph(
  config: TransformerConfig,
  weights: ReadonlyMap<string, Float32Array> | "inputs",
): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph();
  const { hidden_size: width, head_dim: d, intermediate_size: inner } = config;
  const { num_attention_heads: heads, num_key_value_heads: groups } = config;
  const blocks = new Map<string, ParameterBlock>();
  if (weights === "inputs") {
    for (const block of parameterBlocks(config)) {
      blocks.set(block.name, block);
      graph.input(block.name, "float32", block.shape);
    }
  }
  const known = (name: string): Float32Array => {
    const values = weights === "inputs" ? undefined : weights.get(name);
    if (values === undefined) throw new TypeError(`decodingGraph: the weights lack ${name}`);
    return values;
  };
  /** A vector or matrix as it is stored. */
  const weight = (name: string, shape: number[]): string =>
    blocks.has(name) ? name : graph.floats(known(name), shape);

  const tokens = graph.input("tokens", "int32", ["B", "N"]);
  const positions = graph.input("positions", "int32", ["B", "N"]);
  const pastBias = graph.input("past_bias", "float32", ["B", 1, 1, "C"]);
  const newBias = graph.input("new_bias", "float32", ["PN", "N"]);
  const { cos, sin } = rotaryTable(config.max_position_embeddings, d, config.rope_theta);
  const table = (values: Float32Array): string => {
    const constant = graph.floats(values, [config.max_position_embeddings, d]);
    return graph.op("Unsqueeze", [
      graph.op("Gather", [constant, positions], { axis: 0 }),
      graph.integers([2]),
    ]); // [B, N, 1, d]
  };
  const cosines = table(cos);
  const sines = table(sin);

  const norm = (x: string, gain: string): string => {
    const meanSquare = graph.op("ReduceMean", [graph.op("Mul", [x, x])], {
      axes: [-1],
      keepdims: 1,
    });
    const root = graph.op("Sqrt", [
      graph.op("Add", [meanSquare, graph.floats([config.rms_norm_eps], [])]),
    ]);
    return graph.op("Mul", [
      graph.op("Div", [x, root]),
      weight(gain, [width]),
    ]);
  };
  /** `x · [W₀ᵀ W₁ᵀ …]`: matrices of the same input side by side, as one product; `joint` is their block. */
  const linear = (x: string, joint: string, names: string[], inputs: number): string => {
    if (blocks.has(joint)) {
      return graph.op("MatMul", [x, graph.op("Transpose", [joint], { perm: [1, 0] })]);
    }
    const matrix = sideBySide(names.map(known), inputs);
    return graph.op("MatMul", [x, graph.floats(matrix, [inputs, matrix.length / inputs])]);
  };
  const split = (x: string, axis: number, sizes: number[]): string[] =>
    graph.ops("Split", [x, graph.integers(sizes)], sizes.length, { axis });
  const reshape = (x: string, shape: number[]): string =>
    graph.op("Reshape", [x, graph.integers(shape)]);

  const embedding = weight("model.embed_tokens.weight", [config.vocab_size, width]);
  let x = graph.op("Gather", [embedding, tokens], { axis: 0 });
  const rows: string[] = [];
  for (let index = 0; index < config.num_hidden_layers; index++) {
    const name = (part: string): string => `model.layers.${index}.${part}.weight`;
    const pastKeys = graph.input(`key_${index}`, "float32", ["B", groups, "C", d]);
    const pastValues = graph.input(`value_${index}`, "float32", ["B", groups, "C", d]);

    const joint = linear(
      norm(x, name("input_layernorm")),
      name("self_attn.qkv_proj"),
      [name("self_attn.q_proj"), name("self_attn.k_proj"), name("self_attn.v_proj")],
      width,
    );
    const byHead = reshape(joint, [0, 0, heads + 2 * groups, d]); // [B, N, H + 2G, d]
    const [straight, plainValues] = split(byHead, 2, [heads + groups, groups]) as [string, string];
    const [left, right] = split(straight, 3, [d / 2, d / 2]) as [string, string];
    const crossed = graph.op("Concat", [graph.op("Neg", [right]), left], { axis: 3 });
    const turned = graph.op("Transpose", [
      graph.op("Add", [
        graph.op("Mul", [straight, cosines]),
        graph.op("Mul", [crossed, sines]),
      ]),
    ], { perm: [0, 2, 1, 3] }); // [B, H + G, N, d]
    const [queries, keys] = split(turned, 1, [heads, groups]) as [string, string];
    const values = graph.op("Transpose", [plainValues], { perm: [0, 2, 1, 3] });
    rows.push(keys, values);

    const scaled = reshape(
      graph.op("Mul", [queries, graph.floats([1 / Math.sqrt(d)], [])]),
      [0, groups, -1, d],
    ); // [B, G, P·N, d]
    const scores = (k: string, bias: string): string =>
      graph.op("Add", [
        graph.op("MatMul", [scaled, graph.op("Transpose", [k], { perm: [0, 1, 3, 2] })]),
        bias,
      ]);
    const attention = graph.op("Softmax", [
      graph.op("Concat", [scores(pastKeys, pastBias), scores(keys, newBias)], { axis: 3 }),
    ], { axis: -1 });
    const pastRows = graph.op("Slice", [
      graph.op("Shape", [pastKeys]),
      graph.integers([2]),
      graph.integers([3]),
    ]);
    const newRows = graph.op("Slice", [
      graph.op("Shape", [keys]),
      graph.integers([2]),
      graph.integers([3]),
    ]);
    const sizes = graph.op("Concat", [pastRows, newRows], { axis: 0 });
    const [onPast, onNew] = graph.ops("Split", [attention, sizes], 2, { axis: 3 }) as [
      string,
      string,
    ];
    const mixed = graph.op("Add", [
      graph.op("MatMul", [onPast, pastValues]),
      graph.op("MatMul", [onNew, values]),
    ]); // [B, G, P·N, d]
    const tokenMajor = graph.op("Transpose", [reshape(mixed, [0, heads, -1, d])], {
      perm: [0, 2, 1, 3],
    });
    const attended = linear(
      reshape(tokenMajor, [0, 0, heads * d]),
      name("self_attn.o_proj"),
      [name("self_attn.o_proj")],
      heads * d,
    );
    x = graph.op("Add", [x, attended]);

    const gated = linear(
      norm(x, name("post_attention_layernorm")),
      name("mlp.gate_up_proj"),
      [name("mlp.gate_proj"), name("mlp.up_proj")],
      width,
    );
    const [gate, up] = split(gated, 2, [inner, inner]) as [string, string];
    const silu = graph.op("Mul", [gate, graph.op("Sigmoid", [gate])]);
    x = graph.op("Add", [
      x,
      linear(
        graph.op("Mul", [silu, up]),
        name("mlp.down_proj"),
        [name("mlp.down_proj")],
        inner,
      ),
    ]);
  }
  const last = norm(x, "model.norm.weight");
  graph.node("Identity", [last], ["hidden"]);
  const output = config.tie_word_embeddings
    ? embedding
    : weight("lm_head.weight", [config.vocab_size, width]);
  graph.node("MatMul", [last, graph.op("Transpose", [output], { perm: [1, 0] })], ["logits"]);
  const zero = graph.integers([0]);
  graph.node(
    "Concat",
    rows.map((row) => graph.op("Unsqueeze", [row, zero])),
    ["rows"],
    { axis: 0 },
  );
  graph.output("logits", "float32", ["B", "N", config.vocab_size]);
  graph.output("hidden", "float32", ["B", "N", width]);
  graph.output("rows", "float32", [rows.length, "B", groups, "N", d]);
  return graph.model("decoder");
}

/** Matrices `[outᵢ, inputs]`, transposed and joined to one `[inputs, Σ outᵢ]`. */
function sideBySide(matrices: readonly Float32Array[], inputs: number): Float32Array {
  const outputs = matrices.reduce((sum, matrix) => sum + matrix.length / inputs, 0);
  const result = new Float32Array(inputs * outputs);
  let column = 0;
  for (const matrix of matrices) {
    const count = matrix.length / inputs;
    for (let out = 0; out < count; out++) {
      for (let i = 0; i < inputs; i++) {
        result[i * outputs + column + out] = matrix[out * inputs + i]!;
      }
    }
    column += count;
  }
  return result;
}
