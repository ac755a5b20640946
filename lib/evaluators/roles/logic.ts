/**
 * The logic role: rules on control and data flow. Nothing is run.
 *
 * @module
 */
import { type SyntaxNode, type SyntaxTree, textOf, walk } from "offprint/syntax/mod.ts";
import { type FunctionNode, functionsOf, isFunction } from "../programs/names.ts";
import { Notes, type RoleReport, type Subject } from "./report.ts";

/** A rule: what it looks at, and what it says. */
type LogicRule = (tree: SyntaxTree, notes: Notes) => void;

const RULES: readonly LogicRule[] = [
  comparesWithItself,
  constantCondition,
  loopWithoutUpdate,
  loopAgainstItsBound,
  indexBeyondTheEnd,
  unreachable,
  leavesAtOnce,
  pathWithoutReturn,
  endlessRecursion,
  resetInTheLoop,
];

/** Applies every rule; each costs a look at every node. */
export function logicRole({ tree }: Subject): RoleReport {
  const notes = new Notes("logic");
  for (const rule of RULES) {
    notes.spend(tree.nodes);
    rule(tree, notes);
  }
  return notes.report();
}

function nodes(tree: SyntaxTree, ...kinds: string[]): SyntaxNode[] {
  return [...walk(tree.root)].filter(({ kind }) => kinds.includes(kind));
}

function comparesWithItself(tree: SyntaxTree, notes: Notes): void {
  for (const node of nodes(tree, "binary_expression")) {
    const [left, operator, right] = node.children.map((child) => textOf(tree, child));
    if (left === right && /^[<>=!]|^-$|^\/$|^%$|^\^$/.test(operator ?? "")) {
      notes.add("error", "operand", node, `${left} is compared or combined with itself`);
    }
  }
}

function constantCondition(tree: SyntaxTree, notes: Notes): void {
  for (const node of nodes(tree, "if_statement", "while_statement", "ternary_expression")) {
    const condition = node.kind === "ternary_expression"
      ? node.children[0]!
      : node.children.find(({ kind }) => kind === "parenthesized_expression");
    if (condition === undefined) continue;
    const variable = [...walk(condition)].some(({ kind }) =>
      ["identifier", "call_expression", "member_expression"].includes(kind)
    );
    const loopsOn = node.kind === "while_statement" && /^\(true\)$/.test(textOf(tree, condition));
    if (!variable && !loopsOn) {
      notes.add("error", "control", condition, "this condition is always the same");
    }
  }
}

/** Names that an expression reads, members of lists by the list's name. */
function namesIn(tree: SyntaxTree, node: SyntaxNode): Set<string> {
  return new Set(
    [...walk(node)].filter(({ kind }) => kind === "identifier").map((each) => textOf(tree, each)),
  );
}

/** Names that a part of a program may change: assigned, counted up, given to a call, or asked by a method. */
function changedIn(tree: SyntaxTree, node: SyntaxNode): Set<string> {
  const changed = new Set<string>();
  for (const each of walk(node)) {
    const [first] = each.children;
    const target = {
      assignment_expression: first,
      augmented_assignment_expression: first,
      update_expression: each.children.find(({ named }) => named),
      variable_declarator: first,
    }[each.kind];
    if (target !== undefined) { for (const name of namesIn(tree, target)) changed.add(name); }
    if (each.kind === "call_expression" && first?.kind === "member_expression") {
      const method = textOf(tree, first.children.at(-1)!);
      if (/^(push|pop|shift|unshift|splice|add|delete|set|sort|reverse|clear)$/.test(method)) {
        for (const name of namesIn(tree, first.children[0]!)) changed.add(name);
      }
    }
  }
  return changed;
}

function leaves(body: SyntaxNode): boolean {
  const visit = (node: SyntaxNode, inLoop: boolean): boolean => {
    if (node.kind === "return_statement" || node.kind === "throw_statement") return true;
    if (node.kind === "break_statement" && !inLoop) return true;
    if (isFunction(node)) return false;
    const loop = inLoop || /^(for|while|do|switch)/.test(node.kind) && node !== body;
    return node.children.some((child) => visit(child, loop));
  };
  return visit(body, false);
}

function loopWithoutUpdate(tree: SyntaxTree, notes: Notes): void {
  for (const node of nodes(tree, "while_statement")) {
    const condition = node.children.find(({ kind }) => kind === "parenthesized_expression");
    const body = node.children.at(-1)!;
    if (condition === undefined || leaves(body)) continue;
    const changed = changedIn(tree, body);
    // Under && a change of either side may end it; names in comparisons are what counts.
    const read = [...namesIn(tree, condition)];
    if (read.length > 0 && !read.some((name) => changed.has(name))) {
      notes.add("error", "endless", node, `nothing in the loop changes ${read.join(" or ")}`);
    }
  }
}

function loopAgainstItsBound(tree: SyntaxTree, notes: Notes): void {
  for (const node of nodes(tree, "for_statement")) {
    const condition = node.children.find(({ kind }) => /binary_expression/.test(kind)) ??
      node.children.flatMap(({ kind, children }) => kind === "expression_statement" ? children : [])
        .find(({ kind }) => kind === "binary_expression");
    const update = node.children.findLast(({ kind }) =>
      kind === "update_expression" || kind === "augmented_assignment_expression"
    );
    if (condition === undefined || update === undefined) continue;
    const [left, operator] = condition.children.map((child) => textOf(tree, child));
    const step = textOf(tree, update);
    if (!step.includes(left!)) continue;
    const up = /\+\+|\+=/.test(step);
    if ((up && /^>/.test(operator!)) || (!up && /^</.test(operator!))) {
      notes.add(
        "error",
        "endless",
        node,
        `${step} leads away from the bound in ${textOf(tree, condition)}`,
      );
    }
  }
}

