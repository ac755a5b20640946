/**
 * The LLaMA-shaped decoder as a differentiable function in jax-js: RMSNorm, rotary embedding, grouped-
 * query attention, SwiGLU, tied embedding (Touvron et al., 2023). This is the training graph and the
 * definition the runtimes are compared with.
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import { type ArrayTree, fromFloats, type Jax, type JaxArray, silu } from "./jax.ts";
import { rotaryTable, rotateHalfMatrix } from "./rotary.ts";
import { tensorShapes, type TransformerConfig } from "./config.ts";

/** Standard deviation of fresh weights. */
const INITIAL_DEVIATION = 0.02;

/**
 * Fresh parameters: normal with deviation 0.02, the two matrices that write into the residual stream
 * divided by √(2L) (Radford et al., 2019), norms at 1. Every tensor has its own stream, so adding
 * a layer leaves the others as they were.
 */
export function initialWeights(config: TransformerConfig, seed: number): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  const residual = INITIAL_DEVIATION / Math.sqrt(2 * config.num_hidden_layers);
  for (const [name, shape] of tensorShapes(config)) {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    if (shape.length === 1) {
      values.fill(1);
    } else {
      const random = stream(seed, "initial-weights", name);
      const writes = name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
      const deviation = writes ? residual : INITIAL_DEVIATION;
      for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal();
    }
    weights.set(name, values);
  }
  return weights;
}

/** Puts weights on the device, in the shapes of {@linkcode tensorShapes}. */
export function toParameters(
  jax: Jax,
  config: TransformerConfig,
  weights: ReadonlyMap<string, Float32Array>,
): ArrayTree {
  const parameters: ArrayTree = {};
  for (const [name, shape] of tensorShapes(config)) {
    const values = weights.get(name);
    if (values === undefined) throw new TypeError(`toParameters: the weights lack ${name}`);
    parameters[name] = fromFloats(jax, values, shape);
  }
  return parameters;
}

/** The parts of the decoder as functions that jax-js can transform; each consumes its arguments. */
export interface Transformer {
  readonly config: TransformerConfig;
  /** Hidden states after the last norm, `[B, T, D]`, of tokens `[B, T]` (int32). */
  hidden(parameters: ArrayTree, tokens: JaxArray): JaxArray;
  /** Logits of the token after each position, `[B, T, V]`, of tokens `[B, T]` (int32). */
  logits(parameters: ArrayTree, tokens: JaxArray): JaxArray;
}

/** How the decoder is built. */
export interface TransformerOptions {
  /**
   * How tokens become vectors. `gather` (the default) is four times as fast; `one-hot`, a product with
   * the embedding, is what `jit(vmap(grad(…)))` needs, because jax-js cannot compile the scatter there.
   */
  embedding?: "gather" | "one-hot";
}

