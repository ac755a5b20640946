/**
 * The blocks of a transformer as ONNX nodes that gradients go back through.
 *
 * Each method emits the forward nodes of one block and returns, with the result, a function that emits the
 * backward nodes, into the same graph or into one of its own. Values are rows of tokens, `[N, …]` with
 * `N = batch · length`.
 *
 * @module
 */
import type { OnnxGraph } from "./graph.ts";
import { type BatchShape, GraphSide } from "./graph_side.ts";
import { type ParameterBlock, parameterBlocks } from "../transformer/parameter_blocks.ts";
import type { TransformerConfig } from "../transformer/config.ts";

/** A value of the forward pass, which the backward pass may read. */
export interface Value {
  /** Its name in the forward graph. */
  readonly forward: string;
  /** Its name in the backward graph; there it is known from the first call on. */
  backward(): string;
}

/** From the gradient of a block's result to the gradient of its argument. */
export type Backward = (gradient: string) => string;

/** A block's result and how gradients go back through it. */
export type Block = [result: Value, backward: Backward];

/** Writes blocks into graphs, and declares the parameters that they read as inputs of each. */
export class DifferentiableBlocks {
  readonly #config: TransformerConfig;
  readonly #shape: BatchShape;
  readonly #count: number;
  readonly #parameters = new Map<string, ParameterBlock>();
  readonly #forward: GraphSide;
  readonly #backward: GraphSide;

  /** @param backward where backward nodes go; by default behind the forward ones. */
  constructor(
    forward: OnnxGraph,
    config: TransformerConfig,
    shape: BatchShape,
    backward: OnnxGraph = forward,
  ) {
    this.#config = config;
    this.#shape = shape;
    this.#count = shape.batch * shape.length;
    this.#forward = new GraphSide(forward, config, shape);
    this.#backward = backward === forward ? this.#forward : new GraphSide(backward, config, shape);
    const graphs = new Set([forward, backward]);
    for (const block of parameterBlocks(config)) {
      this.#parameters.set(block.name, block);
      for (const graph of graphs) graph.input(block.name, "float32", block.shape);
    }
  }

