/**
 * Which action each way of splitting a budget over three outcomes induces.
 *
 * @module
 */
import { costsAt, type Instance, lawAt } from "offprint/contracts/instance/mod.ts";

/** A contract as a point of the triangle of splits. */
export interface SimplexPoint {
  /** Position in an equilateral triangle of side 1: outcome 0 left, 1 right, 2 on top. */
  x: number;
  y: number;
  /** Payments on the three outcomes, summing to the budget. */
  contract: [number, number, number];
}

/** The contracts that induce one action: a convex polygon. */
export interface SimplexRegion {
  action: number;
  /** Corners in order around the polygon. */
  corners: SimplexPoint[];
  /** Share of the triangle's area. */
  share: number;
}

/** Corners closer than this count as one. */
const CORNER_TOLERANCE = 1e-12;

/**
 * The regions of the triangle `x ≥ 0, x₀ + x₁ + x₂ = budget` in which each action is the agent's best, exactly:
 * the triangle is cut along the plane of indifference with every other action. Actions without a
 * region of positive area are left out.
 *
 * @param instance one step, three outcomes
 * @throws {RangeError} for other instances, or a budget that is not a positive number.
 */
export function simplexRegions(instance: Instance, budget: number): SimplexRegion[] {
  const { H, n, m, start } = instance;
  if (H !== 1 || n !== 3) {
    throw new RangeError(
      `simplexRegions: got H = ${H} and n = ${n}, expected one step and three outcomes`,
    );
  }
  if (!(budget > 0 && budget < Infinity)) {
    throw new RangeError(`simplexRegions: got budget ${budget}, expected a positive number`);
  }
  const costs = costsAt(instance, 0, start);
  const advantage = (a: number, b: number, contract: readonly number[]) => {
    const [own, other] = [lawAt(instance, 0, start, a), lawAt(instance, 0, start, b)];
    return contract.reduce(
      (sum, pay, i) => sum + (own[i]! - other[i]!) * pay,
      costs[b]! - costs[a]!,
    );
  };
  const regions: SimplexRegion[] = [];
  for (let action = 0; action < m; action++) {
    let corners = [0, 1, 2].map((paid) => [0, 1, 2].map((i) => i === paid ? budget : 0));
    for (let b = 0; b < m; b++) {
      if (b !== action) corners = cutConvex(corners, (contract) => advantage(action, b, contract));
    }
    const points = corners.map(pointOf);
    const share = area(points) / (Math.sqrt(3) / 4);
    if (share > CORNER_TOLERANCE) regions.push({ action, corners: points, share });
  }
  return regions;
}

/** The part of a convex polygon where an affine function is not negative (Sutherland and Hodgman). */
export function cutConvex(corners: number[][], height: (corner: number[]) => number): number[][] {
  const kept: number[][] = [];
  corners.forEach((corner, k) => {
    const next = corners[(k + 1) % corners.length]!;
    const [here, there] = [height(corner), height(next)];
    if (here >= 0) kept.push(corner);
    if ((here > 0 && there < 0) || (here < 0 && there > 0)) {
      const share = here / (here - there);
      kept.push(corner.map((pay, i) => pay + share * (next[i]! - pay)));
    }
  });
  return kept;
}

function pointOf(contract: number[]): SimplexPoint {
  const [a, b, c] = contract as [number, number, number];
  const total = a + b + c;
  return {
    x: (b + c / 2) / total,
    y: c * Math.sqrt(3) / (2 * total),
    contract: [a, b, c],
  };
}

function area(points: readonly SimplexPoint[]): number {
  let twice = 0;
  points.forEach(({ x, y }, k) => {
    const next = points[(k + 1) % points.length]!;
    twice += x * next.y - next.x * y;
  });
  return Math.abs(twice) / 2;
}
