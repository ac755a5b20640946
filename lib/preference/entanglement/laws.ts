/**
 * The entanglement law: what one step on a preference loss does to both log-probabilities, to first order,
 * from three numbers (paper 04, section 3). Everything here works on plain vectors, whoever computed them.
 *
 * @module
 */

/** A gradient: any list of numbers. */
export type Vector = ArrayLike<number>;

/** The three scalars on which everything depends. */
export interface InnerProducts {
  /** I = ⟨g_w, g_l⟩. */
  inner: number;
  /** N_w = |g_w|². */
  chosen: number;
  /** N_l = |g_l|². */
  rejected: number;
}

/** d_w and d_l of a loss. */
export interface Weights {
  chosenWeight: number;
  rejectedWeight: number;
}

/** Change of a pair's log-probabilities in one step, nats. */
export interface Change {
  /** Δa. */
  chosen: number;
  /** Δb. */
  rejected: number;
}

/** What a step does to a pair. */
export type Case = "ideal" | "both rise" | "both fall" | "reversed";

/** ⟨u, v⟩, or ⟨u, P v⟩ with a positive diagonal P; summed in float64. */
export function dot(u: Vector, v: Vector, diagonal?: Vector): number {
  let sum = 0;
  if (diagonal === undefined) {
    for (let i = 0; i < u.length; i++) sum += u[i]! * v[i]!;
  } else {
    for (let i = 0; i < u.length; i++) sum += u[i]! * diagonal[i]! * v[i]!;
  }
  return sum;
}

/** |v|². */
export function squaredNorm(v: Vector): number {
  return dot(v, v);
}

/**
 * The three inner products of a pair.
 *
 * @param diagonal of a preconditioner P: every product becomes ⟨u, P v⟩.
 */
export function innerProducts(chosen: Vector, rejected: Vector, diagonal?: Vector): InnerProducts {
  return {
    inner: dot(chosen, rejected, diagonal),
    chosen: dot(chosen, chosen, diagonal),
    rejected: dot(rejected, rejected, diagonal),
  };
}

/** cos ∠(g_w, g_l); 0 where one of them vanishes. */
export function cosine({ inner, chosen, rejected }: InnerProducts): number {
  const norms = Math.sqrt(chosen) * Math.sqrt(rejected);
  return norms === 0 ? 0 : inner / norms;
}

/** I / min(N_w, N_l): a DPO step is ideal for the pair if and only if this is at most 1. */
export function condition({ inner, chosen, rejected }: InnerProducts): number {
  return inner / Math.min(chosen, rejected);
}

/**
 * The band of ratios d_w/d_l with which the chosen response rises and the rejected one falls:
 * `I/N_w ≤ d_w/d_l ≤ N_l/I` for I > 0, every positive ratio otherwise. It is never empty (Cauchy–Schwarz).
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { band, innerProducts } from "offprint/preference/entanglement/mod.ts";
 *
 * const { low, high } = band(innerProducts([0.5, 0.375], [1.5, 0.475]));
 * assert(low > 1 && high > low); // a ratio of 1, DPO's, is below the band: both fall
 * ```
 */
export function band({ inner, chosen, rejected }: InnerProducts): { low: number; high: number } {
  return inner > 0 ? { low: inner / chosen, high: rejected / inner } : { low: 0, high: Infinity };
}

/** Δa = η (d_w N_w − d_l I) and Δb = η (d_w I − d_l N_l): the law, to first order. */
export function predictedChange(
  products: InnerProducts,
  { chosenWeight: w, rejectedWeight: l }: Weights,
  stepSize = 1,
): Change {
  return {
    chosen: stepSize * (w * products.chosen - l * products.inner),
    rejected: stepSize * (w * products.inner - l * products.rejected),
  };
}

/** The case of a change. No change counts with the ideal. */
export function caseOf({ chosen, rejected }: Change): Case {
  if (chosen >= 0) return rejected <= 0 ? "ideal" : "both rise";
  return rejected <= 0 ? "both fall" : "reversed";
}

/** g_w and g_l of one pair. */
export interface GradientPair {
  chosen: Vector;
  rejected: Vector;
}

/**
 * The change of every pair in one step on the *mean* loss of a batch:
 * `Δaᵢ = η Σⱼ (d_wʲ ⟨g_wⁱ, g_wʲ⟩ − d_lʲ ⟨g_wⁱ, g_lʲ⟩)/B`. Pairs that are ideal alone can be undone by their
 * neighbours.
 *
 * @param options.diagonal of a preconditioner.
 */
export function batchChanges(
  gradients: readonly GradientPair[],
  weights: readonly Weights[],
  { stepSize = 1, diagonal }: { stepSize?: number; diagonal?: Vector } = {},
): Change[] {
  const direction = new Float64Array(gradients[0]?.chosen.length ?? 0);
  gradients.forEach(({ chosen, rejected }, j) => {
    const { chosenWeight, rejectedWeight } = weights[j]!;
    for (let k = 0; k < direction.length; k++) {
      direction[k]! += chosenWeight * chosen[k]! - rejectedWeight * rejected[k]!;
    }
  });
  const size = stepSize / gradients.length;
  return gradients.map(({ chosen, rejected }) => ({
    chosen: size * dot(chosen, direction, diagonal),
    rejected: size * dot(rejected, direction, diagonal),
  }));
}

/**
 * Adam's diagonal after `count` steps, `1/(√(v/(1 − β₂^count)) + ε)`, from its running mean of squares: what a
 * gradient is multiplied by, the running mean of gradients left aside.
 */
export function adamDiagonal(
  second: Vector,
  { count, beta2, epsilon }: { count: number; beta2: number; epsilon: number },
): Float64Array {
  const correction = 1 - beta2 ** count;
  return Float64Array.from(second, (v) => 1 / (Math.sqrt(v / correction) + epsilon));
}
