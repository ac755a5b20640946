/**
 * The parts of a training pass with their ways back, in plain TypeScript: products, norms, attention, the gate. See `training.ts`.
 *
 * @module
 */
import type { TrainingBatch, TrainingBlock, TrainingModel } from "../contract/training.ts";
import { rotateHeads } from "./decoder_parts.ts";
import { expNegative, laneSum } from "./exact_math.ts";

const { fround } = Math;

/** What a norm leaves for its way back. */
export interface KeptNorm {
  /** Rows over the roots of their mean squares, `[tokens][width]`. */
  s: Float32Array;
  /** What they were multiplied by, `[tokens]`. */
  r: Float32Array;
  /** With the gain, `[tokens][width]`. */
  y: Float32Array;
}

/** A matrix read row by row or across: its numbers, where it begins, and how far it is to the next row and the next term. */
type Strided = readonly [numbers: Float32Array, at: number, row: number, term: number];

/** `y[row][column] = Σ a[row][term] · b[column][term]`; `added` begins from what is in y. */
interface Sizes {
  rows: number;
  columns: number;
  terms: number;
  added?: boolean;
  /** Under the diagonal alone: columns up to the row's, terms up to the row's, terms from the row's on. */
  triangle?: "columns" | "terms" | "later terms";
}

function multiply(
  [a, aAt, aRow, aTerm]: Strided,
  [b, bAt, bColumn, bTerm]: Strided,
  [y, yAt, yRow]: readonly [Float32Array, number, number],
  { rows, columns, terms, added, triangle }: Sizes,
): void {
  for (let row = 0; row < rows; row++) {
    const width = triangle === "columns" ? row + 1 : columns;
    const first = triangle === "later terms" ? row : 0;
    const last = triangle === "terms" ? row + 1 : terms;
    for (let column = 0; column < width; column++) {
      const to = yAt + row * yRow + column;
      let sum = added ? y[to]! : 0;
      for (let k = first; k < last; k++) {
        const one = a[aAt + row * aRow + k * aTerm]!;
        sum = fround(sum + fround(one * b[bAt + column * bColumn + k * bTerm]!));
      }
      y[to] = sum;
    }
  }
}

