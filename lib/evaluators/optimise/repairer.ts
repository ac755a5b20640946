/**
 * The offline optimiser: it reads findings, and tries small edits where they point.
 *
 * @module
 */
import type { Random } from "offprint/random.ts";
import { parseSyntax, type SyntaxTree } from "offprint/syntax/mod.ts";
import { applyEdit, type Edit } from "../programs/edit.ts";
import type { Aggregate, Finding, PublicTask } from "../records/contract.ts";
import { REPAIR_CATEGORIES, repairsFor } from "./templates.ts";

/** What rewrites a program: a repairer or a language model. It never sees hidden tests. */
export interface Optimiser {
  /** Candidates for the next program, none where it has nothing to suggest. */
  propose(
    task: PublicTask,
    text: string,
    aggregate: Aggregate,
    random: Random,
  ): Promise<string[]>;
}

/** How the repairer works. */
export interface RepairerOptions {
  /** Candidates of one iteration. Default 3. */
  proposals?: number;
  /**
   * Where it edits: where findings point (`found`), anywhere (`random`, a control), or on the known line of the
   * defect (a span: the upper bound, which only an oracle has).
   */
  where?: "found" | "random" | { start: number; end: number };
}

/** Draws of a span without any edit for it before a candidate is given up. */
const DRAWS = 6;

/**
 * A repairer that draws a finding with the sum of confidences over its span as weight, then an edit of its category that
 * touches the span. Notes carry no weight. Equal findings and random numbers give equal candidates.
 */
export function templateRepairer(
  { proposals = 3, where = "found" }: RepairerOptions = {},
): Optimiser {
  return {
    async propose(_task, text, { findings }, random) {
      const heard = findings.filter(({ severity }) => severity !== "note");
      if (heard.length === 0) return [];
      const tree = await parseSyntax("javascript", text);
      const cache = new Map<string, Edit[]>();
      const candidates = new Set<string>();
      for (let k = 0; k < proposals; k++) {
        const edit = drawn(tree, heard, where, random, cache);
        if (edit !== undefined) candidates.add(applyEdit(text, edit));
      }
      candidates.delete(text);
      return [...candidates];
    },
  };
}

function drawn(
  tree: SyntaxTree,
  findings: readonly Finding[],
  where: NonNullable<RepairerOptions["where"]>,
  random: Random,
  cache: Map<string, Edit[]>,
): Edit | undefined {
  const all = { start: 0, end: tree.text.length };
  for (let draw = 0; draw < DRAWS; draw++) {
    const { category, span } = findings[
      random.categorical(findings.map(({ confidence }) => Math.max(confidence, 1e-6)))
    ]!;
    const place = where === "found" ? span : where === "random" ? all : where;
    const key = `${category} ${place.start} ${place.end}`;
    let edits = cache.get(key);
    if (edits === undefined) {
      edits = repairsFor(tree, category, place);
      // Only an oracle knows the line better than the category.
      if (edits.length === 0 && typeof where === "object") {
        edits = REPAIR_CATEGORIES.flatMap((other) => repairsFor(tree, other, place));
      }
      cache.set(key, edits);
    }
    if (edits.length > 0) return edits[random.integer(edits.length)];
  }
  return undefined;
}
