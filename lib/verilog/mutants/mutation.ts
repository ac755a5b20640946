/**
 * What a mutant is: a rule, a class that tools must confirm, and edits that can be undone.
 *
 * @module
 */
import type { SyntaxNode } from "../language/syntax_tree.ts";
import { lineAt } from "../language/syntax_tree.ts";

/**
 * Classes of mutants, by what is wrong. `syntax`: every parser must reject it. `elaboration`: elaboration
 * must reject it. `drivers`: accepted, but Yosys's `check` must complain. `behaviour`: accepted everywhere,
 * behaves differently. (What behaves the same is not a mutant and is dropped.)
 */
export type MutationClass = "syntax" | "elaboration" | "drivers" | "behaviour";

/** The rules of the catalogue. */
export const MUTATION_RULES = [
  ...[
    "word.semicolon",
    "word.keyword",
    "word.operand",
    "word.insert",
    "punct.extra",
    "punct.missing",
  ],
  ...["cond.empty", "cond.drop", "type.reg2wire", "type.wire2reg", "name.undeclared"],
  ...["width.plus", "width.minus", "width.drop", "op.swap", "edge.swap", "const.off"],
  ...["driver.conflict", "driver.none", "driver.loop"],
] as const;

/** One of {@linkcode MUTATION_RULES}. */
export type MutationRule = (typeof MUTATION_RULES)[number];

/** Replace `removed`, which stands at `start`, by `inserted`. */
export interface Edit {
  start: number;
  removed: string;
  inserted: string;
}

/** One possible mutation of a text. */
export interface Mutation {
  rule: MutationRule;
  class: MutationClass;
  edits: Edit[];
  /** Line of the first edit, from 1. */
  line: number;
}

/** Collects mutations of one text. */
export class MutationList {
  readonly text: string;
  readonly found: Mutation[] = [];

  constructor(text: string) {
    this.text = text;
  }

  /** Adds the mutation that replaces `text[start, end)` by `inserted`. */
  replace(
    rule: MutationRule,
    kind: MutationClass,
    { start, end }: { start: number; end: number },
    inserted: string,
  ): void {
    const removed = this.text.slice(start, end);
    if (removed === inserted) return;
    this.found.push({
      rule,
      class: kind,
      edits: [{ start, removed, inserted }],
      line: lineAt(this.text, start),
    });
  }
}

/**
 * The text after the edits, which must not overlap.
 *
 * @throws {RangeError} when an edit does not fit the text.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const { start, removed, inserted } of [...edits].sort((a, b) => b.start - a.start)) {
    if (result.slice(start, start + removed.length) !== removed) {
      throw new RangeError(
        `applyEdits: got an edit of "${removed}" at ${start}, expected a text that has it`,
      );
    }
    result = result.slice(0, start) + inserted + result.slice(start + removed.length);
  }
  return result;
}

/** The text before the edits. @throws {RangeError} when the text is not one that the edits made. */
export function undoEdits(text: string, edits: readonly Edit[]): string {
  let shift = 0;
  const back = [...edits].sort((a, b) => a.start - b.start).map(({ start, removed, inserted }) => {
    const edit = { start: start + shift, removed: inserted, inserted: removed };
    shift += inserted.length - removed.length;
    return edit;
  });
  return applyEdits(text, back);
}

/** A node and its ancestors, outermost first. */
export interface PlacedNode {
  node: SyntaxNode;
  path: readonly SyntaxNode[];
}
