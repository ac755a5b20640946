/**
 * TreeBoN on fair bits, exactly: the reward is the number of ones, the partial score the ones so far (S4 of paper 01's
 * spec). Everything is counted in whole numbers over a power of two.
 *
 * @module
 */

/** The shape of a tree of bits. */
export interface BitTree {
  /** Width of every layer; a multiple of `children`. */
  n: number;
  children: number;
  layers: number;
  /** Bits of a segment. */
  segment: number;
}

/** A fraction in lowest terms. */
export interface ExactMean {
  numerator: bigint;
  denominator: bigint;
}

/**
 * The expected reward of the text that TreeBoN chooses.
 *
 * @param selection `perfect` keeps the candidates with the most ones; `random` keeps every subset equally often.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { exactBitTree, meanText } from "offprint/papers/treebon/mod.ts";
 *
 * const tree = { n: 4, children: 2, layers: 2, segment: 1 };
 * assertEquals(meanText(exactBitTree(tree)), "117/64");
 * assertEquals(meanText(exactBitTree(tree, "random")), "51/32");
 * ```
 */
export function exactBitTree(
  { n, children, layers, segment }: BitTree,
  selection: "perfect" | "random" = "perfect",
): ExactMean {
  const kept = n / children;
  /** The ones of the kept nodes, in each of the equally likely ways to keep them. */
  const selected = (ones: readonly number[]): number[][] =>
    selection === "perfect" ? [ones.toSorted((a, b) => b - a).slice(0, kept)] : subsets(ones, kept);
  // Weights of the ones in a segment: binomial coefficients, of sum 2^segment.
  const weights = binomials(segment);
  // States are the ones of the n nodes' beginnings; weights are counts of equally likely bit strings.
  let states = new Map<string, { ones: number[]; weight: bigint }>();
  states.set("", { ones: new Array(n).fill(0), weight: 1n });
  let mean = 0n;
  for (let layer = 1; layer <= layers; layer++) {
    const next: typeof states = new Map();
    for (const { ones, weight } of states.values()) {
      for (const outcome of outcomes(ones, weights)) {
        const share = weight * outcome.weight;
        if (layer === layers) {
          mean += share * BigInt(Math.max(...outcome.ones));
          continue;
        }
        for (const parents of selected(outcome.ones)) {
          const begun = parents.toSorted((a, b) => b - a)
            .flatMap((count) => new Array<number>(children).fill(count));
          const key = begun.join();
          const known = next.get(key);
          if (known === undefined) next.set(key, { ones: begun, weight: share });
          else known.weight += share;
        }
      }
    }
    states = next;
  }
  const selections = BigInt(selected(new Array(n).fill(0)).length) ** BigInt(layers - 1);
  return reduced(mean, (1n << BigInt(n * segment * layers)) * selections);
}

/** All subsets of `size` values. */
function subsets(values: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return values.flatMap((value, i) =>
    subsets(values.slice(i + 1), size - 1).map((rest) => [value, ...rest])
  );
}

/** The expected reward of best-of-N over as many bits. */
export function exactBitBestOfN(n: number, bits: number): ExactMean {
  return exactBitTree({ n, children: 1, layers: 1, segment: bits });
}

/** As text, "117/64". */
export function meanText({ numerator, denominator }: ExactMean): string {
  return denominator === 1n ? `${numerator}` : `${numerator}/${denominator}`;
}

/** As a number. */
export function meanNumber({ numerator, denominator }: ExactMean): number {
  return Number(numerator) / Number(denominator);
}

function binomials(size: number): bigint[] {
  let row = [1n];
  for (let i = 0; i < size; i++) row = [1n, ...row.slice(1).map((c, j) => c + row[j]!), 1n];
  return row;
}

/** All results of adding a segment to each node, with how many bit strings give them. */
function outcomes(
  ones: readonly number[],
  weights: readonly bigint[],
): { ones: number[]; weight: bigint }[] {
  let all = [{ ones: [] as number[], weight: 1n }];
  for (const begun of ones) {
    all = all.flatMap((part) =>
      weights.map((weight, more) => ({
        ones: [...part.ones, begun + more],
        weight: part.weight * weight,
      }))
    );
  }
  return all;
}

function reduced(numerator: bigint, denominator: bigint): ExactMean {
  let [a, b] = [numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return { numerator: numerator / a, denominator: denominator / a };
}
