/**
 * One step of AdamW as an ONNX graph over flat arrays, for which ONNX Runtime uses all its threads.
 *
 * @module
 */
import { OnnxGraph } from "./graph.ts";

/**
 * The graph for `size` parameters. With m and v the moments and g the gradient:
 * `m ← β₁m + share₁·g`, `v ← β₂v + share₂·g²`, `p ← keep·p − rate · m / (√v + ε)`.
 *
 * | input | shape | |
 * |---|---|---|
 * | `gradient`, `parameters`, `first`, `second` | float32 [size] | the last two are m and v |
 * | `keep` | float32 [size] | what decay leaves of each parameter |
 * | `share_1`, `share_2`, `rate`, `epsilon` | float32 [] | |
 *
 * | output | shape | |
 * |---|---|---|
 * | `next_parameters`, `next_first`, `next_second` | float32 [size] | each may lie where its input lies |
 *
 * Each input is read by one node, which comes before the one that writes its successor: so both may be one array.
 */
export function adamWGraph(
  size: number,
  { beta1, beta2 }: { beta1: number; beta2: number },
): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph();
  const all = (name: string): string => graph.input(name, "float32", [size]);
  const scalar = (name: string): string => graph.input(name, "float32", []);
  const mul = (a: string, b: string): string => graph.op("Mul", [a, b]);
  const gradient = all("gradient");
  const square = mul(mul(gradient, gradient), scalar("share_2"));
  const firstKept = mul(all("first"), graph.floats([beta1], []));
  const secondKept = mul(all("second"), graph.floats([beta2], []));
  graph.node("Add", [firstKept, mul(gradient, scalar("share_1"))], ["next_first"]);
  graph.node("Add", [secondKept, square], ["next_second"]);
  const root = graph.op("Add", [graph.op("Sqrt", ["next_second"]), scalar("epsilon")]);
  const move = mul(graph.op("Div", ["next_first", root]), scalar("rate"));
  graph.node("Sub", [mul(all("parameters"), all("keep")), move], ["next_parameters"]);
  for (const name of ["next_parameters", "next_first", "next_second"]) {
    graph.output(name, "float32", [size]);
  }
  return graph.model("adamw");
}
