/**
 * Benches cut short, to see how many comparisons it takes to notice a mistake.
 *
 * @module
 */
import { type Bench, runSteps, type Simulation } from "offprint/verilog/simulate/mod.ts";

/** The bench up to its first few comparisons. */
export function cutBench(bench: Bench, comparisons: number): Bench {
  let left = comparisons;
  return {
    ...bench,
    steps: bench.steps.filter(({ expect }) => left > 0 && (expect === undefined || left-- > 0)),
  };
}

/** Whether a bench notices that a design is wrong: a comparison fails, or the bench cannot be run on it. */
export function notices(simulation: Simulation, bench: Bench): boolean {
  const { passed, total, refused } = runSteps(simulation, bench);
  return refused !== undefined || passed < total;
}

/** A design with a mistake in it that all tools accept, and the bench of the design it was made of. */
export interface SilentMutant {
  simulation: Simulation;
  bench: Bench;
}

/** How many silent mutants are noticed by benches that are cut after some comparisons, and their percentage. */
export function noticedBy(
  silent: readonly SilentMutant[],
  comparisons: number,
): { silent: number; noticed: number; percent: number } {
  const noticed =
    silent.filter(({ simulation, bench }) => notices(simulation, cutBench(bench, comparisons)))
      .length;
  return { silent: silent.length, noticed, percent: 100 * noticed / silent.length };
}
