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
