/**
 * The blocks of a transformer as ONNX nodes for decoding: attention over a cache that the caller keeps.
 * Symbols and inputs are those of `decodingGraph`, which puts the blocks together.
 *
 * @module
 */
import type { OnnxGraph } from "./graph.ts";
import { rotaryTable } from "../transformer/rotary.ts";
import { parameterBlocks } from "../transformer/parameter_blocks.ts";
import type { TransformerConfig } from "../transformer/config.ts";

/** The number of a type in ONNX files. */
const INT64 = 7;

/** Writes the blocks of a decoder into a graph, and declares the inputs that they read. */
export class DecodingBlocks {
  readonly #graph: OnnxGraph;
  readonly #config: TransformerConfig;
  readonly #weights: ReadonlyMap<string, Float32Array> | "inputs";
  /** Names of the weights that are inputs; of those that are part of the graph none. */
  readonly #inputs = new Set<string>();
  readonly #tokens: string;
  readonly #pastBias: string;
  readonly #newBias: string;
  /** Positions of the new tokens as `RotaryEmbedding` takes them. */
  readonly #positions: string;
  /** Cosines and sines of all positions, `[C, d/2]`. */
  readonly #rotary: readonly string[];
  /** How many rows the cache has, and how many are new: `[2]`. */
  readonly #rows: string;

