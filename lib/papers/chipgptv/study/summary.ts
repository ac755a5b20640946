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

type Runs = Pick<StudyResults | StudyResults["unseen"], "runs">;

function armsOf({ runs }: Runs, arm: StudyArmName): StudyArmResult[] {
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

function passIn(runs: Runs, arm: StudyArmName): number[] {
  return columnMeans(armsOf(runs, arm).map(({ pass }) => [...pass].map(Number)));
}

/** pass@1 of each held-out design in an arm, averaged over seeds. */
export function passByDesign(results: StudyResults, arm: StudyArmName): number[] {
  return passIn(results, arm);
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
  /** Shares of right transitions, declared states and right outputs, and of machines that are right as a whole. */
  transitions: number;
  declared: number;
  outputs: number;
  pass: number;
  /** Share of right transitions in each seed. */
  seeds: number[];
}

/** Machines by number of states. */
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
      outputs: mean(arms.map((each) => of(each.outputs))),
      pass: of(pass),
      seeds,
    };
  });
}

/** An arm on designs that no training has shown. */
export interface UnseenRow {
  arm: StudyArmName;
  /** Seeds behind the means. */
  seeds: number;
  pass: number;
  /** Mean shares of right transitions and outputs of machines, and mean F1 of the wires of wirings. */
  transitions: number;
  outputs: number;
  edges: number;
}

/** The arms' table on designs that no training has shown. */
export function unseenRows(results: StudyResults): UnseenRow[] {
  return STUDY_ARM_NAMES.map((arm) => {
    const found = armsOf(results.unseen, arm);
    const share = (of: (each: StudyArmResult) => readonly number[]) =>
      mean(found.map((each) => mean(of(each))));
    return {
      arm,
      seeds: found.length,
      pass: share(({ pass }) => [...pass].map(Number)),
      transitions: share(({ transitions }) => transitions),
      outputs: share(({ outputs }) => outputs),
      edges: share(({ edges }) => edges),
    };
  });
}

/** {@linkcode passGain} on designs that no training has shown. */
export function unseenGain(
  { unseen }: StudyResults,
  arm: StudyArmName,
  control: StudyArmName,
): MeanInterval {
  return pairedBootstrap(passIn(unseen, arm), passIn(unseen, control), BOOTSTRAP);
}

/**
 * Asked with the graph of another design, on designs that no training has shown: share of answers that build what the graph
 * shows, less share that build the design whose name and purpose the prompt has.
 */
export function wrongGraphFollowed({ unseen }: StudyResults): MeanInterval {
  const arm = "T-vague+G-wrong";
  const follows = columnMeans(
    armsOf(unseen, arm).map((each) => [...each.follows!].map(Number)),
  );
  return pairedBootstrap(follows, passIn(unseen, arm), BOOTSTRAP);
}

/** Of machines that no training has shown, asked with names, purpose and graph: share of right outputs less share of right transitions. */
export function outputsOverTransitions({ unseen }: StudyResults): MeanInterval {
  const arms = armsOf(unseen, "T-vague+G");
  return pairedBootstrap(
    columnMeans(arms.map(({ outputs }) => outputs)),
    columnMeans(arms.map(({ transitions }) => transitions)),
    BOOTSTRAP,
  );
}
