/**
 * What the arms answered, as rows for tables and figures. All shares are from 0 to 1.
 *
 * @module
 */
import { mean } from "offprint/stats.ts";
import type { MutationClass } from "offprint/verilog/mutants/mod.ts";
import type { Asked, Results } from "offprint/verilog/problems/mod.ts";
import { answersOf, type ArmAsked, compileRates, passRates, seedsOf } from "./compare_arms.ts";

/** An arm and the form in which it is asked, with a name for tables. */
export interface ArmForm {
  arm: string;
  asking: string;
  label: string;
}

/** All arms of the main comparison, each asked in words and given the header in its own form. */
export const ARM_FORMS: readonly ArmForm[] = [
  { arm: "raw", asking: "description", label: "code, asked in words" },
  { arm: "completion", asking: "description", label: "completion, asked in words" },
  { arm: "aligned", asking: "description", label: "aligned, asked in words" },
  { arm: "raw", asking: "header", label: "code, given the header" },
  { arm: "completion", asking: "header", label: "completion, given the header" },
  { arm: "aligned", asking: "description and header", label: "aligned, words and header" },
];

/** What an arm reaches on one set of problems. */
export type ArmShares = {
  set: string;
  label: string;
  problems: number;
  /** Share of answers that pass their bench. */
  pass1: number;
  /** Chance that one of five answers passes. */
  pass5: number;
  /** Share of answers that compile. */
  compiles: number;
};

/** The same of one training. */
export type ArmRow = ArmShares & { seed: number };

/** The same averaged over several trainings. */
export type MeanArmRow = ArmShares & { seeds: number };

/** One row for each set of problems, form and training of which there are answers. */
export function armRows(
  results: Results,
  sets: readonly string[],
  forms: readonly ArmForm[] = ARM_FORMS,
): ArmRow[] {
  return sets.flatMap((set) =>
    forms.flatMap(({ arm, asking, label }) =>
      seedsOf(results, { arm, set, asking }).map((seed) => {
        const asked = answersOf(results, { arm, set, asking }, seed);
        return {
          set,
          label,
          seed,
          problems: asked.names.length,
          pass1: mean(passRates(asked)),
          pass5: mean(passRates(asked, 5)),
          compiles: mean(compileRates(asked)),
        };
      })
    )
  );
}

/** The same, averaged over the trainings. */
export function meanArmRows(rows: readonly ArmRow[]): MeanArmRow[] {
  return [...Map.groupBy(rows, ({ set, label }) => `${set}\n${label}`).values()].map((group) => {
    const { set, label, problems } = group[0]!;
    const over = (key: "pass1" | "pass5" | "compiles") => mean(group.map((row) => row[key]));
    return {
      set,
      label,
      seeds: group.length,
      problems,
      pass1: over("pass1"),
      pass5: over("pass5"),
      compiles: over("compiles"),
    };
  });
}

/** Trainings of which both arms were asked what they are compared on. */
export function sharedSeeds(results: Results, one: ArmAsked, other: ArmAsked): number[] {
  const others = new Set(seedsOf(results, other));
  return seedsOf(results, one).filter((seed) => others.has(seed));
}

/** How many broken designs one way of answering repairs, by the class of the mistake. */
export interface RepairRow {
  problems: number;
  pass1: number;
  /** Of designs with a syntax error, and of those with an error in names or types. */
  syntax: number;
  elaboration: number;
  /** Share of answers that a bench can run. */
  compiles: number;
}

/** Repairs by class; the groups of the answers are the classes. */
export function repairRow(asked: Asked): RepairRow {
  const rates = passRates(asked);
  const ofClass = (name: MutationClass) => mean(rates.filter((_, at) => asked.groups[at] === name));
  return {
    problems: asked.names.length,
    pass1: mean(rates),
    syntax: ofClass("syntax"),
    elaboration: ofClass("elaboration"),
    compiles: mean(compileRates(asked)),
  };
}
