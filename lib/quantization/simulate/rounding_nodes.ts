/**
 * Roundings as ONNX nodes: numbers go in as floats and come out as the floats that their codes stand for.
 *
 * @module
 */
import type { OnnxGraph } from "offprint/lm/onnx/mod.ts";
import { type ActivationRounding, blockBits, type KvRounding, type PartScheme } from "./scheme.ts";

/** Below every scale that occurs: a block of zeros is divided by this instead of by 0. */
const TINY = 1e-30;

/**
 * The input `x`, `[B·T, columns]`, rounded by blocks of channels. As the kernels: `s = max|x| / limit`,
 * `x̂ = s · ⌊x / s + 1/2⌋`; min–max `s = (max − min) / (2^bits − 1)`, codes counted from the minimum.
 *
 * @param mask the input `mask`, float32 `[B·T, 1]`, 1 for tokens of the text and 0 behind its end, and the
 * shape `[B, T]`: needed where a range spans the tokens of a text.
 */
export function roundedActivations(
  graph: OnnxGraph,
  x: string,
  columns: number,
  rounding: ActivationRounding,
  mask: { name: string; length: number },
): string {
  const { blockSize, range = "token", scheme = "symmetric" } = rounding;
  const size = blockSize === "row" ? columns : blockSize;
  const bits = blockBits(rounding, columns), blocks = bits.length;
  const { op, constant, reshape } = shorthands(graph);
  // Blocks in rows of their own; the tokens of a text side by side where they share a range.
  const shape = range === "text" ? [-1, mask.length, blocks, size] : [-1, blocks, size];
  const perBlock = (values: number[]) => constant(values, [blocks, 1]);
  const blocked = reshape(x, shape);
  const reduced = (type: "ReduceMax" | "ReduceMin", of: string): string =>
    op(type, [of], { axes: range === "text" ? [1, 3] : [-1], keepdims: 1 });
  /** Numbers of the text as they are, the others as `absent`. */
  const present = (of: string, absent: number): string => {
    if (range !== "text") return of;
    const inText = op("Greater", [
      reshape(mask.name, [-1, mask.length, 1, 1]),
      constant([0.5], []),
    ]);
    return op("Where", [inText, of, constant([absent], [])]);
  };

  if (scheme === "minmax") {
    const least = reduced("ReduceMin", present(blocked, 3e38));
    const most = reduced("ReduceMax", present(blocked, -3e38));
    const span = op("Div", [
      op("Sub", [most, least]),
      perBlock(bits.map((b) => 2 ** b - 1)),
    ]);
    const scale = op("Max", [span, constant([TINY], [])]);
    const code = op("Floor", [
      op("Add", [op("Div", [op("Sub", [blocked, least]), scale]), constant([0.5], [])]),
    ]);
    const top = op("Min", [code, perBlock(bits.map((b) => 2 ** b - 1))]);
    return reshape(op("Add", [op("Mul", [top, scale]), least]), [-1, columns]);
  }
  const limits = bits.map((b) => 2 ** (b - 1) - 1);
  let scale: string;
  if (typeof range === "object") {
    const largest = Array.from({ length: blocks }, (_, block) => {
      let amax = 0;
      for (let j = block * size; j < (block + 1) * size; j++) {
        amax = Math.max(amax, range.largest[j]!);
      }
      return amax;
    });
    scale = perBlock(largest.map((amax, block) => amax / limits[block]! || 1));
  } else {
    const amax = reduced("ReduceMax", present(op("Abs", [blocked]), 0));
    scale = op("Max", [op("Div", [amax, perBlock(limits)]), constant([TINY], [])]);
  }
  let code = op("Floor", [op("Add", [op("Div", [blocked, scale]), constant([0.5], [])])]);
  if (typeof range === "object") {
    code = op("Min", [
      op("Max", [code, perBlock(limits.map((limit) => -limit))]),
      perBlock(limits),
    ]);
  }
  return reshape(op("Mul", [code, scale]), [-1, columns]);
}

/** A part's input as a scheme leaves it: reordered, divided, rotated and rounded, in that order. */
export function schemedInput(
  graph: OnnxGraph,
  x: string,
  columns: number,
  { order, divisors, rotation, activations }: PartScheme,
  mask: { name: string; length: number },
): string {
  const { op, constant } = shorthands(graph);
  let moved = x;
  if (order !== undefined) {
    moved = op("Gather", [moved, graph.integers([...order])], { axis: 1 });
  }
  if (divisors !== undefined) moved = op("Div", [moved, constant(divisors, [columns])]);
  if (rotation !== undefined) {
    moved = op("MatMul", [moved, constant(rotation, [columns, columns])]);
  }
  return activations === undefined
    ? moved
    : roundedActivations(graph, moved, columns, activations, mask);
}

/** `x` rounded to 16-bit floats and back. */
export function throughHalves(graph: OnnxGraph, x: string): string {
  const float16 = 10, float32 = 1;
  return graph.op("Cast", [graph.op("Cast", [x], { to: float16 })], { to: float32 });
}

/**
 * Keys or values `x`, `[B, G, T, d]` in 16-bit floats, rounded to 4 bits and back, asymmetric (COMET §3.4):
 * `s = (max − min) / 15`, `z = ⌊−min / s + 1/2⌋`. As the kernels, s is at least `max|x| / 1024`.
 *
 * @param length T. With a scale a channel, tokens behind the last whole group stay as they are.
 */
export function roundedCache(
  graph: OnnxGraph,
  x: string,
  sizes: { groups: number; length: number; headDim: number },
  kv: Extract<KvRounding, { bits: 4 }>,
): string {
  const { groups, length, headDim } = sizes, { groupSize = 64 } = kv;
  const { op, constant, reshape } = shorthands(graph);
  const whole = kv.axis === "token" ? length : length - length % groupSize;
  if (whole === 0) return x;
  if (whole < length) {
    const parts = graph.integers([whole, length - whole]);
    const [first, rest] = graph.ops("Split", [x, parts], 2, { axis: 2 }) as [string, string];
    const rounded = roundedCache(graph, first, { ...sizes, length: whole }, kv);
    return op("Concat", [rounded, rest], { axis: 2 });
  }
  const blocked = kv.axis === "token"
    ? x
    : reshape(x, [-1, groups, length / groupSize, groupSize, headDim]);
  const attributes = { axes: [3], keepdims: 1 };
  const least = op("ReduceMin", [blocked], attributes);
  const most = op("ReduceMax", [blocked], attributes);
  const span = op("Div", [op("Sub", [most, least]), constant([15], [])]);
  const amax = op("Max", [most, op("Neg", [least])]);
  const wide = op("Max", [span, op("Div", [amax, constant([1024], [])])]);
  const scale = op("Max", [throughHalves(graph, wide), constant([TINY], [])]);
  const half = constant([0.5], []);
  const zero = op("Floor", [op("Add", [op("Div", [op("Neg", [least]), scale]), half])]);
  const code = op("Add", [op("Floor", [op("Add", [op("Div", [blocked, scale]), half])]), zero]);
  const kept = op("Min", [op("Max", [code, constant([0], [])]), constant([15], [])]);
  return reshape(op("Mul", [op("Sub", [kept, zero]), scale]), [-1, groups, length, headDim]);
}

/** Short names for what is written most. */
export function shorthands(graph: OnnxGraph) {
  return {
    op: graph.op.bind(graph),
    constant: (values: readonly number[] | Float32Array, shape: number[]): string =>
      graph.floats(values, shape),
    reshape: (x: string, shape: number[]): string =>
      graph.op("Reshape", [x, graph.integers(shape)]),
  };
}
