/**
 * The blocks of a transformer as ONNX nodes that gradients go back through.
 *
 * Each method emits the forward nodes of one block and returns, with the result, a function that emits the
 * backward nodes. Values are rows of tokens, `[N, …]` with `N = batch · length`.
 *
 * @module
 */
import type { OnnxGraph } from "./graph.ts";
import { type ParameterBlock, parameterBlocks } from "../transformer/parameter_blocks.ts";
import { rotaryTable } from "../transformer/rotary.ts";
import type { TransformerConfig } from "../transformer/config.ts";

/** The sizes of a training batch. */
export interface BatchShape {
  /** Texts. */
  batch: number;
  /** Tokens of each. */
  length: number;
}

/** From the gradient of a block's result to the gradient of its argument. */
export type Backward = (gradient: string) => string;

/** A block's result and how gradients go back through it. */
export type Block = [result: string, backward: Backward];

/** Writes blocks into a graph, and declares the parameters that they read as its inputs. */
export class DifferentiableBlocks {
  readonly #graph: OnnxGraph;
  readonly #config: TransformerConfig;
  readonly #shape: BatchShape;
  readonly #count: number;
  readonly #parameters = new Map<string, ParameterBlock>();
  readonly #one: string;
  /** A row of N ones: a product with it sums over tokens. */
  readonly #ones: string;
  readonly #cosines: string;
  readonly #forwardSines: string;
  readonly #backwardSines: string;
  readonly #causal: string;
  readonly #scale: string;

  constructor(graph: OnnxGraph, config: TransformerConfig, shape: BatchShape) {
    this.#graph = graph;
    this.#config = config;
    this.#shape = shape;
    const { length } = shape;
    const { head_dim: d } = config;
    this.#count = shape.batch * length;
    for (const block of parameterBlocks(config)) {
      this.#parameters.set(block.name, block);
      graph.input(block.name, "float32", block.shape);
    }
    this.#one = graph.floats([1], []);
    this.#ones = graph.floats(new Float32Array(this.#count).fill(1), [1, this.#count]);
    const { cos, sin } = rotaryTable(length, d, config.rope_theta);
    this.#cosines = graph.floats(cos, [1, length, 1, d]);
    // The halves of a head are exchanged before they meet the sines, so the left half's get a minus sign.
    const signed = (sign: number): string => {
      const values = sin.map((value, i) => (i % d < d / 2 ? -sign : sign) * value);
      return graph.floats(values, [1, length, 1, d]);
    };
    this.#forwardSines = signed(1);
    this.#backwardSines = signed(-1);
    this.#causal = graph.floats(causalMask(length), [1, 1, length, length]);
    this.#scale = graph.floats([1 / Math.sqrt(d)], []);
  }

  /** Makes `value` the output `gradient/NAME`; a name that is no parameter's has the shape of rows, [N, D]. */
  emitGradient(name: string, value: string): void {
    const shape = this.#parameters.get(name)?.shape ?? [this.#count, this.#config.hidden_size];
    this.#graph.node("Identity", [value], [`gradient/${name}`]);
    this.#graph.output(`gradient/${name}`, "float32", shape);
  }

  /** `x · Wᵀ`. */
  linear(x: string, name: string): Block {
    const op = this.#graph.op.bind(this.#graph);
    return [op("Gemm", [x, name], { transB: 1 }), (dy) => {
      this.emitGradient(name, op("Gemm", [dy, x], { transA: 1 }));
      return op("Gemm", [dy, name]);
    }];
  }

