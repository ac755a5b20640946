/**
 * Writes the transformer as an ONNX graph made for decoding: the cache of keys and values is an input of
 * fixed capacity that the caller keeps, and only the rows of the new tokens come out. Rolling
 * the cache back is then a matter of a number, and nothing of the past is ever copied by the runtime.
 *
 * @module
 */
import { OnnxGraph } from "./graph.ts";
import { DecodingBlocks } from "./decoding_blocks.ts";
import type { TransformerConfig } from "../transformer/config.ts";

/** Added to the score of a cache row that holds nothing. */
export const MASKED = -1e9;

/**
 * The graph of a model. Symbols: B texts, N new tokens each, C rows of cache, L layers, G key heads of
 * width d, H query heads, P = H / G.
 *
 * | input | shape | |
 * |---|---|---|
 * | `tokens` | int32 [B, N] | the new tokens |
 * | `positions` | int32 [B, N] | their positions |
 * | `past_bias` | float32 [B, 1, 1, C] | 0 for a row of the text, {@linkcode MASKED} behind it |
 * | `new_bias` | float32 [P·N, N] | 0 at and before the token itself, {@linkcode MASKED} behind it; repeated P times |
 * | `key_0` … , `value_0` … | float32 [B, G, C, d] | the cache of each layer; keys already turned |
 * | `targets` | int32 [B, N, 1] | the token after each new one; only with `targets` |
 * | one per `ParameterBlock` | its shape | only with `weights: "inputs"` |
 *
 * | output | shape | |
 * |---|---|---|
 * | `logits` | float32 [B, N, V] | of the token after each new one |
 * | `hidden` | float32 [B, N, D] | after the last norm |
 * | `log_probs` | float32 [B, N, 1] | of each target; with `targets`, in place of the two above |
 * | `rows` | float32 [2L·B, G, N, d] | keys and values of the new tokens: key of layer 0, value of layer 0, key of layer 1 … |
 *
 * @param weights by the names of `tensorShapes`; they become part of the graph, which ONNX Runtime then lays out
 *   for speed. With `"inputs"` every pass gets them anew, for a model that is in training.
 * @param options.targets for texts that are already written: one number a token comes out, not a row of the
 *   vocabulary.
 */
export function decodingGraph(
  config: TransformerConfig,
  weights: ReadonlyMap<string, Float32Array> | "inputs",
  { targets = false }: { targets?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph();
  const blocks = new DecodingBlocks(graph, config, weights);
  const [first, embedding] = blocks.embedded();
  let x = first;
  const rows: string[] = [];
  for (let index = 0; index < config.num_hidden_layers; index++) {
    const [attended, keys, values] = blocks.attention(x, index);
    rows.push(keys, values);
    x = graph.op("Add", [x, attended]);
    x = graph.op("Add", [x, blocks.feedForward(x, index)]);
  }
  const last = blocks.norm(x, "model.norm.weight");
  const output = config.tie_word_embeddings ? embedding : blocks.outputMatrix();
  const { hidden_size: width, head_dim: d, num_key_value_heads: groups } = config;
  const product = [last, graph.op("Transpose", [output], { perm: [1, 0] })];
  if (targets) {
    const logProbs = graph.op("LogSoftmax", [graph.op("MatMul", product)], { axis: -1 });
    const wanted = graph.input("targets", "int32", ["B", "N", 1]);
    graph.node("GatherElements", [logProbs, wanted], ["log_probs"], { axis: 2 });
    graph.output("log_probs", "float32", ["B", "N", 1]);
  } else {
    graph.node("Identity", [last], ["hidden"]);
    graph.node("MatMul", product, ["logits"]);
    graph.output("logits", "float32", ["B", "N", config.vocab_size]);
    graph.output("hidden", "float32", ["B", "N", width]);
  }
  graph.node("Concat", rows, ["rows"], { axis: 0 });
  graph.output("rows", "float32", ["R", groups, "N", d]);
  return graph.model("decoder");
}
