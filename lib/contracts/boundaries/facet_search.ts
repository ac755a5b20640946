/**
 * Measuring the planes on which an agent is indifferent, exactly, by asking.
 *
 * @module
 */
import {
  type BoundaryMap,
  type BoundaryPoint,
  boundarySearch,
  type BoundarySearchOptions,
} from "./boundary_search.ts";

/** The plane `normal·z = offset` of payments (plus continuation) on which two actions are worth the same. */
export interface Facet {
  /** Preferred where `normal·z < offset`, and where it is larger. */
  from: number;
  to: number;
  /** Proportional to `P_to − P_from`; `[n]`, sums to 0. */
  normal: Float64Array;
  offset: number;
  /** The measured point on the plane. */
  point: Float64Array;
  /** How far `normal·z − offset` may be off for payments up to the cap. */
  error: number;
}

/** What a facet search found. */
export interface FacetMap extends BoundaryMap {
  facets: Facet[];
}

/** Smallest step, relative to the cap, with which a normal is measured. */
const SMALLEST_STEP = 1 / 4096;

/**
 * A {@linkcode boundarySearch}, then walks between the witnesses of all pairs of actions to find which of them are
 * neighbours, then measures every plane between neighbours: from a point y on it, step by η in each payment
 * in turn and bisect along the walked direction d for the new crossing `y + η·e_i + t_i·d`; the normal
 * scaled to `normal·d = 1` is `−t_i / η`. No probability is estimated on the way.
 *
 * Needs sets of contracts that are not too thin: a step that lands beside a third action is halved, and
 * a plane that cannot be measured with a step above cap/4096 is left out. About `m²·n·log₂(cap/tolerance)`
 * contracts (facet learning).
 */
export function* facetSearch(
  options: BoundarySearchOptions,
): Generator<Float64Array, FacetMap, number> {
  const { n, m, cap, tolerance } = options;
  const map = yield* boundarySearch(options);
  const facets: Facet[] = [];
  const measured = new Set<number>();
  const measure = function* (point: BoundaryPoint): Generator<Float64Array, void, number> {
    const pair = Math.min(point.from, point.to) * m + Math.max(point.from, point.to);
    if (measured.has(pair)) return;
    const facet = yield* measureFacet(point, n, cap, tolerance);
    if (facet === null) return;
    measured.add(pair);
    facets.push(facet);
  };
  for (const point of map.points) yield* measure(point);
  for (let a = 0; a < m; a++) {
    for (let b = a + 1; b < m; b++) {
      const start = map.witnesses[a], end = map.witnesses[b];
      if (start == null || end == null || measured.has(a * m + b)) continue;
      for (const point of yield* walk(start, a, end, b, m, tolerance)) yield* measure(point);
    }
  }
  return { ...map, facets };
}

/** The boundary points on the segment from a contract for `a` to one for `b`. */
function* walk(
  start: Float64Array,
  a: number,
  end: Float64Array,
  b: number,
  m: number,
  tolerance: number,
): Generator<Float64Array, BoundaryPoint[], number> {
  const points: BoundaryPoint[] = [];
  const direction = end.map((pay, i) => pay - start[i]!);
  const size = Math.max(...direction.map(Math.abs));
  const at = (t: number) => start.map((pay, i) => pay + t * direction[i]!);
  let current = a, low = 0;
  for (let crossed = 0; current !== b && crossed < m; crossed++) {
    let high = 1, beyond = b;
    while ((high - low) * size > tolerance) {
      const middle = (low + high) / 2;
      if (middle <= low || middle >= high) break;
      const action = yield at(middle);
      if (action === current) low = middle;
      else [high, beyond] = [middle, action];
    }
    points.push({ from: current, to: beyond, contract: at((low + high) / 2), direction });
    [current, low] = [beyond, high];
  }
  return points;
}

function* measureFacet(
  { from, to, contract: y, direction: d }: BoundaryPoint,
  n: number,
  cap: number,
  tolerance: number,
): Generator<Float64Array, Facet | null, number> {
  const size = Math.max(...d.map(Math.abs));
  // Incentives do not see a constant: lift the contract until no payment is negative.
  const posted = (i: number, step: number, t: number): Float64Array | null => {
    const contract = y.map((pay, j) => pay + t * d[j]! + (j === i ? step : 0));
    const lift = -Math.min(...contract);
    const lifted = contract.map((pay) => Math.max(0, pay + lift));
    return Math.max(...lifted) <= cap ? lifted : null;
  };
  const ask = function* (
    i: number,
    step: number,
    t: number,
  ): Generator<Float64Array, number, number> {
    const contract = posted(i, step, t);
    return contract === null ? -1 : yield contract;
  };
  /** t at which the agent switches on the line through y + step·e_i, or null. */
  const crossing = function* (
    i: number,
    step: number,
  ): Generator<Float64Array, number | null, number> {
    const here = yield* ask(i, step, 0);
    if (here !== from && here !== to) return null;
    const away = here === from ? 1 : -1;
    const wanted = here === from ? to : from;
    let near = 0, far = 0;
    for (let reach = Math.abs(step) / size;; reach *= 2) {
      far = away * reach;
      const there = yield* ask(i, step, far);
      if (there === wanted) break;
      if (there !== here || reach * size > cap) return null;
      near = far;
    }
    while (Math.abs(far - near) * size > tolerance) {
      const middle = (near + far) / 2;
      if (middle === near || middle === far) break;
      const action = yield* ask(i, step, middle);
      if (action === here) near = middle;
      else if (action === wanted) far = middle;
      else return null;
    }
    return (near + far) / 2;
  };
  for (let step = cap / 8; step >= cap * SMALLEST_STEP; step /= 2) {
    const normal = new Float64Array(n);
    let complete = true;
    for (let i = 0; i < n && complete; i++) {
      let t = yield* crossing(i, step);
      let signed = step;
      if (t === null) {
        signed = -step;
        t = yield* crossing(i, signed);
      }
      if (t === null) complete = false;
      else normal[i] = -t / signed;
    }
    if (!complete) continue;
    const sum = normal.reduce((total, value) => total + value, 0);
    const scale = Math.max(...normal.map(Math.abs));
    if (Math.abs(sum) > 1e-3 * scale) continue;
    for (let i = 0; i < n; i++) normal[i]! -= sum / n;
    const offset = normal.reduce((total, value, i) => total + value * y[i]!, 0);
    const width = tolerance / size;
    return { from, to, normal, offset, point: y, error: width * (1 + 2 * n * cap / step) };
  }
  return null;
}
