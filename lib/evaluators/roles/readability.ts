/**
 * The readability role: depth, length, names and bare numbers. It knows nothing of what a program does.
 *
 * @module
 */
import { type SyntaxNode, textOf, walk } from "offprint/syntax/mod.ts";
import { functionsOf, namesOf } from "../programs/names.ts";
import { Notes, type RoleReport, type Subject } from "./report.ts";

const DEEPEST = 4;
const MOST_LINES = 40;
const LONGEST_LINE = 100;
const MOST_BARE_NUMBERS = 4;
/** Names of one letter that everybody reads. */
const USUAL_LETTERS = /^[a-ci-kmnr-tx-z_]$/;

/** Nesting, long functions and lines, unusual names of one letter, many bare numbers. */
export function readabilityRole({ tree }: Subject): RoleReport {
  const notes = new Notes("readability");
  notes.spend(tree.nodes);
  const visit = (node: SyntaxNode, depth: number, parent = ""): void => {
    // A chain of "else if" is one level.
    const opens = /^(if|for|for_in|while)_statement$/.test(node.kind) && parent !== "else_clause";
    const deeper = opens ? depth + 1 : depth;
    if (deeper > DEEPEST && deeper > depth) {
      notes.add("error", "style", node, `nested ${deeper} deep`);
    }
    for (const child of node.children) visit(child, deeper, node.kind);
  };
  visit(tree.root, 0);
  notes.spend(tree.nodes);
  for (const { node, name } of functionsOf(tree)) {
    const lines = textOf(tree, node).split("\n").length;
    if (lines > MOST_LINES) {
      notes.add("error", "style", node, `${name ?? "a function"} has ${lines} lines`);
    }
  }
  let at = 0;
  for (const line of tree.text.split("\n")) {
    if (line.length > LONGEST_LINE) {
      notes.add(
        "warning",
        "style",
        { start: at, end: at + line.length },
        `a line of ${line.length}`,
      );
    }
    at += line.length + 1;
  }
  notes.spend(tree.nodes);
  for (const { name, node } of namesOf(tree).declarations) {
    if (name.length === 1 && !USUAL_LETTERS.test(name)) {
      notes.add("error", "style", node, `the name ${name} says nothing`);
    }
  }
  notes.spend(tree.nodes);
  const bare = [...walk(tree.root)].filter((node) =>
    node.kind === "number" && !/^(0|1|2|10|100)$/.test(textOf(tree, node))
  );
  if (bare.length > MOST_BARE_NUMBERS) {
    notes.add("warning", "style", bare[0]!, `${bare.length} numbers without a name`);
  }
  return notes.report();
}
