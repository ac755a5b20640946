/**
 * The decoder in plain TypeScript and floats: what calibration looks into, and what the quantised one
 * is compared with.
 *
 * @module
 */
import { checkTokens } from "offprint/lm/interface/mod.ts";
import { rotaryTable, type TransformerConfig } from "offprint/lm/transformer/mod.ts";
import type { PartName } from "./part_name.ts";

/** Weights by the names of `tensorShapes`, matrices `[out, in]`. */
export type Weights = ReadonlyMap<string, Float32Array>;

/** Sees the input of a linear part, `[tokens][columns]`, of a layer; of the head, layer is the last. */
export type Observer = (part: PartName, layer: number, x: Float32Array, columns: number) => void;

/** What a pass over a text gives. */
export interface FloatResult {
  /** Logits after each token, `[tokens][vocabulary]`: computed when they are asked for. */
  readonly logits: Float32Array;
  /** After the last norm, `[tokens][width]`. */
  readonly hidden: Float32Array;
}

/**
 * One pass over a whole text, without a cache; sums in float64, rounded to float32 per number.
 *
 * @param tokens with the begin-of-text token in front.
 * @param observe is shown the input of every linear part before it is used.
 * @throws {RangeError} for a token outside the vocabulary.
 */
export function floatForward(
  config: TransformerConfig,
  weights: Weights,
  tokens: readonly number[],
  observe: Observer = () => {},
): FloatResult {
  const { hidden_size: width, head_dim: headDim, num_attention_heads: heads } = config;
  const kvHeads = config.num_key_value_heads, inner = config.intermediate_size;
  const rows = tokens.length;
  checkTokens(
    { name: "floatForward", vocabSize: config.vocab_size, contextLength: Infinity },
    0,
    tokens,
  );
  const take = (name: string) => weights.get(`${name}.weight`)!;
  const embedding = take("model.embed_tokens");
  const x = new Float32Array(rows * width);
  tokens.forEach((token, row) =>
    x.set(embedding.subarray(token * width, (token + 1) * width), row * width)
  );
  const { cos, sin } = rotaryTable(rows, headDim, config.rope_theta);
  const turn = (array: Float32Array, count: number) => {
    for (let head = 0; head < rows * count; head++) {
      const at = head * headDim, angle = Math.floor(head / count) * headDim;
      for (let i = 0; i < headDim / 2; i++) {
        const a = array[at + i]!, b = array[at + i + headDim / 2]!;
        array[at + i] = a * cos[angle + i]! - b * sin[angle + i]!;
        array[at + i + headDim / 2] = b * cos[angle + i]! + a * sin[angle + i]!;
      }
    }
  };
  const normed = (gain: Float32Array) => {
    const y = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let j = row * width; j < (row + 1) * width; j++) sum += x[j]! * x[j]!;
      const scale = 1 / Math.sqrt(sum / width + config.rms_norm_eps);
      for (let j = 0; j < width; j++) y[row * width + j] = x[row * width + j]! * scale * gain[j]!;
    }
    return y;
  };
  const add = (y: Float32Array) => y.forEach((value, i) => x[i]! += value);

  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const part = (name: string) => take(`model.layers.${layer}.${name}`);
    const before = normed(part("input_layernorm"));
    observe("qkv", layer, before, width);
    const q = product(before, width, part("self_attn.q_proj"));
    const k = product(before, width, part("self_attn.k_proj"));
    const v = product(before, width, part("self_attn.v_proj"));
    turn(q, heads);
    turn(k, kvHeads);
    const mixed = attention(q, k, v, { rows, heads, kvHeads, headDim });
    observe("o", layer, mixed, heads * headDim);
    add(product(mixed, heads * headDim, part("self_attn.o_proj")));
    const middle = normed(part("post_attention_layernorm"));
    observe("gateUp", layer, middle, width);
    const gate = product(middle, width, part("mlp.gate_proj"));
    const up = product(middle, width, part("mlp.up_proj"));
    const gated = gate.map((g, i) => g / (1 + Math.exp(-g)) * up[i]!);
    observe("down", layer, gated, inner);
    add(product(gated, inner, part("mlp.down_proj")));
  }
  const hidden = normed(take("model.norm"));
  observe("head", config.num_hidden_layers, hidden, width);
  const head = config.tie_word_embeddings ? embedding : take("lm_head");
  let logits: Float32Array | undefined;
  return {
    hidden,
    // Calibration asks for none, and the head is the largest product of all.
    get logits() {
      return logits ??= product(hidden, width, head);
    },
  };
}

/** `X · Wᵀ`. */
function product(narrow: Float32Array, columns: number, w: Float32Array): Float32Array {
  const tokens = narrow.length / columns, rows = w.length / columns;
  const y = new Float32Array(tokens * rows);
  // Widened once: converting a number takes as long as multiplying it.
  const x = new Float64Array(narrow), row = new Float64Array(columns);
  for (let n = 0; n < rows; n++) {
    row.set(w.subarray(n * columns, (n + 1) * columns));
    for (let m = 0; m < tokens; m++) {
      const at = m * columns;
      let a = 0, b = 0, c = 0, d = 0;
      let j = 0;
      for (; j + 3 < columns; j += 4) {
        a += x[at + j]! * row[j]!;
        b += x[at + j + 1]! * row[j + 1]!;
        c += x[at + j + 2]! * row[j + 2]!;
        d += x[at + j + 3]! * row[j + 3]!;
      }
      for (; j < columns; j++) a += x[at + j]! * row[j]!;
      y[m * rows + n] = (a + b) + (c + d);
    }
  }
  return y;
}

/** Causal attention, every head for itself. */
function attention(
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  sizes: { rows: number; heads: number; kvHeads: number; headDim: number },
): Float32Array {
  const { rows, heads, kvHeads, headDim } = sizes;
  const mixed = new Float32Array(q.length);
  const scale = 1 / Math.sqrt(headDim), scores = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let head = 0; head < heads; head++) {
      const at = (row * heads + head) * headDim;
      const shared = Math.floor(head * kvHeads / heads);
      let largest = -Infinity, total = 0;
      for (let t = 0; t <= row; t++) {
        const from = (t * kvHeads + shared) * headDim;
        let sum = 0;
        for (let c = 0; c < headDim; c++) sum += q[at + c]! * k[from + c]!;
        scores[t] = sum * scale;
        largest = Math.max(largest, scores[t]!);
      }
      for (let t = 0; t <= row; t++) total += scores[t] = Math.exp(scores[t]! - largest);
      for (let t = 0; t <= row; t++) {
        const from = (t * kvHeads + shared) * headDim, weight = scores[t]! / total;
        for (let c = 0; c < headDim; c++) mixed[at + c]! += weight * v[from + c]!;
      }
    }
  }
  return mixed;
}
