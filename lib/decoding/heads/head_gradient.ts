/**
 * Loss and gradient of an acceptance head on a batch, in plain numbers.
 *
 * A head on the laboratory's draft has 16 numbers a state: there the arithmetic of a step is over before a
 * library for tensors has sorted out its arguments.
 *
 * @module
 */
import { type HeadConfig, headShapes } from "./head.ts";
import type { ParameterBlock } from "offprint/lm/transformer/mod.ts";

/** Rows of a batch that are worked on together. */
const ROWS = 4;

/** The tensors of a head one behind the other, in the order of {@linkcode headShapes}. */
export function headBlocks(config: HeadConfig): ParameterBlock[] {
  let offset = 0;
  return [...headShapes(config)].map(([name, shape]) => {
    const size = shape.reduce((product, side) => product * side, 1);
    offset += size;
    return { name, offset: offset - size, size, shape };
  });
}

/**
 * The weighted cross-entropy of paper 10 over a batch of B states of d numbers,
 *
 *     L = −Σ (l₀ log(1 − P̂) + l₁ log P̂) / Σ (l₀ + l₁),    l₀ = w (1 − a),  l₁ = a,
 *
 * with its gradient in all weights by the chain rule. Weights and states are float32, sums float64.
 */
export class HeadGradient {
  readonly #config: HeadConfig;
  readonly #batch: number;
  readonly #blocks: Map<string, ParameterBlock>;
  /** State before each block, and after the last: `[depth + 1][B, d]`. */
  readonly #states: Float64Array[];
  /** W z + b of each block `[depth][B, d]`. */
  readonly #changes: Float64Array[];
  /** ∂L/∂z of the state at hand `[B, d]`. */
  readonly #back: Float64Array;
  /** ∂L/∂(W z + b) of a block `[B, d]`. */
  readonly #inner: Float64Array;
  readonly #sums: Float64Array;

  /** @param batch B: states in each batch. */
  constructor(config: HeadConfig, batch: number) {
    const { hiddenSize, depth } = config;
    this.#config = config;
    this.#batch = batch;
    const blocks = headBlocks(config);
    this.#blocks = new Map(blocks.map((block) => [block.name, block]));
    // Nothing flows back from the rows beyond the batch.
    const padded = Math.ceil(batch / ROWS) * ROWS;
    const rows = () => new Float64Array(padded * hiddenSize);
    this.#states = Array.from({ length: depth + 1 }, rows);
    this.#changes = Array.from({ length: depth }, rows);
    this.#back = rows();
    this.#inner = rows();
    this.#sums = new Float64Array(blocks.reduce((sum, { size }) => sum + size, 0));
  }

  /**
   * @param weights all tensors in a row, as {@linkcode headBlocks} says
   * @param hidden states `[B, d]`
   * @param labels l₀ and l₁ of each state `[B, 2]`; their sum must be above 0
   * @param gradient written: ∂L/∂weights
   * @returns L
   */
  compute(
    weights: Float32Array,
    hidden: Float32Array,
    labels: Float32Array,
    gradient: Float32Array,
  ): number {
    const { depth, tied } = this.#config;
    this.#states[0]!.set(hidden);
    this.#sums.fill(0);
    this.#back.fill(0);
    for (let block = 0; block < depth; block++) this.#forward(weights, tied ? 0 : block, block);
    const loss = this.#classes(weights, labels);
    for (let block = depth - 1; block >= 0; block--) {
      this.#backward(weights, tied ? 0 : block, block);
    }
    gradient.set(this.#sums);
    return loss;
  }

  #offsets(layer: string): [number, number] {
    return [
      this.#blocks.get(`${layer}.weight`)!.offset,
      this.#blocks.get(`${layer}.bias`)!.offset,
    ];
  }

