/**
 * The decoder with its backward pass in float64, written out with loops: slow, and a judge between two engines
 * that round in float32 in their own order each.
 */
import { rotaryTable, type TransformerConfig } from "offprint/lm/transformer/mod.ts";

/** Rows of a matrix in a row. */
type Matrix = Float64Array;
type Weights = ReadonlyMap<string, ArrayLike<number>>;
type Gradients = Map<string, Float64Array>;

/** `x · Wᵀ` of `rows` rows. */
function linear(x: Matrix, w: ArrayLike<number>, rows: number): Matrix {
  const [inner, outer] = [x.length / rows, w.length / (x.length / rows)];
  const y = new Float64Array(rows * outer);
  for (let t = 0; t < rows; t++) {
    for (let o = 0; o < outer; o++) {
      let sum = 0;
      for (let i = 0; i < inner; i++) sum += x[t * inner + i]! * w[o * inner + i]!;
      y[t * outer + o] = sum;
    }
  }
  return y;
}

/** Adds the gradient of `W` and returns that of `x`. */
function linearBack(
  dy: Matrix,
  x: Matrix,
  w: ArrayLike<number>,
  rows: number,
  dw: Float64Array,
): Matrix {
  const [inner, outer] = [x.length / rows, dy.length / rows];
  const dx = new Float64Array(x.length);
  for (let t = 0; t < rows; t++) {
    for (let o = 0; o < outer; o++) {
      const d = dy[t * outer + o]!;
      for (let i = 0; i < inner; i++) {
        dw[o * inner + i]! += d * x[t * inner + i]!;
        dx[t * inner + i]! += d * w[o * inner + i]!;
      }
    }
  }
  return dx;
}

function norm(x: Matrix, gain: ArrayLike<number>, rows: number, epsilon: number) {
  const width = x.length / rows;
  const roots = new Float64Array(rows);
  const y = x.slice();
  for (let t = 0; t < rows; t++) {
    let squares = 0;
    for (let i = 0; i < width; i++) squares += x[t * width + i]! ** 2;
    roots[t] = Math.sqrt(squares / width + epsilon);
    for (let i = 0; i < width; i++) y[t * width + i]! *= gain[i]! / roots[t]!;
  }
  const back = (dy: Matrix, dgain: Float64Array): Matrix => {
    const dx = new Float64Array(x.length);
    for (let t = 0; t < rows; t++) {
      let along = 0;
      for (let i = 0; i < width; i++) {
        const k = t * width + i;
        const straight = x[k]! / roots[t]!;
        dgain[i]! += dy[k]! * straight;
        along += dy[k]! * gain[i]! * straight / width;
      }
      for (let i = 0; i < width; i++) {
        const k = t * width + i;
        dx[k] = (dy[k]! * gain[i]! - along * x[k]! / roots[t]!) / roots[t]!;
      }
    }
    return dx;
  };
  return { y, back };
}

