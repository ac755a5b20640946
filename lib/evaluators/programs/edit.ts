/**
 * One small change of a program's text: what kind it is, where it stands, and the text after it.
 *
 * @module
 */

/** What a change touches. */
export type EditClass =
  | "syntactic"
  | "boundary"
  | "operator"
  | "operand"
  | "control"
  | "state"
  | "constant"
  | "cost"
  | "redundancy"
  | "style";

/** Classes whose mutants count as defects of function; the others are of quality. */
export const FUNCTIONAL_CLASSES: readonly EditClass[] = [
  "syntactic",
  "boundary",
  "operator",
  "operand",
  "control",
  "state",
  "constant",
];

/** One change of a text. */
export interface Edit {
  class: EditClass;
  operator: string;
  start: number;
  end: number;
  /** What stands there afterwards. */
  text: string;
  /** More changes of the same edit, behind the first and from left to right. */
  also?: readonly { start: number; end: number; text: string }[];
}

/** A text after an edit. */
export function applyEdit(text: string, { start, end, text: inserted, also = [] }: Edit): string {
  let changed = text;
  for (const part of [{ start, end, text: inserted }, ...also].toReversed()) {
    changed = changed.slice(0, part.start) + part.text + changed.slice(part.end);
  }
  return changed;
}
