/**
 * The transformer's training pass as an ONNX graph: forward, and the backward pass written out block by
 * block. It computes what `jax.grad` of {@linkcode transformer} computes, several times as fast (`deno task bench lm`),
 * because ONNX Runtime multiplies matrices closer to what the processor can do. `transformer.ts` stays
 * the definition; the tests hold the two against each other tensor by tensor.
 *
 * `differentiable_blocks.ts` has the blocks, each with its way back; here they are put together. Weights are
 * inputs, so that one session serves a whole training.
 *
 * @module
 */
import { OnnxGraph } from "./graph.ts";
import {
  type Backward,
  type Block,
  DifferentiableBlocks,
  type Value,
} from "./differentiable_blocks.ts";
import type { BatchShape } from "./graph_side.ts";
import type { TransformerConfig } from "../transformer/config.ts";

/** The tensor of the token embedding. */
export const EMBEDDING = "model.embed_tokens.weight";

/**
 * The graph for batches of one shape. B texts of T tokens, N = B·T, V tokens of vocabulary, D width.
 *
 * | input | shape | |
 * |---|---|---|
 * | `tokens` | int32 [N] | |
 * | `targets` | int32 [N, 1] | the token after each |
 * | `coefficients` | float32 [N, 1] | cᵢ of the loss −Σ cᵢ log pᵢ; only with gradients |
 * | one per `ParameterBlock` | its shape | |
 *
 * | output | shape | |
 * |---|---|---|
 * | `log_probs` | float32 [N, 1] | log pᵢ of each target |
 * | `gradient/NAME` | the block's shape | of the loss; the embedding's lacks what follows |
 * | `gradient/rows` | float32 [N, D] | of the rows taken out of the embedding, to be added at `tokens` |
 * | `hidden` | float32 [N, D] | what the output matrix reads; only with `distributions` |
 * | `all_log_probs` | float32 [N, V] | of every token, not the target alone; only with `distributions` |
 *
 * The scatter of `gradient/rows` is left to the caller: ONNX Runtime's own adds rows of equal index in
 * no fixed order.
 *
 * With an output matrix of its own, the embedding has no gradient beside `gradient/rows`.
 *
 * @param options.gradients without them the graph only measures.
 */
export function gradientGraph(
  config: TransformerConfig,
  shape: BatchShape,
  { gradients = true, distributions = false }: { gradients?: boolean; distributions?: boolean } =
    {},
): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph();
  const pass = forwardPass(graph, config, shape);
  if (distributions) {
    const count = shape.batch * shape.length;
    graph.node("Identity", [pass.hidden], ["hidden"]);
    graph.output("hidden", "float32", [count, config.hidden_size]);
    graph.node("Identity", [pass.logProbs], ["all_log_probs"]);
    graph.output("all_log_probs", "float32", [count, config.vocab_size]);
  }
  if (gradients) pass.emitBackward();
  return graph.model(gradients ? "training" : "scoring");
}

/**
 * The same pass as two graphs, for losses whose coefficients depend on the log-probabilities: nothing of the forward
 * pass is computed again. Beside `log_probs` the forward graph has as outputs what the backward graph reads; these are
 * inputs of it under the same names, with `targets`, `coefficients` and the parameters.
 */
export function twoGradientGraphs(
  config: TransformerConfig,
  shape: BatchShape,
): Record<"forward" | "backward", Uint8Array<ArrayBuffer>> {
  const forward = new OnnxGraph();
  const backward = new OnnxGraph("backward_");
  forwardPass(forward, config, shape, backward).emitBackward();
  return { forward: forward.model("forward"), backward: backward.model("backward") };
}

/** Writes the forward pass; `emitBackward` writes the way back, into the same graph unless another is given. */
function forwardPass(
  graph: OnnxGraph,
  config: TransformerConfig,
  shape: BatchShape,
  back: OnnxGraph = graph,
): { hidden: string; logProbs: string; emitBackward(): void } {
  const count = shape.batch * shape.length;
  const tokens = graph.input("tokens", "int32", [count]);
  const targets = graph.input("targets", "int32", [count, 1]);
  const blocks = new DifferentiableBlocks(graph, config, shape, back);

  const rows = graph.op("Gather", [EMBEDDING, tokens], { axis: 0 });
  const [x, throughLayers] = layers(
    blocks.value(rows, [count, config.hidden_size]),
    config,
    blocks,
  );
  const [hidden, throughNorm] = blocks.norm(x, "model.norm.weight");
  const output = config.tie_word_embeddings ? EMBEDDING : "lm_head.weight";
  const [logits, throughHead] = blocks.linear(hidden, output);
  const logProbs = blocks.value(
    graph.op("LogSoftmax", [logits.forward], { axis: -1 }),
    [count, config.vocab_size],
  );
  graph.node("GatherElements", [logProbs.forward, targets], ["log_probs"], { axis: 1 });
  graph.output("log_probs", "float32", [count, 1]);
  const emitBackward = (): void => {
    if (back !== graph) back.input(targets, "int32", [count, 1]);
    const coefficients = back.input("coefficients", "float32", [count, 1]);
    const dLogits = lossGradient(back, logProbs.backward(), targets, coefficients);
    blocks.emitGradient("rows", throughLayers(throughNorm(throughHead(dLogits))));
  };
  return { hidden: hidden.forward, logProbs: logProbs.forward, emitBackward };
}

/** All layers, one behind the other: attention and feed-forward, each beside its residual. */
function layers(x: Value, config: TransformerConfig, blocks: DifferentiableBlocks): Block {
  const backwards: Backward[] = [];
  for (let index = 0; index < config.num_hidden_layers; index++) {
    const name = (part: string): string => `model.layers.${index}.${part}.weight`;
    const attention = [
      (y: Value) => blocks.norm(y, name("input_layernorm")),
      (y: Value) => blocks.attention(y, name("self_attn.qkv_proj")),
      (y: Value) => blocks.linear(y, name("self_attn.o_proj")),
    ];
    const feedForward = [
      (y: Value) => blocks.norm(y, name("post_attention_layernorm")),
      (y: Value) => blocks.swiglu(y, name("mlp.gate_up_proj")),
      (y: Value) => blocks.linear(y, name("mlp.down_proj")),
    ];
    for (const parts of [attention, feedForward]) {
      const [result, backward] = blocks.residual(x, parts);
      x = result;
      backwards.unshift(backward);
    }
  }
  return [x, (dy) => backwards.reduce((gradient, backward) => backward(gradient), dy)];
}

/** The gradient of −Σ cᵢ log pᵢ towards the logits: cᵢ · (softmax − 1 at the target). */
function lossGradient(
  graph: OnnxGraph,
  logProbs: string,
  targets: string,
  coefficients: string,
): string {
  const weighted = graph.op("Mul", [graph.op("Exp", [logProbs]), coefficients]);
  const atTarget = graph.op("Neg", [coefficients]);
  return graph.op("ScatterElements", [weighted, targets, atTarget], { axis: 1, reduction: "add" });
}
