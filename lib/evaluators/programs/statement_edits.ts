/**
 * Edits of whole statements: deleted, doubled, left early, or made costlier.
 *
 * @module
 */
import { type SyntaxNode, type SyntaxTree, textOf, walk } from "offprint/syntax/mod.ts";
import type { Edit } from "./edit.ts";
import { functionsOf } from "./names.ts";

const STATEMENTS = new Set([
  "expression_statement",
  "return_statement",
  "if_statement",
  "for_statement",
  "for_in_statement",
  "while_statement",
  "lexical_declaration",
  "break_statement",
  "continue_statement",
]);

/** Edits of the statements of a block: deleting, doubling, resetting, returning early. They are added to `edits`. */
export function statementEdits(tree: SyntaxTree, block: SyntaxNode, edits: Edit[]): void {
  const inLoop = loopBodies(tree).has(block);
  const counted = accumulators(tree);
  for (const node of block.children) {
    if (!STATEMENTS.has(node.kind)) continue;
    const text = textOf(tree, node);
    const at = { start: node.start, end: node.end };
    const before = { start: node.start, end: node.start };
    if (node.kind === "expression_statement") {
      const kind = inLoop ? "state" : "control";
      edits.push({ class: kind, operator: "delete statement", ...at, text: "" });
      edits.push({
        class: "redundancy",
        operator: "double statement",
        ...before,
        text: `${text} `,
      });
    }
    if (node.kind === "if_statement" && /^\s*if[^{]*\{\s*return[^{}]*\}\s*$/.test(text)) {
      edits.push({ class: "control", operator: "delete base case", ...at, text: "" });
    }
    if (node.kind === "return_statement") {
      edits.push({
        class: "redundancy",
        operator: "dead store",
        ...before,
        text: "let unused = 0; ",
      });
      const [, value] = node.children;
      if (value !== undefined && value.named && value.kind !== "identifier") {
        edits.push({
          class: "redundancy",
          operator: "same branches",
          ...at,
          text: `if (${textOf(tree, value)}) { ${text} } else { ${text} }`,
        });
      }
    }
    const loop = node.kind.startsWith("for") || node.kind === "while_statement";
    if (loop) {
      for (
        const name of counted.filter(({ start }) => start < node.start).map(({ name }) => name)
      ) {
        const body = node.children.at(-1)!;
        if (body.kind !== "statement_block" || !assigns(tree, body, name)) continue;
        const reset = { start: body.start + 1, end: body.start + 1, text: ` ${name} = 0;` };
        edits.push({ class: "state", operator: "reset inside the loop", ...reset });
      }
      const body = node.children.at(-1)!;
      if (body.kind === "statement_block") {
        edits.push({
          class: "control",
          operator: "leave the loop",
          start: body.end - 1,
          end: body.end - 1,
          text: " break; ",
        });
        for (const list of listParameters(tree)) {
          edits.push({
            class: "cost",
            operator: "scan inside the loop",
            start: body.start + 1,
            end: body.start + 1,
            text: ` if (${list}.indexOf(${list}) >= 0) { break; }`,
          });
          edits.push({
            class: "cost",
            operator: "sort inside the loop",
            start: body.start + 1,
            end: body.start + 1,
            text: ` Array.from(${list}).sort();`,
          });
        }
      }
    }
  }
}

function loopBodies(tree: SyntaxTree): Set<SyntaxNode> {
  const bodies = new Set<SyntaxNode>();
  for (const node of walk(tree.root)) {
    if (/^(for_statement|for_in_statement|while_statement)$/.test(node.kind)) {
      bodies.add(node.children.at(-1)!);
    }
  }
  return bodies;
}

/** Variables that start as a number. */
function accumulators(tree: SyntaxTree): { name: string; start: number }[] {
  return [...walk(tree.root)].flatMap((node) => {
    if (node.kind !== "variable_declarator") return [];
    const [name, , value] = node.children;
    return name?.kind === "identifier" && value?.kind === "number"
      ? [{ name: textOf(tree, name), start: node.start }]
      : [];
  });
}

function assigns(tree: SyntaxTree, body: SyntaxNode, name: string): boolean {
  return [...walk(body)].some((node) =>
    (node.kind === "augmented_assignment_expression" || node.kind === "assignment_expression" ||
      node.kind === "update_expression") &&
    node.children.some((child) => child.kind === "identifier" && textOf(tree, child) === name)
  );
}

/** Parameters that are iterated over, indexed or asked for their length. */
function listParameters(tree: SyntaxTree): string[] {
  const outer = functionsOf(tree)[0];
  if (outer === undefined) return [];
  return outer.parameters.filter((name) =>
    new RegExp(`\\b${name}(\\.length|\\[)|of ${name}\\b`).test(tree.text)
  );
}
