/**
 * A network from elsewhere with roundings put in: each product's input and weights become what their codes
 * stand for, everything else stays as it is.
 *
 * @module
 */
import type { ForeignModel, ForeignNode, OnnxGraph } from "offprint/lm/onnx/mod.ts";
import { type ActivationRounding, type WeightRounding } from "../simulate/scheme.ts";
import { roundedActivations, shorthands } from "../simulate/rounding_nodes.ts";
import { roundedWeights } from "../simulate/rounded_weights.ts";
import { type ForeignProduct, foreignProducts } from "./products.ts";

/** What happens to one product. Blocks and groups may be longer than the channels go: the rest is zeros. */
export interface ForeignRounding {
  /** The channels of its input in another order: place j of a block holds channel `order[j]`. */
  readonly order?: Uint32Array;
  readonly weights?: WeightRounding;
  readonly activations?: ActivationRounding;
  /** The mean square of each channel, for a clip search of the weights. */
  readonly squares?: ArrayLike<number>;
}

/** What a rounded network gives besides its own results. */
export interface ForeignOutputs {
  /** `channels NAME`, float32 [2, columns]: the largest size and the mean square of each input channel over a run. */
  readonly channels?: boolean;
  /**
   * The network stays in floats, and each product is computed once more as it would be rounded:
   * `error NAME`, float32 [2], is Σ y² and Σ (y − ŷ)².
   */
  readonly errors?: boolean;
}

/**
 * The bytes of the rounded network.
 *
 * A product's input is rounded with a scale for each token and block; the tokens of a convolution are the
 * places of its input, so each place of its window has blocks and scales of its own.
 */
export function roundedForeignModel(
  model: ForeignModel,
  roundingOf: (product: ForeignProduct) => ForeignRounding,
  outputs: ForeignOutputs = {},
): Uint8Array<ArrayBuffer> {
  const products = new Map(foreignProducts(model).products.map((one) => [one.node, one]));
  const rounded = (product: ForeignProduct, graph: OnnxGraph) => {
    const { columns } = product, rounding = roundingOf(product);
    const { order, weights, activations } = rounding;
    const inputs = [...product.node.inputs];
    const { op } = shorthands(graph);
    if (activations !== undefined || outputs.channels === true) {
      const last = channelsLast(graph, product, inputs[0]!);
      if (outputs.channels === true) addChannels(graph, product, last);
      if (activations !== undefined) {
        const places = paddedPlaces(columns, activations.blockSize, order);
        const moved = op("MatMul", [last, graph.floats(places.matrix, [columns, places.count])]);
        // A range over a whole text does not occur here, so there is no mask.
        const codes = roundedActivations(graph, moved, places.count, activations, NO_MASK);
        const back = op("MatMul", [codes, graph.floats(places.back, [places.count, columns])]);
        const shaped = op("Reshape", [back, op("Shape", [last])]);
        inputs[0] = channelsBack(graph, product, shaped);
      }
    }
    if (weights !== undefined) {
      const { shape, values } = model.constants.get(product.weights)!;
      inputs[1] = graph.floats(
        foreignWeights(values, product, weights, rounding),
        shape,
      );
    }
    return inputs;
  };
  return model.rewritten((node, graph) => {
    const product = products.get(node);
    if (product === undefined || outputs.errors === true) return undefined;
    return { inputs: rounded(product, graph) };
  }, (node, graph, again) => {
    const product = products.get(node);
    if (product === undefined || outputs.errors !== true) return;
    const inputs = rounded(product, graph), twice = `offprint/rounded ${product.name}`;
    again({ inputs, outputs: [twice] });
    addErrors(graph, node, twice);
  });
}

const NO_MASK = { name: "", length: 0 };

/** The axes of a convolution's input with the channels last. */
const toLast = (rank: number) => [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];

function channelsLast(graph: OnnxGraph, { kind, rank }: ForeignProduct, x: string): string {
  return kind === "matrix" ? x : graph.op("Transpose", [x], { perm: toLast(rank) });
}

function channelsBack(graph: OnnxGraph, { kind, rank }: ForeignProduct, x: string): string {
  const perm = [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
  return kind === "matrix" ? x : graph.op("Transpose", [x], { perm });
}

/** Two matrices of zeros and ones: channels to their places in whole blocks, and back. */
function paddedPlaces(
  columns: number,
  blockSize: number | "row",
  order: Uint32Array | undefined,
): { count: number; matrix: Float32Array; back: Float32Array } {
  const count = padded(columns, blockSize);
  const matrix = new Float32Array(columns * count), back = new Float32Array(count * columns);
  for (let place = 0; place < columns; place++) {
    const channel = order?.[place] ?? place;
    matrix[channel * count + place] = 1;
    back[place * columns + channel] = 1;
  }
  return { count, matrix, back };
}

/** Channels filled up to whole blocks. */
function padded(columns: number, blockSize: number | "row"): number {
  return blockSize === "row" ? columns : Math.ceil(columns / blockSize) * blockSize;
}

function addChannels(graph: OnnxGraph, { name, columns }: ForeignProduct, x: string): void {
  const { op, reshape } = shorthands(graph);
  const flat = reshape(x, [-1, columns]), over = { axes: [0], keepdims: 1 };
  const sizes = op("ReduceMax", [op("Abs", [flat])], over);
  const squares = op("ReduceMean", [op("Mul", [flat, flat])], over);
  graph.node("Concat", [sizes, squares], [`channels ${name}`], { axis: 0 });
  graph.output(`channels ${name}`, "float32", [2, columns]);
}

function addErrors(graph: OnnxGraph, node: ForeignNode, rounded: string): void {
  const { op, reshape } = shorthands(graph), [exact] = node.outputs;
  const total = (y: string) => reshape(op("ReduceSum", [op("Mul", [y, y])], { keepdims: 0 }), [1]);
  const sums = [total(exact!), total(op("Sub", [exact!, rounded]))];
  graph.node("Concat", sums, [`error ${exact}`], { axis: 0 });
  graph.output(`error ${exact}`, "float32", [2]);
}

/** Weights in the layout of the file, rounded by rows that read the channels in their order. */
function foreignWeights(
  values: Float32Array,
  { kind, columns, window, rows }: ForeignProduct,
  rounding: WeightRounding,
  { order, squares }: Pick<ForeignRounding, "order" | "squares">,
): Float32Array {
  const count = padded(columns, rounding.group);
  // Where a row and a channel lie: a matrix is [columns, rows], a convolution [outputs, columns, window].
  const at = (row: number, channel: number): number =>
    kind === "matrix"
      ? channel * rows + row
      : (Math.floor(row / window) * columns + channel) * window + row % window;
  const moved = new Float32Array(rows * count), importance = new Float64Array(count);
  for (let place = 0; place < columns; place++) {
    const channel = order?.[place] ?? place;
    importance[place] = squares?.[channel] ?? 1;
    for (let row = 0; row < rows; row++) moved[row * count + place] = values[at(row, channel)]!;
  }
  const rounded = roundedWeights(moved, count, rounding, importance);
  const result = new Float32Array(values.length);
  for (let place = 0; place < columns; place++) {
    const channel = order?.[place] ?? place;
    for (let row = 0; row < rows; row++) result[at(row, channel)] = rounded[row * count + place]!;
  }
  return result;
}
