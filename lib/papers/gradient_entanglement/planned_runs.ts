/**
 * Which runs are made, the most important ones first: a plan that is stopped early still answers the claims.
 *
 * @module
 */
import { COMPARED, LOSS_ARMS, type Run, runName } from "./arms.ts";
import { SUFFIXES } from "./sentiment.ts";

/** Seeds of the comparison. Seed 0 was used to try the code out and is not among them. */
export const SEEDS = [1, 2, 3, 4, 5] as const;
/** Share of exchanged labels in the noisy data sets. */
export const NOISE = 0.15;

/** All runs in the order in which they are made, each once. */
export function plannedRuns(): Run[] {
  const others = COMPARED.filter((arm) => arm !== "dpo");
  const ruled = ["cpo", "dpop", "hard mask", "normalised"];
  const over = <T>(list: readonly T[], make: (each: T) => Run[]): Run[] => list.flatMap(make);
  const dpo = { arm: "dpo", noise: 0, suffix: "long", seed: 1 } as const;
  const runs: Run[] = [
    ...over(SEEDS, (seed) => SUFFIXES.map((suffix) => ({ suffix, noise: 0, arm: "dpo", seed }))),
    ...over(SEEDS, (seed) => ruled.map((arm) => ({ suffix: "long", noise: 0, arm, seed }))),
    ...over(
      SEEDS,
      (seed) => SUFFIXES.map((suffix) => ({ suffix, noise: NOISE, arm: "dpo", seed })),
    ),
    ...over(SEEDS, (seed) => others.map((arm) => ({ suffix: "long", noise: 0, arm, seed }))),
    ...LOSS_ARMS.map((arm): Run => ({ suffix: "long", noise: 0, arm, seed: 1 })),
    { ...dpo, arm: "dpo-sgd" },
    { ...dpo, arm: "soft mask" },
    ...[10, 25, 100, 200].map((supervised) => ({ ...dpo, supervised })),
    ...[0.03, 0.3, 1].map((beta) => ({ ...dpo, beta })),
    ...[0, 1, 2, 4, 8].map((suffix) => ({ ...dpo, suffix })),
    ...[8, 16, 64].map((batch) => ({ ...dpo, batch })),
    ...over(
      SEEDS,
      (seed) =>
        over(
          ["single", "short"] as const,
          (suffix) => others.map((arm) => ({ suffix, noise: 0, arm, seed })),
        ),
    ),
    ...over(
      SEEDS,
      (seed) =>
        over(SUFFIXES, (suffix) => others.map((arm) => ({ suffix, noise: NOISE, arm, seed }))),
    ),
  ];
  const seen = new Set<string>();
  return runs.filter((run) => {
    const name = runName(run);
    return !seen.has(name) && seen.add(name);
  });
}
