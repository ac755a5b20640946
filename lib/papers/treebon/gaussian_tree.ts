/**
 * TreeBoN where everything is normal (S6 of paper 01's spec): the map from how well a partial score knows the final
 * reward to how often the tree wins against best-of-N.
 *
 * @module
 */
import type { Random } from "offprint/random.ts";
import { type Estimate, normalCdf, RunningMoments } from "offprint/stats.ts";

/** A tree of normal values. */
export interface GaussianTree {
  /** Width of every layer; a multiple of `children`. */
  n: number;
  children: number;
  layers: number;
  /**
   * Correlation of the score with the true partial sum among nodes that nothing has selected, at every boundary, or of
   * each of the `layers − 1` boundaries its own. In [0, 1].
   */
  rho: number | readonly number[];
}

/** One layer of one tree, as it stands after its boundary; the arrays are used again for the next layer. */
export interface GaussianLayer {
  /** From 1. */
  layer: number;
  /** True partial sums of the layer's nodes `[n]`. */
  sums: Float64Array;
  /** Nodes that became parents, by their place in the layer; none after the last layer. */
  parents: number[];
}

/** What a tree is worth. */
export interface TreeWorth {
  /** Of the chosen response. */
  value: Estimate;
  /** Share of independent best-of-N runs that it beats. */
  winRate: Estimate;
}

/**
 * Simulates trees. A response is worth `S = Σ g_i` with independent `g_i ~ N(0, 1/layers)`; at boundary `i` the score
 * is `ρ S_i + √(1 − ρ²) √(i/layers) z` with fresh noise; the final choice sees `S` itself.
 *
 * @param options.against N of the best-of-N that the win rate is against, computed as the mean of `Φ(S)^N`. Default
 *   the tree's own width.
 * @param options.watch Shown every layer of every tree, for a drawing.
 */
export function gaussianTree(
  { n, children, layers, rho }: GaussianTree,
  { trees, random, against = n, watch }: {
    trees: number;
    random: Random;
    against?: number;
    watch?: (layer: GaussianLayer) => void;
  },
): TreeWorth {
  const value = new RunningMoments();
  const winRate = new RunningMoments();
  const parents = n / children;
  const step = 1 / Math.sqrt(layers);
  const normals = new NormalSource(random);
  const sums = new Float64Array(n);
  const kept = new Float64Array(parents);
  const scores = new Float64Array(n);
  const sorted = new Float64Array(n);
  for (let tree = 0; tree < trees; tree++) {
    for (let i = 0; i < n; i++) sums[i] = step * normals.next();
    for (let layer = 1; layer < layers; layer++) {
      const known = typeof rho === "number" ? rho : rho[layer - 1]!;
      const noise = Math.sqrt((1 - known * known) * layer / layers);
      for (let i = 0; i < n; i++) scores[i] = known * sums[i]! + noise * normals.next();
      sorted.set(scores);
      sorted.sort();
      const least = sorted[n - parents]!;
      for (let i = 0, p = 0; i < n; i++) if (scores[i]! >= least) kept[p++] = sums[i]!;
      watch?.({ layer, sums, parents: placesAtLeast(scores, least) });
      for (let i = 0; i < n; i++) {
        sums[i] = kept[Math.floor(i / children)]! + step * normals.next();
      }
    }
    watch?.({ layer: layers, sums, parents: [] });
    let best = -Infinity;
    for (let i = 0; i < n; i++) if (sums[i]! > best) best = sums[i]!;
    value.add(best);
    winRate.add(normalCdf(best) ** against);
  }
  return { value: value.estimate(), winRate: winRate.estimate() };
}

function placesAtLeast(scores: Float64Array, least: number): number[] {
  const places: number[] = [];
  scores.forEach((score, place) => {
    if (score >= least) places.push(place);
  });
  return places;
}

/** Mean of the largest of N standard normal numbers, by Simpson's rule on `∫ x dΦ(x)^N`. */
export function bestOfNMean(n: number): number {
  // E max = ∫₀^∞ (1 − Φ(x)^N) dx − ∫_{−∞}^0 Φ(x)^N dx.
  const steps = 4000;
  const far = 9;
  const integrand = (x: number): number => {
    const power = normalCdf(x) ** n;
    return x >= 0 ? 1 - power : -power;
  };
  const simpson = (from: number, to: number): number => {
    const h = (to - from) / steps;
    let sum = 0;
    for (let i = 0; i <= steps; i++) {
      // The integrand jumps by 1 at 0: each half takes its own side.
      const x = Math.min(Math.max(from + i * h, from === 0 ? 0 : -far), to === 0 ? -1e-15 : far);
      sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * integrand(x);
    }
    return sum * h / 3;
  };
  return simpson(-far, 0) + simpson(0, far);
}

/** Standard normal numbers by Box and Muller, drawn in blocks. */
class NormalSource {
  readonly #random: Random;
  readonly #block = new Float64Array(4096);
  #used = 4096;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): number {
    if (this.#used === this.#block.length) this.#fill();
    return this.#block[this.#used++]!;
  }

  #fill(): void {
    const block = this.#block;
    this.#random.fillUniform(block);
    for (let i = 0; i < block.length; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - block[i]!));
      const angle = 2 * Math.PI * block[i + 1]!;
      block[i] = radius * Math.cos(angle);
      block[i + 1] = radius * Math.sin(angle);
    }
    this.#used = 0;
  }
}