  /**
   * A value that is kept where the backward pass reads it: between two graphs it becomes an output of one and an input
   * of the other, under its own name.
   */
  value(forward: string, shape: number[]): Value {
    return this.#value(forward, () => {
      this.#forward.graph.output(forward, "float32", shape);
      return this.#backward.graph.input(forward, "float32", shape);
    });
  }

  /** Makes `value` the output `gradient/NAME`; a name that is no parameter's has the shape of rows, [N, D]. */
  emitGradient(name: string, value: string): void {
    const shape = this.#parameters.get(name)?.shape ?? [this.#count, this.#config.hidden_size];
    const { graph } = this.#backward;
    graph.node("Identity", [value], [`gradient/${name}`]);
    graph.output(`gradient/${name}`, "float32", shape);
  }

  /** `x · Wᵀ`. */
  linear(x: Value, name: string): Block {
    const back = this.#backward;
    const rows = this.#parameters.get(name)!.shape[0]!;
    const result = this.#forward.op("Gemm", [x.forward, name], { transB: 1 });
    return [this.value(result, [this.#count, rows]), (dy) => {
      this.emitGradient(name, this.#ofMatrix(dy, x.backward()));
      return back.op("Gemm", [dy, name]);
    }];
  }

  /** The gradient of a matrix from that of its product with `x`. */
  #ofMatrix(dy: string, x: string): string {
    return this.#backward.op("Gemm", [dy, x], { transA: 1 });
  }

  /** RMSNorm: `x / √(mean x² + ε) · gain`. */
  norm({ forward: x }: Value, name: string): Block {
    const { hidden_size: width } = this.#config;
    const [forth, back] = [this.#forward, this.#backward];
    const meanSquare = forth.rowMean(forth.mul(x, x));
    const root = this.value(
      forth.op("Sqrt", [forth.add(meanSquare, forth.epsilon)]),
      [this.#count, 1],
    );
    const straight = this.value(forth.op("Div", [x, root.forward]), [this.#count, width]);
    const result = this.#again((side, of) => side.mul(of(straight), name));
    return [result, (dy) => {
      const s = straight.backward();
      const product = back.mul(dy, s);
      this.emitGradient(name, back.reshape(back.op("MatMul", [back.ones, product]), [width]));
      // The mean of dy · gain · s over a row, without a pass of its own over the rows.
      const sum = back.op("MatMul", [product, back.reshape(name, [width, 1])]);
      const along = back.mul(s, back.mul(sum, back.graph.floats([1 / width], [])));
      return back.op("Div", [back.op("Sub", [back.mul(dy, name), along]), root.backward()]);
    }];
  }

  /** Causal grouped-query attention; `name` is the joint matrix of queries, keys and values. */
  attention(x: Value, name: string): Block {
    const { head_dim: d, num_attention_heads: heads, num_key_value_heads: groups } = this.#config;
    const { batch, length } = this.#shape;
    const perGroup = heads / groups;
    const scale = 1 / Math.sqrt(d);
    const [forth, back] = [this.#forward, this.#backward];
    const ofHeads = [batch, heads, length, d];
    const byQuery = [batch, heads, length, length];
    const byGroup = [batch, groups, perGroup * length, length];
    const grouped = [batch, groups, perGroup * length, d];
    const [parts, throughParts] = this.#parts(x, name, [heads * d, groups * d, groups * d]);
    /** `[N, count · d]` by heads, `[B, count, T, d]`; turned on the way where a scale is given. */
    const byHead = (y: string, count: number, scale?: number): string => {
      const rows = forth.reshape(y, [batch, length, count * d]);
      const turned = scale === undefined ? rows : forth.turn(rows, "forward", scale);
      return forth.across(forth.reshape(turned, [batch, length, count, d]));
    };
    const scaled = this.value(byHead(parts[0]!, heads, scale), ofHeads);
    const k = this.value(byHead(parts[1]!, groups, 1), [batch, groups, length, d]);
    const v = this.value(byHead(parts[2]!, groups), [batch, groups, length, d]);
    // The P query heads that share a key head stand below each other: one product serves them all.
    const q = this.#again((side, of) => side.reshape(of(scaled), grouped));
    const products = forth.op("MatMul", [q.forward, forth.flip(k.forward)]);
    const scores = forth.add(forth.reshape(products, byQuery), forth.causal);
    const shares = this.value(forth.op("Softmax", [scores], { axis: -1 }), byQuery);
    const weights = this.#again((side, of) => side.reshape(of(shares), byGroup));
    const mixed = this.value(forth.op("MatMul", [weights.forward, v.forward]), grouped);
    const result = this.#again((side, of) =>
      side.reshape(side.across(side.reshape(of(mixed), ofHeads)), [this.#count, heads * d])
    );
    return [result, (dy) => {
      const w = weights.backward();
      const dMixed = back.reshape(
        back.across(back.reshape(dy, [batch, length, heads, d])),
        grouped,
      );
      const dv = back.op("MatMul", [back.flip(w), dMixed]);
      const dWeights = back.op("MatMul", [dMixed, back.flip(v.backward())]);
      // Σ over keys of dWeights·weights equals Σ over d of dMixed·mixed, a quarter of the work.
      const along = back.op(
        "ReduceSum",
        [back.mul(dMixed, mixed.backward()), back.graph.integers([-1])],
        { keepdims: 1 },
      );
      const dScores = back.mul(w, back.op("Sub", [dWeights, along]));
      const dq = back.op("MatMul", [dScores, k.backward()]);
      const dk = back.op("MatMul", [back.flip(dScores), q.backward()]);
      const byToken = (z: string, count: number, scale?: number): string => {
        const rows = back.across(back.reshape(z, [batch, count, length, d]));
        const flat = [this.#count, count * d];
        if (scale === undefined) return back.reshape(rows, flat);
        const joint = back.reshape(rows, [batch, length, count * d]);
        return back.reshape(back.turn(joint, "backward", scale), flat);
      };
      return throughParts([
        byToken(dq, heads, scale),
        byToken(dk, groups, 1),
        byToken(dv, groups),
      ]);
    }];
  }

  /** `silu(x · gateᵀ) · (x · upᵀ)`; `name` is the joint matrix of gate and up. */
  swiglu(x: Value, name: string): Block {
    const { intermediate_size: inner } = this.#config;
    const back = this.#backward;
    const [parts, throughParts] = this.#parts(x, name, [inner, inner]);
    const [gate, up] = parts.map((part) => this.value(part, [this.#count, inner])) as [
      Value,
      Value,
    ];
    const sigmoid = this.#again((side, of) => side.op("Sigmoid", [of(gate)]));
    const silu = this.#again((side, of) => side.mul(of(gate), of(sigmoid)));
    const result = this.#again((side, of) => side.mul(of(silu), of(up)));
    return [result, (dy) => {
      const [s, y] = [sigmoid.backward(), silu.backward()];
      // silu' = σ + silu · (1 − σ)
      const slope = back.add(s, back.mul(y, back.op("Sub", [back.one, s])));
      const dGate = back.mul(back.mul(dy, up.backward()), slope);
      return throughParts([dGate, back.mul(dy, y)]);
    }];
  }

  /**
   * `x · Wᵢᵀ` of the parts Wᵢ that lie below each other in the matrix `name`. The matrix is cut instead of its product,
   * which has a row for each token.
   */
  #parts(
    x: Value,
    name: string,
    sizes: readonly number[],
  ): [results: string[], backward: (gradients: readonly string[]) => string] {
    const [forth, back] = [this.#forward, this.#backward];
    const cut = (side: GraphSide): string[] => side.split(name, 0, sizes);
    const matrices = cut(forth);
    const results = matrices.map((matrix) => forth.op("Gemm", [x.forward, matrix], { transB: 1 }));
    return [results, (gradients) => {
      const own = back === forth ? matrices : cut(back);
      const ofParts = gradients.map((dy) => this.#ofMatrix(dy, x.backward()));
      this.emitGradient(name, back.op("Concat", ofParts, { axis: 0 }));
      // Each product is added to the one before by the multiplication itself.
      return gradients.reduce(
        (sum, dy, i) => back.op("Gemm", [dy, own[i]!, ...(i === 0 ? [] : [sum])]),
        "",
      );
    }];
  }

  /** `x + f(x)`, where f is the parts one behind the other. */
  residual(x: Value, parts: readonly ((x: Value) => Block)[]): Block {
    let y = x;
    const backwards: Backward[] = [];
    for (const part of parts) {
      const [result, backward] = part(y);
      y = result;
      backwards.unshift(backward);
    }
    const sum = this.#forward.add(x.forward, y.forward);
    return [
      this.value(sum, [this.#count, this.#config.hidden_size]),
      (dy) => this.#backward.add(dy, backwards.reduce((g, backward) => backward(g), dy)),
    ];
  }

  /** A value so cheap that it is computed on each side from what is kept. */
  #again(compute: (side: GraphSide, of: (value: Value) => string) => string): Value {
    return this.#value(
      compute(this.#forward, (value) => value.forward),
      () => compute(this.#backward, (value) => value.backward()),
    );
  }

  #value(forward: string, backward: () => string): Value {
    if (this.#backward === this.#forward) return { forward, backward: () => forward };
    let name: string | undefined;
    return { forward, backward: () => name ??= backward() };
  }
}
