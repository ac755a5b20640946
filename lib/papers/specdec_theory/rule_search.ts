/**
 * An adversary for Theorem 2: a blind search for a verification rule that rejects less than the total
 * variation and is still unbiased.
 *
 * @module
 */
import { rejectionRule, stepLaw, totalVariation } from "offprint/decoding/verification/mod.ts";
import type { Random } from "offprint/random.ts";
import type { Position } from "./four_tokens.ts";

/** Two distributions drawn evenly over `2 … most` tokens. */
export function randomPosition(random: Random, most: number, concentration = 1): Position {
  const flat = new Float64Array(2 + random.integer(most - 1)).fill(concentration);
  return { draft: random.dirichlet(flat), target: random.dirichlet(flat) };
}

/**
 * Changes acceptance probabilities and replacement at random, keeps what is not worse, and returns how far
 * the best rule's score ends above the total variation. The score is the rejection probability plus twice
 * the bias, so an unbiased rule that rejects less than the total variation would end below 0.
 *
 * @param steps Changes that are tried; their reach shrinks to nothing.
 */
export function searchBelowTotalVariation(
  { draft, target }: Position,
  steps: number,
  random: Random,
): number {
  const size = draft.length;
  let acceptance = Float64Array.from(draft, () => random.uniform());
  let replacement = random.dirichlet(new Float64Array(size).fill(1));
  const score = (acceptance: Float64Array, replacement: Float64Array): number => {
    const rule = { name: "tried", acceptance: () => acceptance, replacement: () => replacement };
    const { rejection, bias } = stepLaw(rejectionRule(rule), draft, target);
    return rejection + 2 * bias;
  };
  let best = score(acceptance, replacement);
  for (let step = 0; step < steps; step++) {
    // One acceptance probability moves, and some mass of the replacement goes from one token to another.
    const reach = 0.5 * (1 - step / steps) ** 2;
    const [x, from, to] = [random.integer(size), random.integer(size), random.integer(size)];
    const nextAcceptance = acceptance.map((value, i) =>
      i === x ? Math.min(1, Math.max(0, value + reach * (2 * random.uniform() - 1))) : value
    );
    const moved = replacement[from]! * reach * random.uniform();
    const nextReplacement = replacement.map((value, i) =>
      value + (i === to ? moved : 0) - (i === from ? moved : 0)
    );
    const next = score(nextAcceptance, nextReplacement);
    if (next <= best) [best, acceptance, replacement] = [next, nextAcceptance, nextReplacement];
  }
  return best - totalVariation(draft, target);
}
