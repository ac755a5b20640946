/**
 * What the study's results come to: arms compared design by design, ceilings, and machines by size.
 *
 * @module
 */
import { mean, type MeanInterval, pairedBootstrap } from "offprint/stats.ts";
import { heldOutDesigns, sizeOf } from "./asking.ts";
import {
  ceilingOf,
  STUDY_ARM_NAMES,
  STUDY_ARMS,
  type StudyArmName,
  type StudyDesign,
} from "./prompts.ts";
import type { StudyArmResult, StudyResults } from "./results.ts";

function armsOf({ runs }: StudyResults, arm: StudyArmName): StudyArmResult[] {
  return runs.map(({ seed, arms }) => {
    const found = arms.find((each) => each.arm === arm);
    if (found === undefined) throw new RangeError(`seed ${seed} was not asked in arm ${arm}`);
    return found;
  });
}

/** Mean of equally long rows, place by place. */
function columnMeans(rows: readonly (readonly number[])[]): number[] {
  return rows[0]!.map((_, i) => mean(rows.map((row) => row[i]!)));
}

/** pass@1 of each held-out design in an arm, averaged over seeds. */
export function passByDesign(results: StudyResults, arm: StudyArmName): number[] {
  return columnMeans(armsOf(results, arm).map(({ pass }) => [...pass].map(Number)));
}

const BOOTSTRAP = { seed: 6, resamples: 10_000 } as const;

/**
 * pass@1 of one arm less that of another: mean and paired 95 % interval over the fresh draws of `heldOutDesigns`, each averaged over
 * seeds. Two thirds of these do what a design of the training does, because small machines and the regular families are few;
 * {@linkcode unseenGain} is the same over designs that no training has shown.
 */
export function passGain(
  results: StudyResults,
  arm: StudyArmName,
  control: StudyArmName,
): MeanInterval {
  return pairedBootstrap(passByDesign(results, arm), passByDesign(results, control), BOOTSTRAP);
}

/** The ceiling of each held-out design in an arm. */
export function ceilings(arm: StudyArmName, designs: readonly StudyDesign[]): number[] {
  return designs.map((design) => ceilingOf(design, STUDY_ARMS[arm]));
}

/** pass@1 of an arm less its ceiling, with its interval over designs. */
export function passOverCeiling(results: StudyResults, arm: StudyArmName): MeanInterval {
  return pairedBootstrap(
    passByDesign(results, arm),
    ceilings(arm, heldOutDesigns()),
    BOOTSTRAP,
  );
}

/** A row of the arms' table. */
export interface StudyArmRow {
  arm: StudyArmName;
  /** pass@1 over all designs, and its mean ceiling. */
  pass: number;
  ceiling: number;
  machines: number;
  wirings: number;
  /** pass@1 of each seed. */
  seeds: number[];
  /** pass@1 of designs that no design of the training does alike. */
  unseen: number;
}

/** The arms' table. */
export function studyArmRows(results: StudyResults): StudyArmRow[] {
  const designs = heldOutDesigns();
  const machine = designs.map(({ kind }) => kind === "machine");
  const seen = columnMeans(results.runs.map((run) => [...run.seen].map(Number)));
  return results.runs[0]!.arms.map(({ arm }) => {
    const pass = passByDesign(results, arm);
    const where = (keep: (i: number) => boolean) => mean(pass.filter((_, i) => keep(i)));
    return {
      arm,
      pass: mean(pass),
      ceiling: mean(ceilings(arm, designs)),
      machines: where((i) => machine[i]!),
      wirings: where((i) => !machine[i]!),
      seeds: armsOf(results, arm).map((each) => mean([...each.pass].map(Number))),
      unseen: where((i) => seen[i] === 0),
    };
  });
}

/** Machines of one size in an arm. */
export interface StudySizeRow {
  states: number;
  /** Shares of right transitions and of declared states, and of machines that are right as a whole. */
  transitions: number;
  declared: number;
  pass: number;
  /** Share of right transitions in each seed. */
  seeds: number[];
}

/** Machines by number of states (experiment E4). */
export function studySizeRows(results: StudyResults, arm: StudyArmName): StudySizeRow[] {
  const machines = heldOutDesigns().filter(({ kind }) => kind === "machine");
  const arms = armsOf(results, arm);
  const pass = passByDesign(results, arm);
  const sizes = [...new Set(machines.map(sizeOf))];
  return sizes.map((states) => {
    const places = machines.flatMap((design, i) => sizeOf(design) === states ? [i] : []);
    const of = (values: readonly number[]) => mean(places.map((i) => values[i]!));
    const seeds = arms.map(({ transitions }) => of(transitions));
    return {
      states,
      transitions: mean(seeds),
      declared: mean(arms.map((each) => of(each.states))),
      pass: of(pass),
      seeds,
    };
  });
}

/** An arm on designs that no training has shown, by how long the models were trained. */
export interface UnseenRow {
  arm: StudyArmName;
  steps: number;
  /** Seeds behind the means. */
  seeds: number;
  pass: number;
  /** Mean share of right transitions of machines, and mean F1 of the wires of wirings. */
  transitions: number;
  edges: number;
}

function unseenArms({ unseen }: StudyResults, arm: StudyArmName, steps: number): StudyArmResult[] {
  return unseen.runs.filter((run) => run.steps === steps)
    .map(({ arms }) => arms.find((each) => each.arm === arm)!);
}

/** The arms' table on designs that no training has shown. */
export function unseenRows(results: StudyResults): UnseenRow[] {
  const lengths = [...new Set(results.unseen.runs.map(({ steps }) => steps))];
  return lengths.flatMap((steps) =>
    STUDY_ARM_NAMES.map((arm) => {
      const found = unseenArms(results, arm, steps);
      const share = (of: (each: StudyArmResult) => readonly number[]) =>
        mean(found.map((each) => mean(of(each))));
      return {
        arm,
        steps,
        seeds: found.length,
        pass: share(({ pass }) => [...pass].map(Number)),
        transitions: share(({ transitions }) => transitions),
        edges: share(({ edges }) => edges),
      };
    })
  );
}

/** {@linkcode passGain} on designs that no training has shown, for the models that were trained for `steps` steps. */
export function unseenGain(
  results: StudyResults,
  arm: StudyArmName,
  control: StudyArmName,
  steps = results.training.steps,
): MeanInterval {
  const [a, b] = [arm, control].map((name) =>
    columnMeans(unseenArms(results, name, steps).map(({ pass }) => [...pass].map(Number)))
  );
  return pairedBootstrap(a!, b!, BOOTSTRAP);
}
