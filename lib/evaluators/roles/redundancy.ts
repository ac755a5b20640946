/**
 * The redundancy role: what stands twice, and what nobody reads.
 *
 * @module
 */
import { type SyntaxNode, textOf, walk } from "offprint/syntax/mod.ts";
import { namesOf } from "../programs/names.ts";
import { Notes, type RoleReport, type Subject } from "./report.ts";

/** Statements at least so long count as clones wherever they stand. */
const CLONE_NODES = 25;

/** Doubled statements, equal branches, larger clones, variables that nobody reads. */
export function redundancyRole({ tree }: Subject): RoleReport {
  const notes = new Notes("redundancy");
  const plain = (node: SyntaxNode): string => textOf(tree, node).replaceAll(/\s+/g, " ");
  notes.spend(tree.nodes);
  for (const block of walk(tree.root)) {
    if (block.kind !== "statement_block" && block.kind !== "program") continue;
    const statements = block.children.filter(({ named }) => named);
    statements.forEach((node, at) => {
      const before = statements[at - 1];
      if (before !== undefined && plain(before) === plain(node)) {
        notes.add("error", "duplicate", node, "the same statement stands here twice");
      }
    });
  }
  notes.spend(tree.nodes);
  for (const node of walk(tree.root)) {
    if (node.kind !== "if_statement") continue;
    const otherwise = node.children.find(({ kind }) => kind === "else_clause")?.children.at(-1);
    if (otherwise !== undefined && plain(node.children[2]!) === plain(otherwise)) {
      notes.add("error", "branches", node, "both branches are the same");
    }
  }
  notes.spend(tree.nodes);
  const large = new Map<string, SyntaxNode>();
  for (const node of walk(tree.root)) {
    if (!/_statement$/.test(node.kind) || [...walk(node)].length < CLONE_NODES) continue;
    const text = plain(node);
    const first = large.get(text);
    if (first !== undefined) notes.add("error", "duplicate", node, "a longer part stands twice");
    else large.set(text, node);
  }
  notes.spend(tree.nodes);
  const { uses, declarations } = namesOf(tree);
  for (const { name, node, kind } of declarations) {
    // A name that begins with "_" says that nobody will read it.
    if (kind === "function" || name.startsWith("_") || uses.some((use) => use.name === name)) {
      continue;
    }
    notes.add("error", "unused", node, `nobody reads ${name}`);
  }
  return notes.report();
}