  constructor(
    graph: OnnxGraph,
    config: TransformerConfig,
    weights: ReadonlyMap<string, Float32Array> | "inputs",
  ) {
    this.#graph = graph;
    this.#config = config;
    this.#weights = weights;
    if (weights === "inputs") {
      for (const { name, shape } of parameterBlocks(config)) {
        this.#inputs.add(name);
        graph.input(name, "float32", shape);
      }
    }
    this.#tokens = graph.input("tokens", "int32", ["B", "N"]);
    const positions = graph.input("positions", "int32", ["B", "N"]);
    this.#pastBias = graph.input("past_bias", "float32", ["B", 1, 1, "C"]);
    this.#newBias = graph.input("new_bias", "float32", ["PN", "N"]);
    this.#positions = graph.op("Cast", [positions], { to: INT64 });
    const { max_position_embeddings: longest, head_dim: d } = config;
    // Both halves of a head are turned by the same angles.
    const halves = ({ cos, sin }: ReturnType<typeof rotaryTable>): string[] =>
      [cos, sin].map((table) =>
        graph.floats(table.filter((_, i) => i % d < d / 2), [longest, d / 2])
      );
    this.#rotary = halves(rotaryTable(longest, d, config.rope_theta));
    // The numbers of rows are known only when the graph runs, so they are read off the shapes, once for all layers.
    const sizeOf = (x: string, axis: number): string =>
      graph.op("Slice", [
        graph.op("Shape", [x]),
        graph.integers([axis]),
        graph.integers([axis + 1]),
      ]);
    this.#rows = graph.op("Concat", [sizeOf(this.#pastBias, 3), sizeOf(this.#tokens, 1)], {
      axis: 0,
    });
  }

  /** The new tokens' rows of the embedding, `[B, N, D]`, and the embedding itself. */
  embedded(): [rows: string, embedding: string] {
    const { vocab_size, hidden_size: width } = this.#config;
    const embedding = this.#weight("model.embed_tokens.weight", [vocab_size, width]);
    return [this.#graph.op("Gather", [embedding, this.#tokens], { axis: 0 }), embedding];
  }

  /** The output matrix of a model that does not use its embedding for that. */
  outputMatrix(): string {
    return this.#weight("lm_head.weight", [this.#config.vocab_size, this.#config.hidden_size]);
  }

  /** RMSNorm: `x / √(mean x² + ε) · gain`. */
  norm(x: string, gain: string): string {
    const graph = this.#graph;
    // A power, and no product of x with itself: so ONNX Runtime sees the norm in these nodes and makes one of them.
    const square = graph.op("Pow", [x, graph.floats([2], [])]);
    const meanSquare = graph.op("ReduceMean", [square], { axes: [-1], keepdims: 1 });
    const epsilon = graph.floats([this.#config.rms_norm_eps], []);
    const root = graph.op("Sqrt", [graph.op("Add", [meanSquare, epsilon])]);
    const straight = graph.op("Div", [x, root]);
    return graph.op("Mul", [straight, this.#weight(gain, [this.#config.hidden_size])]);
  }

  /** What layer `index` attends to in the cache and in the new tokens, and the new tokens' keys and values. */
  attention(x: string, index: number): [attended: string, keys: string, values: string] {
    const graph = this.#graph;
    const { hidden_size: width, head_dim: d } = this.#config;
    const { num_attention_heads: heads, num_key_value_heads: groups } = this.#config;
    const name = (part: string): string => `model.layers.${index}.${part}.weight`;
    const pastKeys = graph.input(`key_${index}`, "float32", ["B", groups, "C", d]);
    const pastValues = graph.input(`value_${index}`, "float32", ["B", groups, "C", d]);

    const joint = this.#linear(
      this.norm(x, name("input_layernorm")),
      name("self_attn.qkv_proj"),
      [name("self_attn.q_proj"), name("self_attn.k_proj"), name("self_attn.v_proj")],
      width,
    );
    const [straight, plain] = this.#split(joint, 2, [(heads + groups) * d, groups * d]);
    const turned = graph.op("com.microsoft.RotaryEmbedding", [
      ...[straight, this.#positions],
      ...this.#rotary,
    ]);
    const [queries, keys] = this.#split(this.#byHead(turned, heads + groups), 1, [heads, groups]);
    const values = this.#byHead(plain, groups);
    const scaled = this.#reshape(
      graph.op("Mul", [queries, graph.floats([1 / Math.sqrt(d)], [])]),
      [0, groups, -1, d],
    ); // [B, G, P·N, d]
    const mixed = this.#mixed(scaled, [pastKeys, pastValues], [keys, values]);
    const tokenMajor = graph.op("Transpose", [this.#reshape(mixed, [0, heads, -1, d])], {
      perm: [0, 2, 1, 3],
    });
    const attended = this.#linear(
      this.#reshape(tokenMajor, [0, 0, heads * d]),
      name("self_attn.o_proj"),
      [name("self_attn.o_proj")],
      heads * d,
    );
    return [attended, keys, values];
  }

  /** `down(silu(gate(norm x)) · up(norm x))` of layer `index`. */
  feedForward(x: string, index: number): string {
    const graph = this.#graph;
    const { hidden_size: width, intermediate_size: inner } = this.#config;
    const name = (part: string): string => `model.layers.${index}.${part}.weight`;
    const gated = this.#linear(
      this.norm(x, name("post_attention_layernorm")),
      name("mlp.gate_up_proj"),
      [name("mlp.gate_proj"), name("mlp.up_proj")],
      width,
    );
    const [gate, up] = this.#split(gated, 2, [inner, inner]);
    const silu = graph.op("Mul", [gate, graph.op("Sigmoid", [gate])]);
    return this.#linear(
      graph.op("Mul", [silu, up]),
      name("mlp.down_proj"),
      [name("mlp.down_proj")],
      inner,
    );
  }

  /** `[B, N, count · d]` by heads, `[B, count, N, d]`. */
  #byHead(x: string, count: number): string {
    return this.#graph.op("Transpose", [
      this.#reshape(x, [0, 0, count, this.#config.head_dim]),
    ], { perm: [0, 2, 1, 3] });
  }

  /**
   * Values of the cache and of the new tokens, `[B, G, P·N, d]`, weighted by one softmax over both. Keys and
   * values of the two are never joined, which would copy the cache; only their scores are, and cut again.
   */
  #mixed(queries: string, past: [string, string], fresh: [string, string]): string {
    const graph = this.#graph;
    const [pastKeys, pastValues] = past;
    const [keys, values] = fresh;
    const scores = (k: string, bias: string): string =>
      graph.op("Add", [
        graph.op("MatMul", [queries, graph.op("Transpose", [k], { perm: [0, 1, 3, 2] })]),
        bias,
      ]);
    const attention = graph.op("Softmax", [
      graph.op("Concat", [scores(pastKeys, this.#pastBias), scores(keys, this.#newBias)], {
        axis: 3,
      }),
    ], { axis: -1 });
    const [onPast, onNew] = graph.ops("Split", [attention, this.#rows], 2, { axis: 3 }) as [
      string,
      string,
    ];
    return graph.op("Add", [
      graph.op("MatMul", [onPast, pastValues]),
      graph.op("MatMul", [onNew, values]),
    ]);
  }

  /** `x · [W₀ᵀ W₁ᵀ …]`: matrices of the same input side by side, as one product; `joint` is their block. */
  #linear(x: string, joint: string, names: string[], inputs: number): string {
    const graph = this.#graph;
    if (this.#inputs.has(joint)) {
      return graph.op("MatMul", [x, graph.op("Transpose", [joint], { perm: [1, 0] })]);
    }
    const matrix = sideBySide(names.map((name) => this.#known(name)), inputs);
    return graph.op("MatMul", [x, graph.floats(matrix, [inputs, matrix.length / inputs])]);
  }

  /** A vector or matrix as it is stored. */
  #weight(name: string, shape: number[]): string {
    return this.#inputs.has(name) ? name : this.#graph.floats(this.#known(name), shape);
  }

  #known(name: string): Float32Array {
    const values = this.#weights === "inputs" ? undefined : this.#weights.get(name);
    if (values === undefined) throw new TypeError(`decodingGraph: the weights lack ${name}`);
    return values;
  }

  #split(x: string, axis: number, sizes: [number, number]): [string, string] {
    const parts = this.#graph.ops("Split", [x, this.#graph.integers(sizes)], 2, { axis });
    return parts as [string, string];
  }

  #reshape(x: string, shape: number[]): string {
    return this.#graph.op("Reshape", [x, this.#graph.integers(shape)]);
  }
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
