/**
 * Mapping where an agent is indifferent between neighbouring actions.
 *
 * @module
 */
import type { Random } from "offprint/random.ts";

/** A contract at which the agent is indifferent, up to the search's tolerance. */
export interface BoundaryPoint {
  /** The action taken just before the point, and just after it. */
  from: number;
  to: number;
  contract: Float64Array;
  /** The direction in which the point was crossed `[n]`. */
  direction: Float64Array;
}

/** What a search found. */
export interface BoundaryMap {
  /** The action taken when nothing is paid: one that costs nothing. */
  root: number;
  /** Boundary points that connect all actions found. */
  points: BoundaryPoint[];
  /** A contract `[n]` that induced each action, or null. */
  witnesses: (Float64Array | null)[];
}

/** Settings of {@linkcode boundarySearch}. */
export interface BoundarySearchOptions {
  /** Outcomes and actions. */
  n: number;
  m: number;
  /** Largest payment; finite. */
  cap: number;
  /** Width, in payments, to which a boundary is located. */
  tolerance: number;
  /** Draws the contracts tried after the axes. */
  random: Random;
  /** Random contracts tried without finding a new action before giving up; 20 unless given. */
  tries?: number;
}

/**
 * Yields contracts to post and takes the agent's action for each. The sets of contracts that induce an action
 * are convex and tile the box, so walking from one contract to another crosses each set at most once, and
 * neighbouring sets met on the way share the boundary point found by bisection there.
 *
 * Starts at the zero contract, walks to the cap on each single outcome, then to random contracts, until every
 * action has been met or `tries` random contracts brought nothing new. About `m·log₂(cap / tolerance)`
 * contracts (boundary bisection).
 *
 * @throws {RangeError} unless the cap is finite and the tolerance positive.
 */
export function* boundarySearch(
  options: BoundarySearchOptions,
): Generator<Float64Array, BoundaryMap, number> {
  const { n, m, cap, tolerance, random, tries = 20 } = options;
  if (!(cap > 0 && cap < Infinity) || !(tolerance > 0)) {
    throw new RangeError(
      `boundarySearch: got cap ${cap} and tolerance ${tolerance}, expected a finite cap > 0 and a tolerance > 0`,
    );
  }
  const zero = new Float64Array(n);
  const root = yield zero;
  const map: BoundaryMap = { root, points: [], witnesses: new Array(m).fill(null) };
  map.witnesses[root] = zero;
  let found = 1;
  for (let trial = 0; found < m && trial < n + tries; trial++) {
    const goal = trial < n
      ? Float64Array.from({ length: n }, (_, i) => i === trial ? cap : 0)
      : Float64Array.from({ length: n }, () => cap * random.uniform());
    const met = yield goal;
    if (map.witnesses[met] !== null) continue;
    const size = Math.max(...goal);
    let current = root, low = 0;
    for (let crossed = 0; current !== met && crossed < m; crossed++) {
      let high = 1, beyond = met;
      while ((high - low) * size > tolerance) {
        const middle = (low + high) / 2;
        // No float64 lies between the two any more, whatever the tolerance.
        if (middle <= low || middle >= high) break;
        const action = yield goal.map((pay) => pay * middle);
        if (action === current) low = middle;
        else [high, beyond] = [middle, action];
      }
      const at = (low + high) / 2, inside = high;
      map.points.push({
        from: current,
        to: beyond,
        contract: goal.map((pay) => pay * at),
        direction: goal,
      });
      if (map.witnesses[beyond] === null) {
        map.witnesses[beyond] = goal.map((pay) => pay * inside);
        found++;
      }
      current = beyond;
      low = high;
    }
    if (map.witnesses[met] !== null) map.witnesses[met] = goal;
    // The draw found something new: the count of draws in a row that found nothing begins again.
    if (trial >= n) trial = n - 1;
  }
  return map;
}

/** How the cost of each action follows from boundary points: `c_a = Σ_p P_p · paths[a][p]`. */
export interface CostPaths {
  /** `[m]` of `[m, n]`, null for an action that no chain of boundary points reaches. */
  paths: (Float64Array | null)[];
}

/**
 * Chains boundary points from the root: where the agent is indifferent between a and b at y (with nothing
 * to come afterwards), `c_b − c_a = (P_b − P_a)·y`.
 */
export function costPaths(map: BoundaryMap, n: number, m: number): CostPaths {
  const paths: (Float64Array | null)[] = new Array(m).fill(null);
  paths[map.root] = new Float64Array(m * n);
  let grew = true;
  while (grew) {
    grew = false;
    for (const { from, to, contract } of map.points) {
      const [known, fresh] = paths[from] !== null && paths[to] === null
        ? [from, to]
        : paths[to] !== null && paths[from] === null
        ? [to, from]
        : [-1, -1];
      if (known < 0) continue;
      const path = paths[known]!.slice();
      for (let i = 0; i < n; i++) {
        path[fresh * n + i]! += contract[i]!;
        path[known * n + i]! -= contract[i]!;
      }
      paths[fresh] = path;
      grew = true;
    }
  }
  return { paths };
}

/**
 * The costs that boundary points imply under the given laws; NaN for an action that was never met.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { boundarySearch, costsFromBoundaries } from "offprint/contracts/boundaries/mod.ts";
 * import { stream } from "offprint/random.ts";
 *
 * const laws = [[0.9, 0.1], [0.4, 0.6]], costs = [0, 0.2];
 * const search = boundarySearch({ n: 2, m: 2, cap: 1, tolerance: 1e-9, random: stream(1) });
 * let step = search.next();
 * while (!step.done) {
 *   const [x0, x1] = step.value as unknown as [number, number];
 *   const utility = laws.map(([fail, win], a) => fail! * x0 + win! * x1 - costs[a]!);
 *   step = search.next(utility[1]! > utility[0]! ? 1 : 0);
 * }
 * assertAlmostEquals(costsFromBoundaries(step.value, laws)[1]!, 0.2, 1e-8);
 * ```
 */
export function costsFromBoundaries(
  map: BoundaryMap,
  laws: readonly ArrayLike<number>[],
): Float64Array {
  const m = laws.length, n = laws[0]!.length;
  const { paths } = costPaths(map, n, m);
  return Float64Array.from(paths, (path) => {
    if (path === null) return NaN;
    let cost = 0;
    for (let p = 0; p < m; p++) {
      for (let i = 0; i < n; i++) cost += laws[p]![i]! * path[p * n + i]!;
    }
    return cost;
  });
}