/** A matrix among a model's parameters, or its gradient. */
export class Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly #weights: Strided;
  readonly #offset: number;

  constructor({ parameters }: TrainingModel, { offset, size, rows }: TrainingBlock) {
    this.rows = rows;
    this.columns = size / rows;
    this.#offset = offset;
    this.#weights = [parameters, offset, this.columns, 1];
  }

  /** `x · Wᵀ`. */
  through(x: Float32Array): Float32Array {
    const { rows, columns } = this, tokens = x.length / columns;
    const y = new Float32Array(tokens * rows);
    const sizes = { rows: tokens, columns: rows, terms: columns };
    multiply([x, 0, columns, 1], this.#weights, [y, 0, rows], sizes);
    return y;
  }

  /** From the gradient of `x · Wᵀ` to that of x, and into `gradient` that of W. */
  back(dy: Float32Array, x: Float32Array, gradient: Float32Array): Float32Array {
    const { rows, columns } = this, tokens = x.length / columns;
    const to = [gradient, this.#offset, columns] as const;
    multiply([dy, 0, 1, rows], [x, 0, 1, columns], to, { rows, columns, terms: tokens });
    const dx = new Float32Array(x.length), [weights, at] = this.#weights;
    const sizes = { rows: tokens, columns, terms: rows };
    multiply([dy, 0, rows, 1], [weights, at, 1, columns], [dx, 0, columns], sizes);
    return dx;
  }
}

/** `Σ a·b` of two rows, as a `laneSum`. */
function sumProducts(a: Float32Array, b: Float32Array): number {
  return laneSum(Float64Array.from(a, (value, i) => value * b[i]!));
}

export function norm(x: Float32Array, model: TrainingModel, { offset }: TrainingBlock): KeptNorm {
  const { width, epsilon } = model.sizes, tokens = x.length / width;
  const s = new Float32Array(x.length), y = new Float32Array(x.length);
  const r = new Float32Array(tokens);
  for (let n = 0; n < tokens; n++) {
    const row = x.subarray(n * width, (n + 1) * width);
    r[n] = 1 / Math.sqrt(sumProducts(row, row) / width + epsilon);
    for (let j = 0; j < width; j++) {
      s[n * width + j] = row[j]! * r[n]!;
      y[n * width + j] = s[n * width + j]! * model.parameters[offset + j]!;
    }
  }
  return { s, r, y };
}

/**
 * Adds to `dx` the way back through a norm: `r · (t − s · mean(t·s))`, `t = dy · gain`; the mean is a `laneSum`, rounded
 * once. The gain's gradient sums `dy · s` over the tokens.
 */
export function normBack(
  dx: Float32Array,
  dy: Float32Array,
  { s, r }: KeptNorm,
  model: TrainingModel,
  { offset }: TrainingBlock,
  gradient: Float32Array,
): void {
  const { width } = model.sizes;
  const gain = model.parameters.subarray(offset, offset + width);
  for (let j = 0; j < width; j++) {
    let sum = 0;
    for (let at = j; at < dy.length; at += width) sum = fround(sum + fround(dy[at]! * s[at]!));
    gradient[offset + j] = sum;
  }
  for (let n = 0; n < r.length; n++) {
    const at = n * width, row = s.subarray(at, at + width);
    const t = gain.map((value, j) => value * dy[at + j]!);
    const mean = fround(sumProducts(t, row) / width);
    for (let j = 0; j < width; j++) {
      dx[at + j]! += fround(r[n]! * fround(t[j]! - fround(row[j]! * mean)));
    }
  }
}

/** The first `seen` scores of a row to weights of sum 1; the sum before the division, and the largest score. */
export function soften(row: Float32Array, seen: number): { sum: number; largest: number } {
  const scores = row.subarray(0, seen);
  const largest = scores.reduce((a, b) => b > a ? b : a);
  for (let i = 0; i < seen; i++) scores[i] = expNegative(scores[i]! - largest);
  const sum = laneSum(scores), inverse = fround(1 / sum);
  for (let i = 0; i < seen; i++) scores[i]! *= inverse;
  return { sum, largest };
}

/** Turns queries and keys of all tokens by the angles of their positions; backwards with `way` −1. */
export function turn(qkv: Float32Array, model: TrainingModel, length: number, way: 1 | -1): void {
  const { heads, kvHeads, headDim } = model.sizes, half = headDim / 2;
  const row = (heads + 2 * kvHeads) * headDim;
  for (let at = 0; at < qkv.length; at += row) {
    const position = at / row % length;
    const angles = (table: Float32Array) => table.subarray(position * half, (position + 1) * half);
    const sin = way === 1 ? angles(model.sin) : angles(model.sin).map((value) => -value);
    const turned = qkv.subarray(at, at + (heads + kvHeads) * headDim);
    rotateHeads(turned, headDim, angles(model.cos), sin);
  }
}

/** Queries times 1/√d. */
export function scale(qkv: Float32Array, { sizes }: TrainingModel): void {
  const { heads, kvHeads, headDim } = sizes, factor = fround(1 / Math.sqrt(headDim));
  const row = (heads + 2 * kvHeads) * headDim;
  for (let at = 0; at < qkv.length; at += row) {
    for (let i = 0; i < heads * headDim; i++) qkv[at + i]! *= factor;
  }
}

/** Each query head of each text: its number, and where its parts lie. */
function* headsOf({ sizes }: TrainingModel, { texts, length }: TrainingBatch) {
  const { heads, kvHeads, headDim } = sizes;
  const row = (heads + 2 * kvHeads) * headDim;
  for (let text = 0; text < texts; text++) {
    for (let head = 0; head < heads; head++) {
      const kv = Math.floor(head / (heads / kvHeads)), at = text * length * row;
      yield {
        row,
        first: head % (heads / kvHeads) === 0,
        query: at + head * headDim,
        key: at + (heads + kv) * headDim,
        value: at + (heads + kvHeads + kv) * headDim,
        mixed: text * length * heads * headDim + head * headDim,
        weights: (text * heads + head) * length * length,
      };
    }
  }
}

/** Causal attention: weights `[texts][H][T][T]`, and what they mix, `[tokens][H d]`. */
export function attention(model: TrainingModel, batch: TrainingBatch, qkv: Float32Array) {
  const { heads, headDim } = model.sizes, { texts, length } = batch, queries = heads * headDim;
  const weights = new Float32Array(texts * heads * length * length);
  const mixed = new Float32Array(texts * length * queries);
  for (const at of headsOf(model, batch)) {
    const [q, k] = [[qkv, at.query, at.row, 1], [qkv, at.key, at.row, 1]] as const;
    const scores = { rows: length, columns: length, terms: headDim, triangle: "columns" } as const;
    multiply(q, k, [weights, at.weights, length], scores);
    for (let i = 0; i < length; i++) soften(weights.subarray(at.weights + i * length), i + 1);
    const sums = { rows: length, columns: headDim, terms: length, triangle: "terms" } as const;
    const v = [qkv, at.value, 1, at.row] as const;
    multiply([weights, at.weights, length, 1], v, [mixed, at.mixed, queries], sums);
  }
  return { weights, mixed };
}

/** The gradients of turned queries, keys and values from that of what attention has mixed. */
export function attentionBack(
  model: TrainingModel,
  batch: TrainingBatch,
  { qkv, weights, mixed }: { qkv: Float32Array; weights: Float32Array; mixed: Float32Array },
  dMixed: Float32Array,
): Float32Array {
  const { heads, headDim } = model.sizes, { length } = batch, queries = heads * headDim;
  const dQkv = new Float32Array(qkv.length);
  for (const at of headsOf(model, batch)) {
    const later = {
      ...{ rows: length, columns: headDim, terms: length, added: !at.first },
      triangle: "later terms",
    } as const;
    const dRows = [dMixed, at.mixed, 1, queries] as const;
    multiply([weights, at.weights, 1, length], dRows, [dQkv, at.value, at.row], later);
    const d = new Float32Array(length * length);
    multiply([dMixed, at.mixed, queries, 1], [qkv, at.value, at.row, 1], [d, 0, length], {
      ...{ rows: length, columns: length, terms: headDim, triangle: "columns" },
    });
    for (let i = 0; i < length; i++) {
      const from = at.mixed + i * queries;
      const row = (x: Float32Array) => x.subarray(from, from + headDim);
      // Σ over keys of weight · gradient.
      const along = fround(sumProducts(row(dMixed), row(mixed)));
      for (let j = 0; j <= i; j++) {
        d[i * length + j] = weights[at.weights + i * length + j]! *
          fround(d[i * length + j]! - along);
      }
    }
    multiply([d, 0, length, 1], [qkv, at.key, 1, at.row], [dQkv, at.query, at.row], {
      ...{ rows: length, columns: headDim, terms: length, triangle: "terms" },
    });
    multiply([d, 0, 1, length], [qkv, at.query, 1, at.row], [dQkv, at.key, at.row], later);
  }
  return dQkv;
}

/** The gradients of gate and up: `silu'(g) = σ(1 + g(1 − σ))` in 64-bit floats, rounded once. */
export function gateBack(gateUp: Float32Array, dy: Float32Array): Float32Array {
  const inner = gateUp.length / 2, d = new Float32Array(gateUp.length);
  for (let i = 0; i < inner; i++) {
    const g = gateUp[i]!, e = expNegative(-Math.abs(g));
    const sigmoid = (g >= 0 ? 1 : e) / (1 + e);
    d[i] = fround(dy[i]! * gateUp[inner + i]!) * fround(sigmoid * (1 + g * (1 - sigmoid)));
    d[inner + i] = dy[i]! * fround(g * sigmoid);
  }
  return d;
}

/** Rows of one length through a function, one by one. */
export function eachRow(
  x: Float32Array,
  width: number,
  row: (x: Float32Array, index: number) => Float32Array,
): Float32Array {
  const rows = Array.from(
    { length: x.length / width },
    (_, n) => row(x.subarray(n * width, (n + 1) * width), n),
  );
  const all = new Float32Array(rows.length * rows[0]!.length);
  rows.forEach((part, n) => all.set(part, n * part.length));
  return all;
}
