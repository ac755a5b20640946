/**
 * Which settings lie above a frontier of discard and verification rates.
 *
 * @module
 */

/** A setting's verification rate `V` and discard rate `D`, per generated token. */
export interface RatePoint {
  V: number;
  D: number;
}

/** The lower convex hull: what mixing settings at random can reach. */
export function lowerHull(points: readonly RatePoint[]): RatePoint[] {
  const hull: RatePoint[] = [];
  for (const { V, D } of points.toSorted((a, b) => a.V - b.V)) {
    while (hull.length > 1) {
      const [a, b] = hull.slice(-2) as [RatePoint, RatePoint];
      if ((b.D - a.D) * (V - a.V) < (D - a.D) * (b.V - a.V)) break;
      hull.pop();
    }
    hull.push({ V, D });
  }
  return hull;
}

/**
 * The points at whose `V` the lower hull of `frontier` is known, with its `D` there.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { besideFrontier } from "offprint/papers/specdecpp/experiments/mod.ts";
 *
 * const frontier = [{ V: 0, D: 2 }, { V: 2, D: 0 }];
 * assertEquals(besideFrontier([{ V: 1, D: 3 }, { V: 5, D: 0 }], frontier), [
 *   { V: 1, D: 3, frontier: 1 },
 * ]);
 * ```
 */
export function besideFrontier<Point extends RatePoint>(
  points: readonly Point[],
  frontier: readonly RatePoint[],
): (Point & { frontier: number })[] {
  const hull = lowerHull(frontier);
  return points.flatMap((point) => {
    const after = hull.findIndex(({ V }) => V >= point.V);
    const [a, b] = [hull[after - 1], hull[after]];
    if (a === undefined || b === undefined) return [];
    return [{ ...point, frontier: a.D + (b.D - a.D) * (point.V - a.V) / (b.V - a.V) }];
  });
}
