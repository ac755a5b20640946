/**
 * The theory beside AIME: mixtures of evaluators, and what the joined verdict detects. A mixture shows one sampled
 * evaluation and concatenation shows all of them, so the bound motivates the protocol and does not describe it.
 *
 * @module
 */

/**
 * Total variation distance, half the sum of absolute differences.
 *
 * @throws {RangeError} when the lengths differ.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { totalVariation } from "offprint/papers/aime/mod.ts";
 *
 * assertAlmostEquals(totalVariation([0.1, 0.5, 0.25, 0.15], [0.3, 0.6, 0.05, 0.05]), 0.3);
 * ```
 */
export function totalVariation(p: readonly number[], q: readonly number[]): number {
  if (p.length !== q.length) {
    throw new RangeError(
      `totalVariation: got ${p.length} and ${q.length} outcomes, expected the same number`,
    );
  }
  return p.reduce((sum, value, i) => sum + Math.abs(value - q[i]!), 0) / 2;
}

/** The distribution of one evaluation drawn from a mixture. */
export function mixture(
  policies: readonly (readonly number[])[],
  weights: readonly number[],
): number[] {
  return policies[0]!.map((_, i) =>
    policies.reduce((sum, policy, k) => sum + weights[k]! * policy[i]!, 0)
  );
}

/**
 * The mixture nearest to a target in total variation, and its distance. The distance is linear between the places where
 * a weight or a difference is 0, so the best one lies where enough of them are; all such places are tried, which is
 * meant for a handful of policies over a handful of outcomes.
 */
export function bestMixture(
  target: readonly number[],
  policies: readonly (readonly number[])[],
): { weights: number[]; distance: number } {
  const k = policies.length;
  const planes: { row: number[]; value: number }[] = [
    ...policies.map((_, at) => ({ row: policies.map((_, j) => j === at ? 1 : 0), value: 0 })),
    ...target.map((value, i) => ({ row: policies.map((policy) => policy[i]!), value })),
  ];
  const sum = { row: Array<number>(k).fill(1), value: 1 };
  let best = { weights: [] as number[], distance: Infinity };
  for (const chosen of choices(planes, k - 1)) {
    const weights = solved([sum, ...chosen]);
    if (weights === undefined || weights.some((weight) => weight < -1e-12)) continue;
    const distance = totalVariation(target, mixture(policies, weights));
    if (distance < best.distance - 1e-12) best = { weights, distance };
  }
  return best;
}

function* choices<T>(items: readonly T[], count: number, from = 0): Generator<T[]> {
  if (count === 0) yield [];
  else {
    for (let at = from; at < items.length; at++) {
      for (const rest of choices(items, count - 1, at + 1)) yield [items[at]!, ...rest];
    }
  }
}

/** A square system of equations by elimination; nothing where it has no single solution. */
function solved(equations: readonly { row: number[]; value: number }[]): number[] | undefined {
  const rows = equations.map(({ row, value }) => [...row, value]);
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column; i < n; i++) {
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i;
    }
    if (Math.abs(rows[pivot]![column]!) < 1e-12) return undefined;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let i = 0; i < n; i++) {
      if (i === column) continue;
      const factor = rows[i]![column]! / rows[column]![column]!;
      for (let j = column; j <= n; j++) rows[i]![j]! -= factor * rows[column]![j]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}

/**
 * How often at least one of several independent evaluators complains: 1 less the product of their silences. With
 * detection rates it is the EDR of the joined verdict, with false-alarm rates its FAR.
 */
export function unionRate(rates: readonly number[]): number {
  return 1 - rates.reduce((silent, rate) => silent * (1 - rate), 1);
}
