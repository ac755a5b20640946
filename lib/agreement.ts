/**
 * How well graded judgements tell two groups apart, how far two judges agree, and what several tests at once leave.
 *
 * @module
 */

/**
 * Area under the ROC curve: how often a positive has a higher score than a negative; ties count half. `NaN` where one
 * group is empty.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { areaUnderCurve } from "offprint/agreement.ts";
 *
 * assertEquals(areaUnderCurve([3, 1], [2, 0]), 0.75);
 * assertEquals(areaUnderCurve([1, 1], [1]), 0.5);
 * ```
 */
export function areaUnderCurve(positives: readonly number[], negatives: readonly number[]): number {
  const sorted = [...negatives].sort((a, b) => a - b);
  const below = (score: number, orEqual: boolean): number => {
    let low = 0, high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < score || orEqual && sorted[middle] === score) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const wins = positives.reduce(
    (sum, score) => sum + (below(score, false) + below(score, true)) / 2,
    0,
  );
  return wins / (positives.length * negatives.length);
}

/** Counts of two yes-or-no judgements on the same things. */
export interface Crosstab {
  both: number;
  onlyFirst: number;
  onlySecond: number;
  neither: number;
}

/**
 * Counts two lists of judgements against each other.
 *
 * @throws {RangeError} when the lengths differ.
 */
export function crosstab(first: readonly boolean[], second: readonly boolean[]): Crosstab {
  if (first.length !== second.length) {
    throw new RangeError(
      `crosstab: got ${first.length} and ${second.length} judgements, expected the same number`,
    );
  }
  const table = { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 };
  first.forEach((yes, at) => {
    table[yes ? second[at] ? "both" : "onlyFirst" : second[at] ? "onlySecond" : "neither"]++;
  });
  return table;
}

/**
 * Cohen's κ: agreement beyond what the two rates alone would give. `NaN` where both always say the same one thing.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { cohenKappa } from "offprint/agreement.ts";
 *
 * assertAlmostEquals(cohenKappa({ both: 20, onlyFirst: 5, onlySecond: 10, neither: 15 }), 0.4);
 * ```
 */
export function cohenKappa({ both, onlyFirst, onlySecond, neither }: Crosstab): number {
  const n = both + onlyFirst + onlySecond + neither;
  const [first, second] = [(both + onlyFirst) / n, (both + onlySecond) / n];
  const chance = first * second + (1 - first) * (1 - second);
  return ((both + neither) / n - chance) / (1 - chance);
}

/**
 * The φ coefficient: the correlation of two yes-or-no judgements. `NaN` where one of them never changes.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { phiCoefficient } from "offprint/agreement.ts";
 *
 * assertAlmostEquals(phiCoefficient({ both: 20, onlyFirst: 5, onlySecond: 10, neither: 15 }), 0.408248, 1e-6);
 * ```
 */
export function phiCoefficient({ both, onlyFirst, onlySecond, neither }: Crosstab): number {
  return (both * neither - onlyFirst * onlySecond) / Math.sqrt(
    (both + onlyFirst) * (onlySecond + neither) * (both + onlySecond) * (onlyFirst + neither),
  );
}

/**
 * Holm's step-down adjustment: p values that may be compared with one level although several tests were made. In the order
 * given.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { holm } from "offprint/agreement.ts";
 *
 * assertEquals(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
 * ```
 *
 * @throws {RangeError} for a value that is no probability.
 */
export function holm(pValues: readonly number[]): number[] {
  const wrong = pValues.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) throw new RangeError(`holm: got ${wrong}, expected p values in [0, 1]`);
  const order = pValues.map((_, at) => at).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = Array<number>(pValues.length);
  let largest = 0;
  order.forEach((at, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[at]!));
    adjusted[at] = largest;
  });
  return adjusted;
}