  /** RMSNorm: `x / √(mean x² + ε) · gain`. */
  norm(x: string, name: string): Block {
    const { hidden_size: width, rms_norm_eps: epsilon } = this.#config;
    const op = this.#graph.op.bind(this.#graph);
    const rowMean = (y: string): string => op("ReduceMean", [y], { axes: [-1], keepdims: 1 });
    const meanSquare = rowMean(this.#mul(x, x));
    const root = op("Sqrt", [this.#add(meanSquare, this.#graph.floats([epsilon], []))]);
    const straight = op("Div", [x, root]);
    return [this.#mul(straight, name), (dy) => {
      const product = this.#mul(dy, straight);
      this.emitGradient(name, this.#reshape(op("MatMul", [this.#ones, product]), [width]));
      const ds = this.#mul(dy, name);
      const along = this.#mul(straight, rowMean(this.#mul(ds, straight)));
      return op("Div", [op("Sub", [ds, along]), root]);
    }];
  }

  /** Causal grouped-query attention of joint queries, keys and values, `[N, (H + 2G)·d]`. */
  attention(joint: string): Block {
    const { head_dim: d, num_attention_heads: heads, num_key_value_heads: groups } = this.#config;
    const { batch, length } = this.#shape;
    const perGroup = heads / groups;
    const op = this.#graph.op.bind(this.#graph);
    const reshape = (x: string, shape: number[]): string => this.#reshape(x, shape);
    /** Exchanges tokens and heads. */
    const across = (x: string): string => op("Transpose", [x], { perm: [0, 2, 1, 3] });
    const flip = (x: string): string => op("Transpose", [x], { perm: [0, 1, 3, 2] });
    const byHead = reshape(joint, [batch, length, heads + 2 * groups, d]);
    const [straight, plainValues] = this.#split(byHead, 2, [heads + groups, groups]);
    const turned = across(this.#turn(straight, this.#forwardSines));
    const [queries, k] = this.#split(turned, 1, [heads, groups]);
    const v = across(plainValues); // [B, G, T, d]
    // The P query heads that share a key head stand below each other: one product serves them all.
    const q = reshape(this.#mul(queries, this.#scale), [batch, groups, perGroup * length, d]);
    const byQuery = (x: string): string => reshape(x, [batch, heads, length, length]);
    const byGroup = (x: string): string => reshape(x, [batch, groups, perGroup * length, length]);
    const scores = this.#add(byQuery(op("MatMul", [q, flip(k)])), this.#causal);
    const weights = byGroup(op("Softmax", [scores], { axis: -1 }));
    const mixed = op("MatMul", [weights, v]); // [B, G, P·T, d]
    const result = reshape(
      across(reshape(mixed, [batch, heads, length, d])),
      [this.#count, heads * d],
    );
    return [result, (dy) => {
      const dMixed = reshape(
        across(reshape(dy, [batch, length, heads, d])),
        [batch, groups, perGroup * length, d],
      );
      const dv = op("MatMul", [flip(weights), dMixed]);
      const dWeights = op("MatMul", [dMixed, flip(v)]);
      // Σ over keys of dWeights·weights equals Σ over d of dMixed·mixed, a quarter of the work.
      const along = op(
        "ReduceSum",
        [this.#mul(dMixed, mixed), this.#graph.integers([-1])],
        { keepdims: 1 },
      );
      const dScores = this.#mul(weights, op("Sub", [dWeights, along]));
      const dq = this.#mul(op("MatMul", [dScores, k]), this.#scale);
      const dk = op("MatMul", [flip(dScores), q]);
      const dTurned = op("Concat", [reshape(dq, [batch, heads, length, d]), dk], { axis: 1 });
      const dStraight = this.#turn(across(dTurned), this.#backwardSines);
      const dValues = across(dv);
      return reshape(
        op("Concat", [dStraight, dValues], { axis: 2 }),
        [this.#count, (heads + 2 * groups) * d],
      );
    }];
  }

  /** `silu(gate) · up` of joint `[gate, up]`, `[N, 2F]`. */
  swiglu(joint: string): Block {
    const { intermediate_size: inner } = this.#config;
    const op = this.#graph.op.bind(this.#graph);
    const [gate, up] = this.#split(joint, 1, [inner, inner]);
    const sigmoid = op("Sigmoid", [gate]);
    const silu = this.#mul(gate, sigmoid);
    return [this.#mul(silu, up), (dy) => {
      // silu' = σ + silu · (1 − σ)
      const slope = this.#add(sigmoid, this.#mul(silu, op("Sub", [this.#one, sigmoid])));
      const dGate = this.#mul(this.#mul(dy, up), slope);
      return op("Concat", [dGate, this.#mul(dy, silu)], { axis: 1 });
    }];
  }

  /** `x + f(x)`, where f is the parts one behind the other. */
  residual(x: string, parts: readonly ((x: string) => Block)[]): Block {
    let y = x;
    const backwards: Backward[] = [];
    for (const part of parts) {
      const [result, backward] = part(y);
      y = result;
      backwards.unshift(backward);
    }
    return [
      this.#add(x, y),
      (dy) => this.#add(dy, backwards.reduce((g, backward) => backward(g), dy)),
    ];
  }

  /** Rotary embedding of `[B, T, heads, d]`; with the sines' signs turned it is its inverse, for gradients. */
  #turn(x: string, sines: string): string {
    const { head_dim: d } = this.#config;
    const [left, right] = this.#split(x, 3, [d / 2, d / 2]);
    const straight = this.#mul(x, this.#cosines);
    return this.#add(
      straight,
      this.#mul(this.#graph.op("Concat", [right, left], { axis: 3 }), sines),
    );
  }

  #add(a: string, b: string): string {
    return this.#graph.op("Add", [a, b]);
  }

  #mul(a: string, b: string): string {
    return this.#graph.op("Mul", [a, b]);
  }

  #reshape(x: string, shape: number[]): string {
    return this.#graph.op("Reshape", [x, this.#graph.integers(shape)]);
  }

  #split(x: string, axis: number, sizes: [number, number]): [string, string] {
    const parts = this.#graph.ops("Split", [x, this.#graph.integers(sizes)], sizes.length, {
      axis,
    });
    return parts as [string, string];
  }
}

/** `[length, length]`: 0 where a query (row) sees a key, and so large a negative number elsewhere that its weight is 0. */
function causalMask(length: number): Float32Array {
  const mask = new Float32Array(length * length);
  for (let query = 0; query < length; query++) {
    mask.fill(-1e9, query * length + query + 1, (query + 1) * length);
  }
  return mask;
}
