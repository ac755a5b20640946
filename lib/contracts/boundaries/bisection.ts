/**
 * Finding where an agent changes its mind.
 *
 * @module
 */

/** What a bisection found. */
export interface Bracket {
  /** The response at `low` is false, at `high` true (both ends as given count as such). */
  low: number;
  high: number;
  /** Probes in order. */
  probes: { at: number; response: boolean }[];
}

/**
 * Halves `[low, high]` until it is no wider than `tolerance`. `responds` is a step function: false
 * up to some point, true after it.
 *
 * @throws {RangeError} unless `low < high` and `tolerance > 0`.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { bisect } from "offprint/contracts/boundaries/mod.ts";
 *
 * assertAlmostEquals(bisect((pay) => pay >= 0.6, 0, 1, 1e-6).high, 0.6, 1e-6);
 * ```
 */
export function bisect(
  responds: (at: number) => boolean,
  low: number,
  high: number,
  tolerance: number,
): Bracket {
  if (!(low < high) || !(tolerance > 0)) {
    throw new RangeError(
      `bisect: got [${low}, ${high}] and tolerance ${tolerance}, expected low < high and a tolerance > 0`,
    );
  }
  const halvings = Math.max(0, Math.ceil(Math.log2((high - low) / tolerance)));
  const probes: Bracket["probes"] = [];
  for (let i = 0; i < halvings; i++) {
    const at = (low + high) / 2;
    const response = responds(at);
    probes.push({ at, response });
    if (response) high = at;
    else low = at;
  }
  return { low, high, probes };
}
