/**
 * Random least-payment problems of all kinds: sparse laws, equal rows, mixtures, caps, continuations.
 *
 * @module
 */
import type { LeastPaymentProblem } from "offprint/contracts/payments/mod.ts";
import { stream } from "offprint/random.ts";

/** Problem number `index` of the family that `seed` names; up to 8 outcomes and 8 actions. */
export function randomProblem(seed: number, index: number): LeastPaymentProblem {
  const random = stream(seed, "tests", "least payment", index);
  const n = 2 + random.integer(7), m = 2 + random.integer(7);
  const sparsity = index % 3 === 0 ? 0.5 : 0;
  const laws = Array.from({ length: m }, () => {
    const kept = random.integer(n);
    const weights = Array.from(
      { length: n },
      (_, i) => i !== kept && random.uniform() < sparsity ? 0 : random.exponential(),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
  const costs = Array.from({ length: m }, (_, a) => a === 0 ? 0 : 0.4 * random.uniform());
  const action = random.integer(m);
  if (index % 7 === 0 && m >= 3) {
    // The wanted action mixes two others, so it hangs on its cost alone.
    const [b, d] = [(action + 1) % m, (action + 2) % m];
    const weight = random.uniform();
    laws[action] = laws[b]!.map((p, i) => weight * p + (1 - weight) * laws[d]![i]!);
  }
  return {
    laws,
    costs,
    action,
    ...(random.uniform() < 0.5
      ? { continuation: Array.from({ length: n }, () => random.uniform()) }
      : {}),
    ...(random.uniform() < 0.3 ? { margin: 0.05 * random.uniform() } : {}),
    ...(random.uniform() < 0.5 ? { cap: 0.1 + 2 * random.uniform() } : {}),
  };
}
