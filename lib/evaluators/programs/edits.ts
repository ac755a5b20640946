/**
 * Small changes of a JavaScript program, at every place where they can be made. Mutants are made with them, and the
 * repairer tries them.
 *
 * @module
 */
import { parseSyntax, type SyntaxNode, type SyntaxTree, textOf } from "offprint/syntax/mod.ts";
import type { Edit, EditClass } from "./edit.ts";
import { nameEdits } from "./name_edits.ts";
import { statementEdits } from "./statement_edits.ts";

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
