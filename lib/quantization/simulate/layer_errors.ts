/**
 * Schemes compared on one product, without a model around it.
 *
 * @module
 */
import { createSession, OnnxGraph } from "offprint/lm/onnx/mod.ts";
import { schemedWeights } from "./rounded_weights.ts";
import { schemedInput, shorthands } from "./rounding_nodes.ts";
import { checkPart, type PartScheme } from "./scheme.ts";

/**
 * The relative error `‖Y − Ŷ‖ / ‖Y‖` (Frobenius) of `Y = X·Wᵀ` under each scheme.
 *
 * @param x inputs `[tokens][columns]`.
 * @param w weights `[rows][columns]`.
 * @throws {UserError} for a scheme that does not fit the columns.
 */
export async function layerErrors(
  x: Float32Array,
  w: Float32Array,
  columns: number,
  schemes: readonly PartScheme[],
): Promise<number[]> {
  const graph = new OnnxGraph(), tokens = x.length / columns, rows = w.length / columns;
  const { op, constant, reshape } = shorthands(graph);
  const input = graph.input("x", "float32", [tokens, columns]);
  const mask = constant(new Float32Array(tokens).fill(1), [tokens, 1]);
  const squares = meanSquares(x, columns);
  const product = (of: string, weights: Float32Array) =>
    op("MatMul", [of, op("Transpose", [constant(weights, [rows, columns])], { perm: [1, 0] })]);
  const sumOfSquares = (of: string) =>
    reshape(op("ReduceSum", [op("Mul", [of, of])], { keepdims: 0 }), [1]);
  const exact = product(input, w);
  const sums = schemes.map((scheme) => {
    checkPart("qkv", 0, columns, scheme);
    const moved = schemedInput(graph, input, columns, scheme, { name: mask, length: tokens });
    const rounded = product(moved, schemedWeights(w, columns, scheme, squares));
    return sumOfSquares(op("Sub", [exact, rounded]));
  });
  graph.node("Concat", [sumOfSquares(exact), ...sums], ["sums"], { axis: 0 });
  graph.output("sums", "float32", [schemes.length + 1]);
  const { ort, session } = await createSession("layerErrors", graph.model("layer"));
  const results = await session.run({ x: new ort.Tensor("float32", x, [tokens, columns]) });
  await session.release();
  const [signal, ...noise] = results["sums"]!.data as Float32Array;
  return noise.map((sum) => Math.sqrt(sum / signal!));
}

/** The mean square of each column of `x`, `[tokens][columns]`. */
function meanSquares(x: Float32Array, columns: number): Float64Array {
  const squares = new Float64Array(columns);
  x.forEach((value, i) => squares[i % columns]! += value * value);
  return squares.map((sum) => sum * columns / x.length);
}
