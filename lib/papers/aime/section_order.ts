/**
 * The order in which roles are asked and their sections stand. Six evaluators with a budget each say the same in any order; one
 * evaluator with all the rules may have spent its budget before it comes to the last ones, and an optimiser reads one section
 * before the other.
 *
 * @module
 */
import type { Budget } from "offprint/evaluators/mod.ts";
import { AIME, type Arm, armVerdict, GENERALIST, PAPER_ROLES, type PaperRole } from "./arms.ts";
import type { JudgedProgram } from "./opinions_study.ts";
import { defectiveOf, passingOf } from "./rates.ts";

/**
 * Every order of some items, n! lists.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ordersOf } from "offprint/papers/aime/mod.ts";
 *
 * assertEquals(ordersOf(["a", "b"]), [["a", "b"], ["b", "a"]]);
 * assertEquals(ordersOf([1, 2, 3, 4, 5, 6]).length, 720);
 * ```
 */
export function ordersOf<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((first, at) =>
    ordersOf(items.toSpliced(at, 1)).map((rest) => [first, ...rest])
  );
}

/** The generalist with the rules of its roles in an order. */
export function generalistInOrder(roles: readonly PaperRole[]): Arm {
  return { ...GENERALIST, name: `generalist: ${roles.join(", ")}`, roles };
}

/** The order in which the paper's released code asks the roles unless it is told another one. */
export const RELEASED_ORDER: readonly PaperRole[] = [
  "logic",
  "syntax",
  "readability",
  "redundancy",
  "correctness",
  "runtime",
];

/** What one order does. */
export interface OrderRates {
  order: PaperRole[];
  /** Detected defects and false alarms, as shares. */
  EDR: number;
  FAR: number;
}

/** Detection and false alarms of the generalist in each of the 720 orders. */
export function orderRates(programs: readonly JudgedProgram[], total: Budget): OrderRates[] {
  const [bad, good] = [defectiveOf(programs), passingOf(programs)];
  return ordersOf(PAPER_ROLES).map((order) => {
    const arm = generalistInOrder(order);
    const share = (of: readonly JudgedProgram[]): number =>
      of.filter((program) => armVerdict(arm, program, total).flagged).length / of.length;
    return { order, EDR: share(bad), FAR: share(good) };
  });
}

/** Loops in which all that is said comes in reverse order. */
export const REVERSED_ARMS: readonly Arm[] = [
  { ...AIME, name: "AIME-6, reversed", roles: PAPER_ROLES.toReversed() },
  { ...GENERALIST, name: "generalist, reversed", roles: PAPER_ROLES.toReversed() },
];
