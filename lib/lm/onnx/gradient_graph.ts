/**
 * The transformer's training pass as an ONNX graph: forward, and the backward pass written out block by
 * block. It computes what `jax.grad` of {@linkcode transformer} computes, several times as fast (`deno task bench lm`),
 * because ONNX Runtime multiplies matrices closer to what the processor can do. `transformer.ts` stays
 * the definition; the tests hold the two against each other tensor by tensor.
 *
 * Each block emits its forward nodes and returns a function that emits its backward nodes: from the
 * gradient of what it gave to the gradient of what it got. Weights are inputs, so that one session serves
 * a whole training. Values are rows of tokens, `[N, …]` with `N = batch · length`.
 *
 * @module
 */
import { OnnxGraph } from "./graph.ts";
import { type ParameterBlock, parameterBlocks } from "../transformer/parameter_blocks.ts";
import { rotaryTable } from "../transformer/rotary.ts";
import type { TransformerConfig } from "../transformer/config.ts";

/** From the gradient of a block's result to the gradient of its argument. */
type Backward = (gradient: string) => string;

/** A block's result and how gradients go back through it. */
type Block = [result: string, backward: Backward];

/** The sizes of a training batch. */
export interface BatchShape {
  /** Texts. */
  batch: number;
  /** Tokens of each. */
  length: number;
}

