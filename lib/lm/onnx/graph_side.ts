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
  readonly epsilon: string;
  /** Rotary factors of each position, `[T, d/2]`, by what they also multiply by. */
  readonly #tables = new Map<string, string>();
  readonly #first: string;
  readonly #config: TransformerConfig;
  readonly #length: number;

  constructor(graph: OnnxGraph, config: TransformerConfig, { batch, length }: BatchShape) {
    this.graph = graph;
    this.#config = config;
    this.#length = length;
    const count = batch * length;
    this.one = graph.floats([1], []);
    this.ones = graph.floats(new Float32Array(count).fill(1), [1, count]);
    this.#first = graph.integers([0]);
    this.causal = graph.floats(causalMask(length), [1, 1, length, length]);
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

  split(x: string, axis: number, sizes: readonly number[]): string[] {
    return this.graph.ops("Split", [x, this.graph.integers(sizes)], sizes.length, { axis });
  }

  /** Exchanges tokens and heads. */
  across(x: string): string {
    return this.op("Transpose", [x], { perm: [0, 2, 1, 3] });
  }

  /** Exchanges the last two dimensions. */
  flip(x: string): string {
    return this.op("Transpose", [x], { perm: [0, 1, 3, 2] });
  }

  /**
   * Rotary embedding of `[B, T, heads · d]`, or its inverse, which gradients go through; times `scale`, which costs
   * nothing here.
   */
  turn(x: string, way: "forward" | "backward", scale = 1): string {
    const cosines = this.#table("cos", scale);
    const sines = this.#table("sin", way === "forward" ? scale : -scale);
    return this.op("com.microsoft.RotaryEmbedding", [x, this.#first, cosines, sines]);
  }

  /** The first halves of the rows of a table: both halves of a head are turned by the same angles. */
  #table(kind: "cos" | "sin", scale: number): string {
    const key = `${kind} ${scale}`;
    let name = this.#tables.get(key);
    if (name === undefined) {
      const { head_dim: d, rope_theta } = this.#config;
      const whole = rotaryTable(this.#length, d, rope_theta)[kind];
      const halves = whole.filter((_, i) => i % d < d / 2).map((value) => value * scale);
      name = this.graph.floats(halves, [this.#length, d / 2]);
      this.#tables.set(key, name);
    }
    return name;
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
