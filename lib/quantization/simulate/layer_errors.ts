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
  const turned = (weights: Float32Array) =>
    op("Transpose", [constant(weights, [rows, columns])], { perm: [1, 0] });
  const sumOfSquares = (of: string) =>
    reshape(op("ReduceSum", [op("Mul", [of, of])], { keepdims: 0 }), [1]);
  const exact = op("MatMul", [input, turned(w)]);
  // Schemes that differ in their activations only share one matrix: it is rounded, stored and turned once.
  const matrices = new Map<PartScheme, string>();
  const matrixOf = (scheme: PartScheme): string => {
    const first = schemes.find((other) => sameWeights(other, scheme))!;
    const made = matrices.get(first) ?? turned(schemedWeights(w, columns, first, squares));
    matrices.set(first, made);
    return made;
  };
  const sums = schemes.map((scheme) => {
    checkPart("qkv", 0, columns, scheme);
    const moved = schemedInput(graph, input, columns, scheme, { name: mask, length: tokens });
    const rounded = op("MatMul", [moved, matrixOf(scheme)]);
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

function sameWeights(a: PartScheme, b: PartScheme): boolean {
  return a.weights === b.weights && a.order === b.order && a.divisors === b.divisors &&
    a.rotation === b.rotation;
}

/** The mean square of each column of `x`, `[tokens][columns]`. */
function meanSquares(x: Float32Array, columns: number): Float64Array {
  const squares = new Float64Array(columns);
  for (let i = 0; i < x.length; i++) squares[i % columns]! += x[i]! * x[i]!;
  return squares.map((sum) => sum * columns / x.length);
}
