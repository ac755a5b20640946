/**
 * One side of a training pass, forward or backward: the graph that its nodes are written into, with the constants
 * that both sides need. Where forward and backward pass are two graphs, each has constants of its own.
 *
 * @module
 */
import type { Attribute, OnnxGraph } from "./graph.ts";
import { rotaryTable } from "../transformer/rotary.ts";
import type { TransformerConfig } from "../transformer/config.ts";

/** The sizes of a training batch. */
export interface BatchShape {
  /** Texts. */
  batch: number;
  /** Tokens of each. */
  length: number;
}

/** Writes the nodes of one side of a pass. */
export class GraphSide {
  readonly graph: OnnxGraph;
  readonly one: string;
  /** A row of N ones: a product with it sums over tokens. */
  readonly ones: string;
  /** Added to scores: a query does not see the keys behind it. */
  readonly causal: string;
  /** What scores are multiplied by. */
  readonly scale: string;
  readonly epsilon: string;
  readonly #cosines: string;
  readonly #forwardSines: string;
  readonly #backwardSines: string;
  readonly #headWidth: number;

  constructor(graph: OnnxGraph, config: TransformerConfig, { batch, length }: BatchShape) {
    this.graph = graph;
    const { head_dim: d } = config;
    this.#headWidth = d;
    const count = batch * length;
    this.one = graph.floats([1], []);
    this.ones = graph.floats(new Float32Array(count).fill(1), [1, count]);
    const { cos, sin } = rotaryTable(length, d, config.rope_theta);
    this.#cosines = graph.floats(cos, [1, length, 1, d]);
    // The halves of a head are exchanged before they meet the sines, so the left half's get a minus sign.
    const signed = (sign: number): string => {
      const values = sin.map((value, i) => (i % d < d / 2 ? -sign : sign) * value);
      return graph.floats(values, [1, length, 1, d]);
    };
    this.#forwardSines = signed(1);
    this.#backwardSines = signed(-1);
    this.causal = graph.floats(causalMask(length), [1, 1, length, length]);
    this.scale = graph.floats([1 / Math.sqrt(d)], []);
    this.epsilon = graph.floats([config.rms_norm_eps], []);
  }

  op(type: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    return this.graph.op(type, inputs, attributes);
  }

  add(a: string, b: string): string {
    return this.op("Add", [a, b]);
  }

  mul(a: string, b: string): string {
    return this.op("Mul", [a, b]);
  }

  reshape(x: string, shape: number[]): string {
    return this.op("Reshape", [x, this.graph.integers(shape)]);
  }

  /** The mean of each row, `[N, 1]`. */
  rowMean(x: string): string {
    return this.op("ReduceMean", [x], { axes: [-1], keepdims: 1 });
  }

  split(x: string, axis: number, sizes: [number, number]): [string, string] {
    const parts = this.graph.ops("Split", [x, this.graph.integers(sizes)], sizes.length, { axis });
    return parts as [string, string];
  }

  /** Exchanges tokens and heads. */
  across(x: string): string {
    return this.op("Transpose", [x], { perm: [0, 2, 1, 3] });
  }

  /** Exchanges the last two dimensions. */
  flip(x: string): string {
    return this.op("Transpose", [x], { perm: [0, 1, 3, 2] });
  }

  /** Rotary embedding of `[B, T, heads, d]`, or its inverse, which gradients go through. */
  turn(x: string, way: "forward" | "backward"): string {
    const half = this.#headWidth / 2;
    const sines = way === "forward" ? this.#forwardSines : this.#backwardSines;
    const [left, right] = this.split(x, 3, [half, half]);
    const straight = this.mul(x, this.#cosines);
    return this.add(straight, this.mul(this.op("Concat", [right, left], { axis: 3 }), sines));
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
