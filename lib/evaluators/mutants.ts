/**
 * Mutants of a program that are known to be defective, or known to be right and merely worse.
 *
 * @module
 */
import { type Random, stream } from "offprint/random.ts";
import type { SandboxPool } from "offprint/sandbox/mod.ts";
import { judgeAll, passesAll } from "./judge.ts";
import { applyEdit, type Edit, type EditClass, FUNCTIONAL_CLASSES } from "./programs/edit.ts";
import { editsOf } from "./programs/edits.ts";
import type { Task } from "./records/contract.ts";

/** A mutant with the hidden tests that kill it; none for one of quality, which passes all of them. */
export interface Mutant {
  edit: Edit;
  /** Line of the change, from 1. For analysis alone: evaluators never see it. */
  line: number;
  killedBy: number[];
}

/** Mutants of one task. */
export interface MutantSet {
  task: string;
  mutants: Mutant[];
  /** Edits of function that no hidden test notices, and edits of quality that change a value: left out. */
  leftOut: { class: EditClass; operator: string; line: number }[];
}

/** Mutants kept of one task, and edits tried. */
const KEPT = 12, TRIED = 30;

/**
 * Draws mutants of a reference: classes in turn, at random within a class, each judged by the hidden tests. Kept are
 * those of function that a test kills, and those of quality that pass all tests.
 */
export async function drawMutants(
  task: Task,
  reference: string,
  options: { seed: number; sandbox: SandboxPool },
): Promise<MutantSet> {
  const edits = inTurn(await editsOf(reference), stream(options.seed, "mutants", task.id))
    .slice(0, TRIED);
  const texts = edits.map((edit) => applyEdit(reference, edit));
  const outcomes = await judgeAll(task, texts, options.sandbox);
  const set: MutantSet = { task: task.id, mutants: [], leftOut: [] };
  edits.forEach((edit, at) => {
    const line = reference.slice(0, edit.start).split("\n").length;
    const functional = FUNCTIONAL_CLASSES.includes(edit.class);
    const killed = !passesAll(outcomes[at]!);
    if (functional !== killed) {
      set.leftOut.push({ class: edit.class, operator: edit.operator, line });
    } else if (set.mutants.length < KEPT) {
      const killedBy = outcomes[at]!.tests.flatMap((status, test) => status === "pass" ? [] : test);
      set.mutants.push({ edit, line, killedBy });
    }
  });
  return set;
}

/** Edits in an order in which every class has its turn; texts that come twice are taken once. */
function inTurn(edits: readonly Edit[], random: Random): Edit[] {
  const classes = new Map<EditClass, Edit[]>();
  for (const edit of edits) {
    const group = classes.get(edit.class) ?? [];
    group.push(edit);
    classes.set(edit.class, group);
  }
  const groups = [...classes.keys()].sort().map((name) => random.shuffle(classes.get(name)!));
  const ordered: Edit[] = [];
  while (groups.some((group) => group.length > 0)) {
    for (const group of groups) {
      const edit = group.shift();
      if (edit !== undefined) ordered.push(edit);
    }
  }
  return ordered;
}