function indexBeyondTheEnd(tree: SyntaxTree, notes: Notes): void {
  for (const node of nodes(tree, "for_statement", "while_statement")) {
    for (const each of walk(node)) {
      if (each.kind !== "binary_expression") continue;
      const [left, operator, right] = each.children.map((child) => textOf(tree, child));
      const list = right?.match(/^(\w+)\.length$/)?.[1];
      if (operator !== "<=" || list === undefined) continue;
      const body = textOf(tree, node.children.at(-1)!);
      if (body.includes(`${list}[${left}]`)) {
        notes.add("error", "boundary", each, `${list}[${left}] goes one beyond the end`);
      }
    }
  }
}

const ENDS = /^(return|break|continue|throw)_statement$/;

function unreachable(tree: SyntaxTree, notes: Notes): void {
  for (const block of nodes(tree, "statement_block")) {
    const statements = block.children.filter(({ named }) => named);
    const end = statements.findIndex(({ kind }) => ENDS.test(kind));
    const next = statements[end + 1];
    if (end >= 0 && next !== undefined && next.kind !== "function_declaration") {
      notes.add("error", "control", next, "this is never reached");
    }
  }
}

/** A loop whose body always ends in the first turn. */
function leavesAtOnce(tree: SyntaxTree, notes: Notes): void {
  for (const node of nodes(tree, "for_statement", "for_in_statement", "while_statement")) {
    const last = node.children.at(-1)!.children.filter(({ named }) => named).at(-1);
    if (last !== undefined && /^(return|break)_statement$/.test(last.kind)) {
      const other = [...walk(node)].some(({ kind }) => kind === "continue_statement");
      if (!other) notes.add("error", "control", last, "the loop ends in its first turn");
    }
  }
}

function alwaysEnds(node: SyntaxNode): boolean {
  if (node.kind === "return_statement" || node.kind === "throw_statement") return true;
  if (node.kind === "statement_block") return node.children.some(alwaysEnds);
  if (node.kind === "else_clause") return alwaysEnds(node.children.at(-1)!);
  if (node.kind === "if_statement") {
    const otherwise = node.children.find(({ kind }) => kind === "else_clause");
    return otherwise !== undefined && alwaysEnds(otherwise) && alwaysEnds(node.children[2]!);
  }
  return false;
}

function ownReturns({ body }: FunctionNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node !== body && isFunction(node)) return;
    if (node.kind === "return_statement") found.push(node);
    node.children.forEach(visit);
  };
  visit(body);
  return found;
}

function pathWithoutReturn(tree: SyntaxTree, notes: Notes): void {
  for (const each of functionsOf(tree)) {
    if (each.body.kind !== "statement_block") continue;
    const withValue = ownReturns(each).filter(({ children }) =>
      children.some(({ named }) => named)
    );
    const endless = each.body.children.some((node) =>
      node.kind === "while_statement" && /^while \(true\)/.test(textOf(tree, node))
    );
    if (withValue.length > 0 && !alwaysEnds(each.body) && !endless) {
      notes.add(
        "error",
        "return",
        each.body,
        `${each.name ?? "a function"} can end without a value`,
      );
    }
    if (withValue.length === 0 && each.name !== undefined && each === functionsOf(tree)[0]) {
      notes.add("error", "return", each.body, `${each.name} never returns a value`);
    }
  }
}

function endlessRecursion(tree: SyntaxTree, notes: Notes): void {
  for (const each of functionsOf(tree)) {
    if (each.name === undefined) continue;
    const calls = [...walk(each.body)].filter((node) =>
      node.kind === "call_expression" && textOf(tree, node.children[0]!) === each.name
    );
    if (calls.length === 0) continue;
    for (const call of calls) {
      const args = (call.children[1]?.children ?? []).filter(({ named }) => named)
        .map((node) => textOf(tree, node));
      if (args.length > 0 && args.every((text, at) => text === each.parameters[at])) {
        notes.add("error", "endless", call, "it calls itself with the same arguments");
      }
    }
    const conditional = [...walk(each.body)].some(({ kind }) =>
      ["if_statement", "ternary_expression", "for_statement", "for_in_statement", "while_statement"]
        .includes(kind)
    );
    if (!conditional) {
      notes.add("error", "base case", each.body, `${each.name} calls itself on every path`);
    }
  }
}

/** A variable from outside that each turn sets to a constant before it is added to. */
function resetInTheLoop(tree: SyntaxTree, notes: Notes): void {
  for (const loop of nodes(tree, "for_statement", "for_in_statement", "while_statement")) {
    const [first] = loop.children.at(-1)!.children.filter(({ named }) => named);
    const set = first?.kind === "expression_statement" ? first.children[0] : undefined;
    if (set?.kind !== "assignment_expression") continue;
    const [target, , value] = set.children;
    if (target?.kind !== "identifier" || value?.kind !== "number") continue;
    const name = textOf(tree, target);
    const inner = nodes({ ...tree, root: loop }, "augmented_assignment_expression")
      .some((node) => textOf(tree, node.children[0]!) === name);
    const outside = nodes(tree, "variable_declarator").some((node) =>
      textOf(tree, node.children[0]!) === name && node.end < loop.start
    );
    if (inner && outside) {
      notes.add("error", "state", set, `${name} starts anew in every turn`);
    }
  }
}
