/**
 * The syntax role: what a parser and a list of names can tell.
 *
 * @module
 */
import { type SyntaxNode, walk } from "offprint/syntax/mod.ts";
import { functionsOf, isFunction, namesOf } from "../programs/names.ts";
import { Notes, type RoleReport, type Subject } from "./report.ts";

const LOOP = /^(for_statement|for_in_statement|while_statement|do_statement)$/;

/** Places that do not parse, names that nobody declares, doubled parameters, `return` and `break` out of place. */
export function syntaxRole({ tree, task }: Subject): RoleReport {
  const notes = new Notes("syntax");
  notes.spend(tree.nodes);
  for (const node of walk(tree.root)) {
    if (node.kind === "ERROR" || node.missing) {
      const what = node.missing ? `"${node.kind}" is missing here` : "this does not parse";
      notes.add("error", "syntax", node, what);
    }
  }
  notes.spend(tree.nodes);
  const seen = new Set<string>();
  for (const { node, name, declared } of namesOf(tree).uses) {
    if (declared || seen.has(name)) continue;
    seen.add(name);
    notes.add("error", "undeclared", node, `${name} is declared nowhere`);
  }
  notes.spend(tree.nodes);
  const functions = functionsOf(tree);
  for (const { node, parameters } of functions) {
    const doubled = parameters.find((name, at) => parameters.indexOf(name) !== at);
    if (doubled !== undefined) notes.add("error", "syntax", node, `two parameters ${doubled}`);
  }
  if (!tree.hasError && !functions.some(({ name }) => name === task.entry)) {
    const text = `there is no function ${task.entry}`;
    // Where the name occurs in another form the function may be there all the same.
    if (!tree.text.includes(task.entry)) notes.add("error", "syntax", tree.root, text);
  }
  notes.spend(tree.nodes);
  const visit = (node: SyntaxNode, inFunction: boolean, inLoop: boolean): void => {
    if (node.kind === "return_statement" && !inFunction) {
      notes.add("error", "syntax", node, "return outside a function");
    }
    if (/^(break|continue)_statement$/.test(node.kind) && !inLoop) {
      notes.add("error", "syntax", node, `${node.kind.split("_")[0]} outside a loop`);
    }
    const own = isFunction(node);
    const loop = LOOP.test(node.kind) || node.kind === "switch_statement";
    for (const child of node.children) visit(child, inFunction || own, loop || (inLoop && !own));
  };
  visit(tree.root, false, false);
  return notes.report();
}
