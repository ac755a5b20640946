/**
 * Experiments of paper 07 that a sweep can run: in a cell of the notebook, and by `deno task sweep 07`.
 *
 * @module
 */
import { checkNumber } from "offprint/errors.ts";
import { simulationOf } from "offprint/verilog/simulate/mod.ts";
import { generateDesigns } from "offprint/verilog/designs/mod.ts";
import { behaviourOf, mutate } from "offprint/verilog/mutants/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";
import { noticedBy, type SilentMutant } from "./short_benches.ts";

/** Generated designs with mistakes put in, and how long their benches are. */
export interface ShortBenches {
  /** Comparisons after which a bench is cut. */
  comparisons?: number;
  /** Generated designs. */
  designs?: number;
  /** Mutants drawn of each. */
  mutants?: number;
}

/**
 * How many silent mutants benches notice: mutants that Yosys accepts and that do something else than their design.
 *
 * @throws {UserError} for numbers that make no sense.
 *
 * @example
 * ```ts ignore
 * import { shortBenches } from "offprint/papers/chipgpt_ft/experiments.ts";
 *
 * const [short, long] = [1, 32].map((comparisons) => shortBenches({ comparisons, designs: 4 }, 1));
 * console.log((await short).noticed <= (await long).noticed);
 * ```
 */
export async function shortBenches(
  { comparisons = 8, designs = 12, mutants = 5 }: ShortBenches,
  seed: number,
): Promise<{ silent: number; noticed: number; percent: number }> {
  for (const [what, value] of Object.entries({ comparisons, designs, mutants })) {
    checkNumber(what, value, { least: 1, whole: true });
  }
  return noticedBy(await silentMutants(designs, mutants, seed), comparisons);
}

/** The latest mutants of this process: points that differ in the length of the benches share them. */
let latest: { key: string; made: Promise<SilentMutant[]> } | undefined;

function silentMutants(designs: number, mutants: number, seed: number): Promise<SilentMutant[]> {
  const key = `${designs} ${mutants} ${seed}`;
  if (latest?.key !== key) latest = { key, made: drawSilent(designs, mutants, seed) };
  return latest.made;
}

async function drawSilent(designs: number, mutants: number, seed: number): Promise<SilentMutant[]> {
  await using yosys = new YosysPool();
  const silent: SilentMutant[] = [];
  for await (const { text, top, bench } of generateDesigns(seed, designs)) {
    const compare = behaviourOf(text, yosys);
    for (const mutant of await mutate(text, { seed, count: mutants })) {
      const simulation = await simulationOf(mutant.text, top, yosys);
      if ("refused" in simulation) continue;
      if ((await compare(mutant)).verdict === "different") silent.push({ simulation, bench });
    }
  }
  return silent;
}
