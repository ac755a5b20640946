/**
 * Random instances for property tests, timings and pictures.
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import type { Instance } from "./instance.ts";

/** What to draw. */
export interface RandomInstanceOptions {
  H: number;
  n: number;
  m: number;
  /** Fixes the instance. */
  seed: number;
  /** Largest cost of an action; 0.3 unless given. */
  costScale?: number;
  /** Share of the transition probabilities set to zero; 0 unless given. */
  sparsity?: number;
  cap?: number;
}

/**
 * An instance with Dirichlet(1) laws, rewards and costs uniform on [0, 1] and [0, costScale].
 *
 * @throws {RangeError} unless H, n and m are whole numbers ≥ 1.
 */
export function randomInstance(options: RandomInstanceOptions): Instance {
  const { H, n, m, seed, costScale = 0.3, sparsity = 0, cap = Infinity } = options;
  if (![H, n, m].every((size) => Number.isInteger(size) && size >= 1)) {
    throw new RangeError(
      `randomInstance: got H=${H}, n=${n}, m=${m}, expected whole numbers ≥ 1`,
    );
  }
  const random = stream(seed, "contracts", "instance", H, n, m);
  const P = new Float64Array(H * n * m * n);
  const r = new Float64Array(H * n * m * n);
  const c = new Float64Array(H * n * m);
  for (let at = 0; at < H * n * m; at++) {
    const weights = Float64Array.from({ length: n }, () => random.exponential());
    // One outcome stays possible, however sparse the rest is.
    const kept = random.integer(n);
    for (let i = 0; i < n; i++) if (i !== kept && random.uniform() < sparsity) weights[i] = 0;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let i = 0; i < n; i++) P[at * n + i] = weights[i]! / total;
    c[at] = at % m === 0 ? 0 : costScale * random.uniform();
  }
  for (let h = 0; h < H; h++) {
    for (let s = 0; s < n; s++) {
      for (let next = 0; next < n; next++) {
        const reward = random.uniform();
        for (let a = 0; a < m; a++) r[((h * n + s) * m + a) * n + next] = reward;
      }
    }
  }
  return {
    name: `random ${H}×${n}×${m}, seed ${seed}`,
    H,
    n,
    m,
    P,
    r,
    c,
    cap,
    concept: "recursive",
    agent: "farsighted",
    deltaA: 1,
    deltaP: 1,
    start: 0,
    labels: {},
  };
}