/**
 * The graph for batches of one shape. B texts of T tokens, N = B·T, V tokens of vocabulary, D width.
 *
 * | input | shape | |
 * |---|---|---|
 * | `tokens` | int32 [N] | |
 * | `targets` | int32 [N, 1] | the token after each |
 * | `coefficients` | float32 [N, 1] | cᵢ of the loss −Σ cᵢ log pᵢ; only with gradients |
 * | one per {@linkcode ParameterBlock} | its shape | |
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
  { batch, length }: BatchShape,
  { gradients = true, distributions = false }: { gradients?: boolean; distributions?: boolean } =
    {},
): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph();
  const { hidden_size: width, head_dim: d, intermediate_size: inner } = config;
  const { num_attention_heads: heads, num_key_value_heads: groups } = config;
  const perGroup = heads / groups;
  const count = batch * length;

  const tokens = graph.input("tokens", "int32", [count]);
  const targets = graph.input("targets", "int32", [count, 1]);
  const blocks = new Map<string, ParameterBlock>();
  for (const block of parameterBlocks(config)) {
    blocks.set(block.name, block);
    graph.input(block.name, "float32", block.shape);
  }

  const op = graph.op.bind(graph);
  const add = (a: string, b: string): string => op("Add", [a, b]);
  const mul = (a: string, b: string): string => op("Mul", [a, b]);
  const reshape = (x: string, shape: number[]): string => op("Reshape", [x, graph.integers(shape)]);
  const transpose = (x: string, perm: number[]): string => op("Transpose", [x], { perm });
  const flip = (x: string): string => transpose(x, [0, 1, 3, 2]);
  const split = (x: string, axis: number, sizes: number[]): string[] =>
    graph.ops("Split", [x, graph.integers(sizes)], sizes.length, { axis });
  const rowMean = (x: string): string => op("ReduceMean", [x], { axes: [-1], keepdims: 1 });
  const one = graph.floats([1], []);
  const ones = graph.floats(new Float32Array(count).fill(1), [1, count]);

  const emitGradient = (name: string, value: string): void => {
    graph.node("Identity", [value], [`gradient/${name}`]);
    graph.output(`gradient/${name}`, "float32", blocks.get(name)?.shape ?? [count, width]);
  };

  /** `x · Wᵀ`. */
  const linear = (x: string, name: string): Block => [
    op("Gemm", [x, name], { transB: 1 }),
    (dy) => {
      emitGradient(name, op("Gemm", [dy, x], { transA: 1 }));
      return op("Gemm", [dy, name]);
    },
  ];

  /** RMSNorm: `x / √(mean x² + ε) · gain`. */
  const norm = (x: string, name: string): Block => {
    const root = op("Sqrt", [add(rowMean(mul(x, x)), graph.floats([config.rms_norm_eps], []))]);
    const straight = op("Div", [x, root]);
    return [mul(straight, name), (dy) => {
      emitGradient(name, reshape(op("MatMul", [ones, mul(dy, straight)]), [width]));
      const ds = mul(dy, name);
      const along = mul(straight, rowMean(mul(ds, straight)));
      return op("Div", [op("Sub", [ds, along]), root]);
    }];
  };

  const { cos, sin } = rotaryTable(length, d, config.rope_theta);
  const cosines = graph.floats(cos, [1, length, 1, d]);
  const signed = (sign: number): string => {
    const values = sin.map((value, i) => (i % d < d / 2 ? -sign : sign) * value);
    return graph.floats(values, [1, length, 1, d]);
  };
  const [forwardSines, backwardSines] = [signed(1), signed(-1)];
  /** Rotary embedding of `[B, T, heads, d]`; its inverse turns gradients back. */
  const turn = (x: string, sines: string): string => {
    const [left, right] = split(x, 3, [d / 2, d / 2]) as [string, string];
    return add(mul(x, cosines), mul(op("Concat", [right, left], { axis: 3 }), sines));
  };

  const mask = new Float32Array(length * length);
  for (let query = 0; query < length; query++) {
    mask.fill(-1e9, query * length + query + 1, (query + 1) * length);
  }
  const causal = graph.floats(mask, [1, 1, length, length]);
  const scale = graph.floats([1 / Math.sqrt(d)], []);

  /** Causal grouped-query attention of joint queries, keys and values, `[N, (H + 2G)·d]`. */
  const attention = (joint: string): Block => {
    const byHead = reshape(joint, [batch, length, heads + 2 * groups, d]);
    const [straight, plainValues] = split(byHead, 2, [heads + groups, groups]) as [string, string];
    const turned = transpose(turn(straight, forwardSines), [0, 2, 1, 3]);
    const [queries, k] = split(turned, 1, [heads, groups]) as [string, string];
    const v = transpose(plainValues, [0, 2, 1, 3]); // [B, G, T, d]
    const q = reshape(mul(queries, scale), [batch, groups, perGroup * length, d]);
    const byQuery = (x: string): string => reshape(x, [batch, heads, length, length]);
    const byGroup = (x: string): string => reshape(x, [batch, groups, perGroup * length, length]);
    const scores = add(byQuery(op("MatMul", [q, flip(k)])), causal);
    const weights = byGroup(op("Softmax", [scores], { axis: -1 }));
    const mixed = op("MatMul", [weights, v]); // [B, G, P·T, d]
    const result = reshape(
      transpose(reshape(mixed, [batch, heads, length, d]), [0, 2, 1, 3]),
      [count, heads * d],
    );
    return [result, (dy) => {
      const dMixed = reshape(
        transpose(reshape(dy, [batch, length, heads, d]), [0, 2, 1, 3]),
        [batch, groups, perGroup * length, d],
      );
      const dv = op("MatMul", [flip(weights), dMixed]);
      const dWeights = op("MatMul", [dMixed, flip(v)]);
      // Σ over keys of dWeights·weights equals Σ over d of dMixed·mixed, a quarter of the work.
      const along = op("ReduceSum", [mul(dMixed, mixed), graph.integers([-1])], { keepdims: 1 });
      const dScores = mul(weights, op("Sub", [dWeights, along]));
      const dq = mul(op("MatMul", [dScores, k]), scale);
      const dk = op("MatMul", [flip(dScores), q]);
      const dTurned = op("Concat", [reshape(dq, [batch, heads, length, d]), dk], { axis: 1 });
      const dStraight = turn(transpose(dTurned, [0, 2, 1, 3]), backwardSines);
      const dValues = transpose(dv, [0, 2, 1, 3]);
      return reshape(
        op("Concat", [dStraight, dValues], { axis: 2 }),
        [count, (heads + 2 * groups) * d],
      );
    }];
  };

  /** `silu(gate) · up` of joint `[gate, up]`, `[N, 2F]`. */
  const swiglu = (joint: string): Block => {
    const [gate, up] = split(joint, 1, [inner, inner]) as [string, string];
    const sigmoid = op("Sigmoid", [gate]);
    const silu = mul(gate, sigmoid);
    return [mul(silu, up), (dy) => {
      // silu' = σ + silu · (1 − σ)
      const slope = add(sigmoid, mul(silu, op("Sub", [one, sigmoid])));
      return op("Concat", [mul(mul(dy, up), slope), mul(dy, silu)], { axis: 1 });
    }];
  };

  /** `x + f(x)`. */
  const residual = (x: string, parts: ((x: string) => Block)[]): Block => {
    let y = x;
    const backwards: Backward[] = [];
    for (const part of parts) {
      const [result, backward] = part(y);
      y = result;
      backwards.unshift(backward);
    }
    return [add(x, y), (dy) => add(dy, backwards.reduce((g, backward) => backward(g), dy))];
  };

  const embedding = "model.embed_tokens.weight";
  let x = op("Gather", [embedding, tokens], { axis: 0 });
  const backwards: Backward[] = [];
  for (let index = 0; index < config.num_hidden_layers; index++) {
    const name = (part: string): string => `model.layers.${index}.${part}`;
    for (
      const parts of [
        [
          (y: string) => norm(y, name("input_layernorm.weight")),
          (y: string) => linear(y, name("self_attn.qkv_proj.weight")),
          attention,
          (y: string) => linear(y, name("self_attn.o_proj.weight")),
        ],
        [
          (y: string) => norm(y, name("post_attention_layernorm.weight")),
          (y: string) => linear(y, name("mlp.gate_up_proj.weight")),
          swiglu,
          (y: string) => linear(y, name("mlp.down_proj.weight")),
        ],
      ]
    ) {
      const [result, backward] = residual(x, parts);
      x = result;
      backwards.unshift(backward);
    }
  }
  const [hidden, throughNorm] = norm(x, "model.norm.weight");
  const output = config.tie_word_embeddings ? embedding : "lm_head.weight";
  const [logits, throughHead] = linear(hidden, output);
  const logProbs = op("LogSoftmax", [logits], { axis: -1 });
  graph.node("GatherElements", [logProbs, targets], ["log_probs"], { axis: 1 });
  graph.output("log_probs", "float32", [count, 1]);
  if (distributions) {
    graph.node("Identity", [hidden], ["hidden"]);
    graph.output("hidden", "float32", [count, width]);
    graph.node("Identity", [logProbs], ["all_log_probs"]);
    graph.output("all_log_probs", "float32", [count, config.vocab_size]);
  }
  if (gradients) {
    const coefficients = graph.input("coefficients", "float32", [count, 1]);
    const dLogits = op("ScatterElements", [
      mul(op("Exp", [logProbs]), coefficients),
      targets,
      op("Neg", [coefficients]),
    ], { axis: 1, reduction: "add" });
    let gradient = throughNorm(throughHead(dLogits));
    for (const backward of backwards) gradient = backward(gradient);
    emitGradient("rows", gradient);
  }
  return graph.model(gradients ? "training" : "scoring");
}
