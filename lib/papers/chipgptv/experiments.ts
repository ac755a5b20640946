/**
 * Experiments of paper 06 that a sweep can run: in a cell of the notebook, and by `deno task sweep 06`.
 *
 * @module
 */
import { log2Exact, transitionCount, transitionFunctions } from "./ambiguity/mod.ts";

/** Machines of one size, described in part. */
export interface PartialDescription {
  /** States of the machine. */
  states?: number;
  /** Width of its input. @unit bits */
  inputBits?: number;
  /** Share of the transitions that the description states. */
  told?: number;
}

/**
 * How many transitions a description states, and how many bits it leaves open.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openBits } from "offprint/papers/chipgptv/experiments.ts";
 *
 * assertEquals(openBits({ states: 4, told: 0 }), { stated: 0, "bits open": 16 });
 * ```
 */
export function openBits(
  { states = 4, inputBits = 1, told = 0.5 }: PartialDescription,
): { stated: number; "bits open": number } {
  const family = { states, inputBits };
  const stated = Math.round(told * transitionCount(family));
  return { stated, "bits open": log2Exact(transitionFunctions(family, stated)) };
}
