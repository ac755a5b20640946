/**
 * Small changes of a JavaScript program, at every place where they can be made. Mutants are made with them, and the
 * repairer tries them.
 *
 * @module
 */
import {
  parseSyntax,
  type SyntaxNode,
  type SyntaxTree,
  textOf,
  walk,
} from "offprint/syntax/mod.ts";
import { functionsOf, isFunction, namesOf } from "./names.ts";

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

const SWAPS: Record<string, readonly (readonly [EditClass, string])[]> = {
  "<": [["boundary", "<="]],
  "<=": [["boundary", "<"]],
  ">": [["boundary", ">="]],
  ">=": [["boundary", ">"]],
  "+": [["operator", "-"]],
  "-": [["operator", "+"]],
  "*": [["operator", "/"]],
  "/": [["operator", "*"]],
  "%": [["operator", "/"]],
  "&": [["operator", "^"]],
  "^": [["operator", "&"]],
  "&&": [["operator", "||"]],
  "||": [["operator", "&&"]],
  "===": [["control", "!=="]],
  "!==": [["control", "==="]],
  "+=": [["operator", "-="], ["state", "="]],
  "-=": [["operator", "+="], ["state", "="]],
  "*=": [["operator", "/="]],
  "&=": [["operator", "^="]],
  "^=": [["operator", "&="]],
};

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

/** All edits of a program, in the order of the text. A program that does not parse has those of its readable parts. */
export async function editsOf(text: string): Promise<Edit[]> {
  return editsOfTree(await parseSyntax("javascript", text));
}

/** As {@linkcode editsOf}, of a tree. */
export function editsOfTree(tree: SyntaxTree): Edit[] {
  const edits: Edit[] = [];
  const put = (kind: EditClass, operator: string, node: SyntaxNode, text: string): void => {
    edits.push({ class: kind, operator, start: node.start, end: node.end, text });
  };
  const of = (node: SyntaxNode): string => textOf(tree, node);
  const visit = (node: SyntaxNode, parent: SyntaxNode | undefined): void => {
    const [first, second, third] = node.children;
    switch (node.kind) {
      case "binary_expression":
      case "augmented_assignment_expression":
        if (node.children.length === 3) {
          for (const [kind, other] of SWAPS[of(second!)] ?? []) {
            put(kind, `${of(second!)} to ${other}`, second!, other);
          }
          // Only operators that do not commute: exchanged operands of others would be the same program.
          if (/^[-/%]$/.test(of(second!))) {
            put("operand", "swap operands", node, `${of(third!)} ${of(second!)} ${of(first!)}`);
          }
          if (/^(<|>|<=|>=)$/.test(of(second!))) {
            put("boundary", "bound + 1", third!, `${of(third!)} + 1`);
            put("boundary", "bound - 1", third!, `${of(third!)} - 1`);
          }
          if (/^[+-]$/.test(of(second!)) && third!.kind === "number") {
            put("boundary", "drop a summand", node, of(first!));
          }
        }
        break;
      case "number": {
        const value = Number(of(node));
        if (value === 0 || value === 1) put("constant", "0 and 1", node, String(1 - value));
        if (Number.isInteger(value) && value > 0) {
          put("constant", "number + 1", node, String(value + 1));
          if (value > 1) put("constant", "number - 1", node, String(value - 1));
        }
        break;
      }
      case "subscript_expression": {
        const index = node.children.find(({ named, start }) => named && start > first!.end);
        if (index !== undefined) {
          put("boundary", "index + 1", index, `${of(index)} + 1`);
          put("boundary", "index - 1", index, `${of(index)} - 1`);
        }
        break;
      }
      case "arguments": {
        const given = node.children.filter(({ named }) => named);
        if (given.length >= 2) {
          edits.push({
            class: "operand",
            operator: "swap arguments",
            start: given[0]!.start,
            end: given[0]!.end,
            text: of(given[1]!),
            also: [{ start: given[1]!.start, end: given[1]!.end, text: of(given[0]!) }],
          });
        }
        if (parent !== undefined && /\.slice$|\.fill$|^Array$/.test(of(parent.children[0]!))) {
          for (const argument of given) {
            put("boundary", "argument + 1", argument, `${of(argument)} + 1`);
          }
        }
        break;
      }
      case "true":
      case "false":
        put("constant", "true and false", node, node.kind === "true" ? "false" : "true");
        break;
      case "array":
        if (node.children.length > 2 && parent?.kind === "return_statement") {
          put("constant", "empty list", node, "[]");
        }
        break;
      case "if_statement":
      case "while_statement": {
        const condition = node.children.find(({ kind }) => kind === "parenthesized_expression");
        if (condition !== undefined) put("control", "negate", condition, `(!${of(condition)})`);
        const otherwise = node.children.find(({ kind }) => kind === "else_clause");
        if (otherwise !== undefined) put("control", "delete else", otherwise, "");
        break;
      }
      case "break_statement":
        put("control", "break to continue", node, "continue;");
        break;
      case "continue_statement":
        put("control", "continue to break", node, "break;");
        break;
      case "update_expression":
        put(
          "operator",
          "++ and --",
          node,
          of(node).replace(/\+\+|--/, (s) => s === "++" ? "--" : "++"),
        );
        break;
      case "statement_block":
        statementEdits(tree, node, edits);
        break;
      case ")":
      case "]":
      case "}":
        put("syntactic", "delete bracket", node, "");
        break;
      case "return":
      case "else":
        put("syntactic", "delete keyword", node, "");
        break;
    }
    for (const child of node.children) visit(child, node);
  };
  visit(tree.root, undefined);
  nameEdits(tree, edits);
  return edits.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Edits of the statements of a block: deleting, doubling, resetting, returning early. */
function statementEdits(tree: SyntaxTree, block: SyntaxNode, edits: Edit[]): void {
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

/** Another name in scope, a declaration renamed without its uses, and names of one letter. */
function nameEdits(tree: SyntaxTree, edits: Edit[]): void {
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