  /** z ← z + SiLU(W z + b) for every row; four rows at a time, so that each weight is read once for them. */
  #forward(weights: Float32Array, layer: number, block: number): void {
    const { hiddenSize: d } = this.#config;
    const [matrix, bias] = this.#offsets(`model.${layer}.linear`);
    const from = this.#states[block]!, to = this.#states[block + 1]!;
    const changes = this.#changes[block]!;
    for (let row = 0; row < from.length; row += ROWS * d) {
      for (let i = 0; i < d; i++) {
        const at = matrix + i * d;
        let a = weights[bias + i]!, b = a, c = a, e = a;
        for (let j = 0; j < d; j++) {
          const weight = weights[at + j]!;
          a += weight * from[row + j]!;
          b += weight * from[row + d + j]!;
          c += weight * from[row + 2 * d + j]!;
          e += weight * from[row + 3 * d + j]!;
        }
        changes[row + i] = a;
        changes[row + d + i] = b;
        changes[row + 2 * d + i] = c;
        changes[row + 3 * d + i] = e;
      }
    }
    for (let i = 0; i < changes.length; i++) {
      to[i] = from[i]! + changes[i]! / (1 + Math.exp(-changes[i]!));
    }
  }

  /** The last layer with its loss; leaves ∂L/∂z of the last state. */
  #classes(weights: Float32Array, labels: Float32Array): number {
    const { hiddenSize: d, depth } = this.#config;
    const [matrix, bias] = this.#offsets(`model.${depth}`);
    const state = this.#states[depth]!, back = this.#back, sums = this.#sums;
    let total = 0;
    for (const label of labels) total += label;
    let loss = 0;
    for (let row = 0; row < this.#batch; row++) {
      const at = row * d;
      let gap = weights[bias + 1]! - weights[bias]!;
      for (let j = 0; j < d; j++) {
        gap += (weights[matrix + d + j]! - weights[matrix + j]!) * state[at + j]!;
      }
      const rejected = labels[2 * row]!, accepted = labels[2 * row + 1]!;
      // log(1 + eˣ) without overflow: −log P̂ at −gap, −log(1 − P̂) at gap.
      const small = Math.log1p(Math.exp(-Math.abs(gap)));
      loss += rejected * (Math.max(gap, 0) + small) + accepted * (Math.max(-gap, 0) + small);
      const slope = ((rejected + accepted) / (1 + Math.exp(-gap)) - accepted) / total;
      sums[bias]! -= slope;
      sums[bias + 1]! += slope;
      for (let j = 0; j < d; j++) {
        sums[matrix + j]! -= slope * state[at + j]!;
        sums[matrix + d + j]! += slope * state[at + j]!;
        back[at + j] = slope * (weights[matrix + d + j]! - weights[matrix + j]!);
      }
    }
    return loss / total;
  }

  /** From ∂L/∂z after a block to the gradient of its weights and ∂L/∂z before it. */
  #backward(weights: Float32Array, layer: number, block: number): void {
    const { hiddenSize: d } = this.#config;
    const [matrix, bias] = this.#offsets(`model.${layer}.linear`);
    const state = this.#states[block]!, changes = this.#changes[block]!;
    const back = this.#back, inner = this.#inner, sums = this.#sums;
    for (let i = 0; i < inner.length; i++) {
      const gate = 1 / (1 + Math.exp(-changes[i]!));
      inner[i] = back[i]! * gate * (1 + changes[i]! * (1 - gate));
    }
    for (let row = 0; row < back.length; row += ROWS * d) {
      for (let i = 0; i < d; i++) {
        const a = inner[row + i]!, b = inner[row + d + i]!;
        const c = inner[row + 2 * d + i]!, e = inner[row + 3 * d + i]!;
        sums[bias + i]! += a + b + c + e;
        const at = matrix + i * d;
        for (let j = row, k = at; j < row + d; j++, k++) {
          sums[k]! += a * state[j]! + b * state[j + d]! + c * state[j + 2 * d]! +
            e * state[j + 3 * d]!;
          const weight = weights[k]!;
          back[j]! += a * weight;
          back[j + d]! += b * weight;
          back[j + 2 * d]! += c * weight;
          back[j + 3 * d]! += e * weight;
        }
      }
    }
  }
}
