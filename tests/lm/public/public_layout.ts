/** Writes a small transformer in the layout in which transformers.js publishes decoders. */
import { OnnxGraph } from "offprint/lm/onnx/graph.ts";
import { rotaryTable } from "offprint/lm/transformer/rotary.ts";
import type { TransformerConfig } from "offprint/lm/transformer/config.ts";

/** What differs between published files. */
export interface PublicVariant {
  /** The cache's and the logits' number format; float32 by default. */
  dtype?: "float32" | "float16";
  /** Name of one more input, a number that the graph does not heed. */
  scalarInput?: string;
  /** Rows of padding behind the vocabulary's. */
  padding?: number;
  /** Whether several texts are refused when they get several tokens each, as some fused attention does. */
  oneTextPerPass?: boolean;
}

/** The ONNX file of a model whose query and key heads are as many. */
export function publicGraph(
  config: TransformerConfig,
  weights: ReadonlyMap<string, Float32Array>,
  { dtype = "float32", scalarInput, oneTextPerPass = false, padding = 0 }: PublicVariant = {},
): Uint8Array<ArrayBuffer> {
  const g = new OnnxGraph();
  const { hidden_size: width, head_dim: d, num_attention_heads: heads } = config;
  const inner = config.intermediate_size;
  const ids = g.input("input_ids", "int64", ["B", "S"]);
  const attention = g.input("attention_mask", "int64", ["B", "T"]);
  const positions = g.input("position_ids", "int64", ["B", "S"]);
  if (scalarInput !== undefined) g.input(scalarInput, "int64", []);
  const narrow = (x: string): string => dtype === "float16" ? g.op("Cast", [x], { to: 10 }) : x;
  const wide = (x: string): string => dtype === "float16" ? g.op("Cast", [x], { to: 1 }) : x;
  const axis = (n: number): string => g.integers([n]);
  const linear = (x: string, name: string, out: number, inputs: number): string =>
    g.op("MatMul", [
      x,
      g.op("Transpose", [g.floats(weights.get(name)!, [out, inputs])], { perm: [1, 0] }),
    ]);
  const norm = (x: string, name: string): string => {
    const square = g.op("ReduceMean", [g.op("Mul", [x, x])], { axes: [-1], keepdims: 1 });
    const root = g.op("Sqrt", [g.op("Add", [square, g.floats([config.rms_norm_eps], [])])]);
    return g.op("Mul", [g.op("Div", [x, root]), g.floats(weights.get(name)!, [width])]);
  };
  const { cos, sin } = rotaryTable(config.max_position_embeddings, d, config.rope_theta);
  const table = (values: Float32Array): string => {
    const all = g.floats(values, [config.max_position_embeddings, d]);
    return g.op("Unsqueeze", [g.op("Gather", [all, positions], { axis: 0 }), axis(1)]);
  };
  const [cosines, sines] = [table(cos), table(sin)];
  const turn = (x: string): string => {
    const [left, right] = g.ops("Split", [x, g.integers([d / 2, d / 2])], 2, { axis: 3 });
    const crossed = g.op("Concat", [g.op("Neg", [right!]), left!], { axis: 3 });
    return g.op("Add", [g.op("Mul", [x, cosines]), g.op("Mul", [crossed, sines])]);
  };
  // Key j is hidden from a query at a position before j.
  const total = g.op("Gather", [g.op("Shape", [attention]), g.integers([1], [])], { axis: 0 });
  const range = g.op("Range", [g.integers([0], []), total, g.integers([1], [])]);
  const late = g.op("Less", [g.op("Unsqueeze", [positions, axis(2)]), range]);
  const mask = g.op("Unsqueeze", [
    g.op("Where", [late, g.floats([-1e9], []), g.floats([0], [])]),
    axis(1),
  ]);

  const vocabulary = config.vocab_size + padding;
  // Padding that would win each time, if it were a token.
  const rows = new Float32Array(vocabulary * width).fill(9);
  rows.set(weights.get("model.embed_tokens.weight")!);
  const embedding = g.floats(rows, [vocabulary, width]);
  let x = g.op("Gather", [embedding, ids], { axis: 0 });
  if (oneTextPerPass) {
    // [B, S, width] as one text: the shapes fit for one text, and for one token each.
    const shape = g.op("Shape", [ids]);
    const [texts, count] = g.ops("Split", [shape, g.integers([1, 1])], 2, { axis: 0 });
    const one = g.op("Where", [
      g.op("Equal", [count!, g.integers([1])]),
      texts!,
      g.integers([1]),
    ]);
    const sizes = g.op("Concat", [one, count!, g.integers([width])], { axis: 0 });
    x = g.op("Reshape", [x, sizes]);
  }
  const cache = ["B", heads, "P", d];
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const name = (part: string): string => `model.layers.${layer}.${part}.weight`;
    const normed = norm(x, name("input_layernorm"));
    const byHead = (part: string): string =>
      g.op("Transpose", [
        g.op("Reshape", [linear(normed, name(part), width, width), g.integers([0, 0, heads, d])]),
      ], { perm: [0, 2, 1, 3] });
    const joined = (kind: string, rows: string): string => {
      const past = g.input(`past_key_values.${layer}.${kind}`, dtype, cache);
      g.node("Concat", [past, narrow(rows)], [`present.${layer}.${kind}`], { axis: 2 });
      g.output(`present.${layer}.${kind}`, dtype, ["B", heads, "T", d]);
      return wide(`present.${layer}.${kind}`);
    };
    const q = turn(byHead("self_attn.q_proj"));
    const k = joined("key", turn(byHead("self_attn.k_proj")));
    const v = joined("value", byHead("self_attn.v_proj"));
    const scores = g.op("Mul", [
      g.op("MatMul", [q, g.op("Transpose", [k], { perm: [0, 1, 3, 2] })]),
      g.floats([1 / Math.sqrt(d)], []),
    ]);
    const mixed = g.op("MatMul", [g.op("Softmax", [g.op("Add", [scores, mask])], { axis: -1 }), v]);
    const flat = g.op("Reshape", [
      g.op("Transpose", [mixed], { perm: [0, 2, 1, 3] }),
      g.integers([0, 0, width]),
    ]);
    x = g.op("Add", [x, linear(flat, name("self_attn.o_proj"), width, width)]);
    const ready = norm(x, name("post_attention_layernorm"));
    const gate = linear(ready, name("mlp.gate_proj"), inner, width);
    const gated = g.op("Mul", [
      g.op("Mul", [gate, g.op("Sigmoid", [gate])]),
      linear(ready, name("mlp.up_proj"), inner, width),
    ]);
    x = g.op("Add", [x, linear(gated, name("mlp.down_proj"), width, inner)]);
  }
  const last = norm(x, "model.norm.weight");
  const logits = g.op("MatMul", [last, g.op("Transpose", [embedding], { perm: [1, 0] })]);
  g.node("Identity", [narrow(logits)], ["logits"]);
  g.output("logits", dtype, ["B", "S", vocabulary]);
  return g.model("public");
}