/** Builds the decoder of a configuration on a loaded jax-js. */
export function transformer(
  jax: Jax,
  config: TransformerConfig,
  options: TransformerOptions = {},
): Transformer {
  const np = jax.numpy;
  const { head_dim: headWidth, num_attention_heads: heads, num_key_value_heads: groups } = config;
  const width = config.hidden_size;
  const perGroup = heads / groups;

  /** `x · Wᵀ`, rows of `x` being tokens. */
  const linear = (x: JaxArray, weight: JaxArray): JaxArray => np.matmul(x, weight.transpose());

  const norm = (x: JaxArray, gain: JaxArray): JaxArray => {
    const meanSquare = np.square(x.ref).mean(-1, { keepdims: true });
    return x.mul(np.reciprocal(np.sqrt(meanSquare.add(config.rms_norm_eps)))).mul(gain);
  };

  const attention = (x: JaxArray, layer: Layer, positions: Positions): JaxArray => {
    const [batch, length] = x.shape as [number, number, number];
    const rows = x.reshape([batch * length, width]);
    const split = (y: JaxArray, count: number): JaxArray =>
      y.reshape([batch, length, count, headWidth]).transpose([0, 2, 1, 3]);
    const turn = (y: JaxArray): JaxArray => {
      const turned = np.matmul(y.ref, positions.rotate.ref).mul(positions.sin.ref);
      return y.mul(positions.cos.ref).add(turned);
    };
    const scale = 1 / Math.sqrt(headWidth);
    const q = turn(split(linear(rows.ref, layer.q), heads)).mul(scale)
      .reshape([batch, groups, perGroup * length, headWidth]);
    const k = turn(split(linear(rows.ref, layer.k), groups));
    const v = split(linear(rows, layer.v), groups);
    const scores = np.matmul(q, k.transpose([0, 1, 3, 2]))
      .reshape([batch, groups, perGroup, length, length]).add(positions.mask.ref);
    const weights = jax.nn.softmax(scores, -1)
      .reshape([batch, groups, perGroup * length, length]);
    const mixed = np.matmul(weights, v).reshape([batch, heads, length, headWidth])
      .transpose([0, 2, 1, 3]).reshape([batch * length, heads * headWidth]);
    return linear(mixed, layer.o).reshape([batch, length, width]);
  };

  const feedForward = (x: JaxArray, layer: Layer): JaxArray => {
    const [batch, length] = x.shape as [number, number, number];
    const rows = x.reshape([batch * length, width]);
    const gate = silu(jax, linear(rows.ref, layer.gate));
    return linear(gate.mul(linear(rows, layer.up)), layer.down).reshape([batch, length, width]);
  };

  const positionsOf = (length: number): Positions => {
    const { cos, sin } = rotaryTable(length, headWidth, config.rope_theta);
    const mask = new Float32Array(length * length);
    for (let query = 0; query < length; query++) {
      // A large finite number: −∞ would turn into NaN in the gradient of a fully masked product.
      mask.fill(-1e9, query * length + query + 1, (query + 1) * length);
    }
    return {
      cos: fromFloats(jax, cos, [length, headWidth]),
      sin: fromFloats(jax, sin, [length, headWidth]),
      rotate: fromFloats(jax, rotateHalfMatrix(headWidth), [headWidth, headWidth]),
      mask: fromFloats(jax, mask, [length, length]),
    };
  };

  /** Consumes every parameter except the output matrix, which is returned. */
  const run = (parameters: ArrayTree, tokens: JaxArray): { hidden: JaxArray; output: JaxArray } => {
    const take = (name: string): JaxArray => {
      const array = parameters[name];
      if (array === undefined) throw new TypeError(`transformer: the parameters lack ${name}`);
      return array;
    };
    const positions = positionsOf(tokens.shape[1]!);
    const embedding = take("model.embed_tokens.weight");
    const table = config.tie_word_embeddings ? embedding.ref : embedding;
    let x = options.embedding === "one-hot"
      ? np.matmul(jax.nn.oneHot(tokens, config.vocab_size), table)
      : np.take(table, tokens, 0);
    for (let index = 0; index < config.num_hidden_layers; index++) {
      const part = (name: string): JaxArray => take(`model.layers.${index}.${name}.weight`);
      const layer: Layer = {
        q: part("self_attn.q_proj"),
        k: part("self_attn.k_proj"),
        v: part("self_attn.v_proj"),
        o: part("self_attn.o_proj"),
        gate: part("mlp.gate_proj"),
        up: part("mlp.up_proj"),
        down: part("mlp.down_proj"),
      };
      x = x.ref.add(attention(norm(x, part("input_layernorm")), layer, positions));
      x = x.ref.add(feedForward(norm(x, part("post_attention_layernorm")), layer));
    }
    for (const array of Object.values(positions)) array.dispose();
    const hidden = norm(x, take("model.norm.weight"));
    return { hidden, output: config.tie_word_embeddings ? embedding : take("lm_head.weight") };
  };

  return {
    config,
    hidden(parameters, tokens) {
      const { hidden, output } = run(parameters, tokens);
      output.dispose();
      return hidden;
    },
    logits(parameters, tokens) {
      const [batch, length] = tokens.shape as [number, number];
      const { hidden, output } = run(parameters, tokens);
      return linear(hidden.reshape([batch * length, width]), output)
        .reshape([batch, length, config.vocab_size]);
    },
  };
}

interface Layer {
  q: JaxArray;
  k: JaxArray;
  v: JaxArray;
  o: JaxArray;
  gate: JaxArray;
  up: JaxArray;
  down: JaxArray;
}

interface Positions {
  cos: JaxArray;
  sin: JaxArray;
  rotate: JaxArray;
  mask: JaxArray;
}
