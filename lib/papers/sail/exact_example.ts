/**
 * The smallest examples of paper 09: one prompt with three responses, and small random worlds, with derivatives by
 * central differences as the judge.
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import {
  exactTerms,
  type OfflinePair,
  type Route,
  softmaxPolicy,
  type TabularProblem,
} from "offprint/preference/sail/mod.ts";
import { tabularWorld } from "./tabular_world.ts";

/** Logits of the example's policy. */
export const EXAMPLE_LOGITS: readonly number[] = [0.2, -0.1, 0];

/** One prompt, three responses, and the three pairs of them equally often with the label's probability. */
export function threeResponses(beta = 0.5): TabularProblem {
  const reward = [1, 0, 0.5];
  const places = [[0, 1], [0, 2], [1, 2]] as const;
  return {
    policy: softmaxPolicy([3]),
    reference: [[0.5, 0.3, 0.2].map(Math.log)],
    reward: [reward],
    beta,
    pairs: places.map(([first, second]): OfflinePair => ({
      prompt: 0,
      first,
      second,
      probability: 1 / (1 + Math.exp(reward[second]! - reward[first]!)),
      weight: 1 / 3,
    })),
  };
}

/** A small log-linear world, and parameters at which to look at it. */
export function smallWorld(seed: number): { world: TabularProblem; theta: number[] } {
  const sizes = { prompts: 5, responses: 4, features: 3, pairs: 30, heldOut: 1 };
  const random = stream(seed, "small world");
  const theta = Array.from({ length: sizes.features }, () => random.normal());
  return { world: tabularWorld(seed, sizes), theta };
}

/** The derivative of a route's objective by central differences. */
export function objectiveDifferences(
  problem: TabularProblem,
  theta: readonly number[],
  route: Route,
): number[] {
  return theta.map((_, k) => {
    const at = (by: number): number =>
      exactTerms(problem, theta.map((value, i) => i === k ? value + by : value), route).value;
    return (at(1e-6) - at(-1e-6)) / 2e-6;
  });
}

/** A policy over three responses as a point of a triangle with corners (0, 0), (1, 0) and (½, √3/2). */
export function trianglePoint(probabilities: ArrayLike<number>): { x: number; y: number } {
  const [, second, third] = Array.from(probabilities);
  return { x: second! + third! / 2, y: third! * Math.sqrt(3) / 2 };
}

/** How the policy moves along a direction of its logits: `π (g − Σ π g)`, in the triangle. */
export function triangleMove(
  probabilities: ArrayLike<number>,
  direction: ArrayLike<number>,
): { x: number; y: number } {
  const p = Array.from(probabilities);
  const mean = p.reduce((sum, value, k) => sum + value * direction[k]!, 0);
  return trianglePoint(p.map((value, k) => value * (direction[k]! - mean)));
}
