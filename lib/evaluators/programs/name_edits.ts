/**
 * Edits of names: another variable, a declaration renamed without its uses, a name of one letter.
 *
 * @module
 */
import type { SyntaxTree } from "offprint/syntax/mod.ts";
import type { Edit } from "./edit.ts";
import { functionsOf, isFunction, namesOf } from "./names.ts";

/** Another name in scope, a declaration renamed without its uses, and names of one letter. They are added to `edits`. */
export function nameEdits(tree: SyntaxTree, edits: Edit[]): void {
  const { uses, declarations } = namesOf(tree);
  for (const { node, name, visible, declared } of uses) {
    if (!declared) continue;
    const local = visible.filter((other) =>
      other !== name &&
      declarations.some(({ name: own, kind }) => own === other && kind !== "function")
    );
    for (const other of [...new Set(local)].slice(0, 3)) {
      edits.push({
        class: "operand",
        operator: "another variable",
        start: node.start,
        end: node.end,
        text: other,
      });
    }
  }
  const functions = functionsOf(tree);
  for (const { node, name, kind } of declarations) {
    if (kind === "function") continue;
    const own = uses.filter((use) => use.name === name);
    if (own.length > 0) {
      const { start, end } = node;
      edits.push({
        class: "syntactic",
        operator: "rename the declaration",
        start,
        end,
        text: `${name}Old`,
      });
      const owner = functions.findLast((each) =>
        isFunction(each.node) && each.node.start <= start && end <= each.node.end
      );
      // With two declarations of one name the uses of both would be renamed.
      const once = declarations.filter((other) => other.name === name).length === 1;
      if (name.length > 2 && once && owner !== undefined) {
        const places = [node, ...own.map((use) => use.node)].sort((a, b) => a.start - b.start)
          .map((each) => ({ start: each.start, end: each.end, text: "q" }));
        edits.push({
          class: "style",
          operator: "name of one letter",
          ...places[0]!,
          also: places.slice(1),
        });
      }
    }
  }
}
