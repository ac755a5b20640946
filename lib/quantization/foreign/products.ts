/**
 * Which nodes of a network from elsewhere are products of activations with weights that share their input
 * channels, and why others are not.
 *
 * @module
 */
import type { ForeignModel, ForeignNode } from "offprint/lm/onnx/mod.ts";

/** A product that blocks of channels can be rounded in. */
export interface ForeignProduct {
  readonly node: ForeignNode;
  /** The name of its result, which tells it apart. */
  readonly name: string;
  readonly kind: "matrix" | "convolution";
  /** The number of axes of its input; channels are the last one of a matrix product and the second of a convolution. */
  readonly rank: number;
  /** Input channels. */
  readonly columns: number;
  /** Places of a convolution's window; 1 for a matrix. */
  readonly window: number;
  /** Rows of weights that read the channels: outputs, times the places of the window. */
  readonly rows: number;
  /** Name of its weights. */
  readonly weights: string;
}

/** A node with weights or operands like a product's, that is left in floats. */
export interface LeftOut {
  readonly type: string;
  readonly name: string;
  /** A sentence. */
  readonly reason: string;
}

/** Input channels that a product has at least: with fewer there is nothing to gather. */
const LEAST_COLUMNS = 8;

/** Types of nodes that multiply, by themselves or inside. */
const MULTIPLYING = ["MatMul", "Gemm", "Conv", "ConvTranspose", "LSTM", "GRU", "RNN"];

/** The products of a network, in the order in which they are computed, and the nodes in whose way something stands. */
export function foreignProducts(
  model: ForeignModel,
): { products: ForeignProduct[]; leftOut: LeftOut[] } {
  const products: ForeignProduct[] = [], leftOut: LeftOut[] = [];
  for (const node of model.nodes) {
    const inside = [...new Set(node.inside.filter((type) => MULTIPLYING.includes(type)))];
    if (inside.length > 0) {
      const reason = `Its products are inside one operator (${inside.join(", ")}) within a branch.`;
      leftOut.push({ type: node.type, name: node.outputs[0]!, reason });
    }
    if (!MULTIPLYING.includes(node.type)) continue;
    const found = productOf(model, node);
    if ("reason" in found) leftOut.push(found);
    else products.push(found);
  }
  return { products, leftOut };
}

function productOf({ constants }: ForeignModel, node: ForeignNode): ForeignProduct | LeftOut {
  const { type } = node, name = node.outputs[0]!, weights = node.inputs[1] ?? "";
  const shape = constants.get(weights)?.shape;
  const left = (reason: string): LeftOut => ({ type, name, reason });
  if (type !== "MatMul" && type !== "Conv") {
    return left("The operator is not one whose input could be rounded in blocks from outside.");
  }
  if (shape === undefined) {
    return left("Both operands are activations: there are no weights to fold an order into.");
  }
  if (type === "MatMul") {
    if (shape.length !== 2) return left("Its weights are not one matrix.");
    const [columns, rows] = shape as [number, number];
    return { node, name, kind: "matrix", rank: 0, columns, window: 1, rows, weights };
  }
  const [outputs, columns, ...window] = shape as [number, number, ...number[]];
  if ((node.integers.get("group")?.[0] ?? 1) > 1) {
    return left("Each output reads one channel of its own: no channels share a sum.");
  }
  if (columns < LEAST_COLUMNS) {
    return left(`It reads ${columns} channel${columns === 1 ? "" : "s"}: too few for a block.`);
  }
  const places = window.reduce((product, size) => product * size, 1), rows = outputs * places;
  const kind = "convolution", rank = shape.length;
  return { node, name, kind, rank, columns, window: places, rows, weights };
}