/** One text through the decoder. `back` takes the gradient of the log-probabilities' coefficients. */
export function float64Row(config: TransformerConfig, weights: Weights, tokens: ArrayLike<number>) {
  const { hidden_size: width, head_dim: d, num_attention_heads: heads } = config;
  const { num_key_value_heads: groups, vocab_size: vocabulary } = config;
  const rows = tokens.length;
  const epsilon = Math.fround(config.rms_norm_eps);
  const w = (name: string): ArrayLike<number> => weights.get(name)!;
  const { cos, sin } = rotaryTable(rows, d, config.rope_theta);
  /** Turns `count` heads, forward (sign 1) or back (−1). */
  const turn = (x: Matrix, count: number, sign: number): Matrix => {
    const y = new Float64Array(x.length);
    for (let t = 0; t < rows; t++) {
      for (let h = 0; h < count; h++) {
        const at = (t * count + h) * d;
        for (let i = 0; i < d; i++) {
          const half = i < d / 2;
          const other = x[at + (half ? i + d / 2 : i - d / 2)]!;
          y[at + i] = x[at + i]! * cos[t * d + i]! +
            (half ? -sign : sign) * other * sin[t * d + i]!;
        }
      }
    }
    return y;
  };
  const add = (x: Matrix, y: Matrix): Matrix => x.map((value, i) => value + y[i]!);

  const embedding = w("model.embed_tokens.weight");
  let x: Matrix = new Float64Array(rows * width);
  for (let t = 0; t < rows; t++) {
    for (let i = 0; i < width; i++) x[t * width + i] = embedding[tokens[t]! * width + i]!;
  }
  const backs: ((dx: Matrix, grads: Gradients) => Matrix)[] = [];
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const name = (part: string): string => `model.layers.${layer}.${part}.weight`;
    const [q, k, v, o] = ["q", "k", "v", "o"].map((p) => name(`self_attn.${p}_proj`)) as [
      string,
      string,
      string,
      string,
    ];
    const first = norm(x, w(name("input_layernorm")), rows, epsilon);
    const queries = turn(linear(first.y, w(q), rows), heads, 1);
    const keys = turn(linear(first.y, w(k), rows), groups, 1);
    const values = linear(first.y, w(v), rows);
    const attention = new Float64Array(heads * rows * rows);
    const mixed = new Float64Array(rows * heads * d);
    const scale = 1 / Math.sqrt(d);
    const group = (h: number): number => Math.floor(h * groups / heads);
    for (let h = 0; h < heads; h++) {
      for (let t = 0; t < rows; t++) {
        const scores = new Float64Array(t + 1);
        for (let s = 0; s <= t; s++) {
          for (let i = 0; i < d; i++) {
            scores[s]! += scale * queries[(t * heads + h) * d + i]! *
              keys[(s * groups + group(h)) * d + i]!;
          }
        }
        const largest = Math.max(...scores);
        const total = scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
        for (let s = 0; s <= t; s++) {
          const p = Math.exp(scores[s]! - largest) / total;
          attention[(h * rows + t) * rows + s] = p;
          for (let i = 0; i < d; i++) {
            mixed[(t * heads + h) * d + i]! += p * values[(s * groups + group(h)) * d + i]!;
          }
        }
      }
    }
    x = add(x, linear(mixed, w(o), rows));
    backs.unshift((dx, grads) => {
      const dMixed = linearBack(dx, mixed, w(o), rows, grads.get(o)!);
      const dQueries = new Float64Array(queries.length);
      const dKeys = new Float64Array(keys.length);
      const dValues = new Float64Array(values.length);
      for (let h = 0; h < heads; h++) {
        for (let t = 0; t < rows; t++) {
          const at = (t * heads + h) * d;
          const dp = new Float64Array(t + 1);
          let along = 0;
          for (let s = 0; s <= t; s++) {
            const p = attention[(h * rows + t) * rows + s]!;
            const to = (s * groups + group(h)) * d;
            for (let i = 0; i < d; i++) {
              dp[s]! += dMixed[at + i]! * values[to + i]!;
              dValues[to + i]! += p * dMixed[at + i]!;
            }
            along += p * dp[s]!;
          }
          for (let s = 0; s <= t; s++) {
            const ds = scale * attention[(h * rows + t) * rows + s]! * (dp[s]! - along);
            const to = (s * groups + group(h)) * d;
            for (let i = 0; i < d; i++) {
              dQueries[at + i]! += ds * keys[to + i]!;
              dKeys[to + i]! += ds * queries[at + i]!;
            }
          }
        }
      }
      const into = [[q, turn(dQueries, heads, -1)], [k, turn(dKeys, groups, -1)], [v, dValues]];
      const dFirst = (into as [string, Matrix][])
        .map(([weight, dy]) => linearBack(dy, first.y, w(weight), rows, grads.get(weight)!))
        .reduce(add);
      return add(dx, first.back(dFirst, grads.get(name("input_layernorm"))!));
    });

    const [gate, up, down] = ["gate", "up", "down"].map((p) => name(`mlp.${p}_proj`)) as [
      string,
      string,
      string,
    ];
    const second = norm(x, w(name("post_attention_layernorm")), rows, epsilon);
    const g = linear(second.y, w(gate), rows);
    const u = linear(second.y, w(up), rows);
    const sigmoid = g.map((value) => 1 / (1 + Math.exp(-value)));
    const product = g.map((value, i) => value * sigmoid[i]! * u[i]!);
    x = add(x, linear(product, w(down), rows));
    backs.unshift((dx, grads) => {
      const dProduct = linearBack(dx, product, w(down), rows, grads.get(down)!);
      const dUp = dProduct.map((value, i) => value * g[i]! * sigmoid[i]!);
      const dGate = dProduct.map((value, i) =>
        value * u[i]! * sigmoid[i]! * (1 + g[i]! * (1 - sigmoid[i]!))
      );
      const dSecond = add(
        linearBack(dGate, second.y, w(gate), rows, grads.get(gate)!),
        linearBack(dUp, second.y, w(up), rows, grads.get(up)!),
      );
      return add(dx, second.back(dSecond, grads.get(name("post_attention_layernorm"))!));
    });
  }
  const last = norm(x, w("model.norm.weight"), rows, epsilon);
  const output = config.tie_word_embeddings ? "model.embed_tokens.weight" : "lm_head.weight";
  const logits = linear(last.y, w(output), rows);
  const logProbs = new Float64Array(logits.length);
  for (let t = 0; t < rows; t++) {
    const row = logits.subarray(t * vocabulary, (t + 1) * vocabulary);
    const largest = Math.max(...row);
    const total = row.reduce((sum, value) => sum + Math.exp(value - largest), 0);
    row.forEach((value, i) => logProbs[t * vocabulary + i] = value - largest - Math.log(total));
  }
  /** Adds the gradient of `−Σ c log p(target)` to `grads`. */
  const back = (
    targets: ArrayLike<number>,
    coefficients: ArrayLike<number>,
    grads: Gradients,
  ): void => {
    const dLogits = new Float64Array(logits.length);
    for (let t = 0; t < rows; t++) {
      for (let i = 0; i < vocabulary; i++) {
        dLogits[t * vocabulary + i] = coefficients[t]! * Math.exp(logProbs[t * vocabulary + i]!);
      }
      dLogits[t * vocabulary + targets[t]!]! -= coefficients[t]!;
    }
    const dLast = linearBack(dLogits, last.y, w(output), rows, grads.get(output)!);
    let dx = last.back(dLast, grads.get("model.norm.weight")!);
    for (const each of backs) dx = each(dx, grads);
    const rowsGradient = grads.get("model.embed_tokens.weight")!;
    for (let t = 0; t < rows; t++) {
      for (let i = 0; i < width; i++) rowsGradient[tokens[t]! * width + i]! += dx[t * width + i]!;
    }
  };
  return { logProbs, back };
}
