/**
 * Mutations that no parser may accept (class `syntax`).
 *
 * @module
 */
import type { MutationList } from "./mutation.ts";
import type { Source } from "../language/parsed_source.ts";
import { childOf, type SyntaxNode } from "../language/syntax_tree.ts";

const DELETABLE = new Set(["end", "endmodule", "@", "begin"]);
const DOUBLED = new Set(
  [
    "assign",
    "always",
    "if",
    "case",
    "posedge",
    "negedge",
    "else",
    "begin",
    "end",
    "module",
    "endmodule",
    "endcase",
  ],
);
/** Words before which a name can begin nothing. */
const STATEMENT_WORDS = new Set([
  "if",
  "case",
  "casez",
  "casex",
  "for",
  "always",
  "assign",
  "initial",
  "begin",
]);
const BRACKETS = new Set(["(", ")", "[", "]", "{", "}"]);
/** Lists in which two names side by side are never a declaration. */
const PLAIN_LISTS = new Set([
  ...["concatenation", "list_of_arguments", "list_of_port_connections", "event_expression"],
  ...["list_of_parameter_value_assignments", "case_item"],
]);

/** Operators that may also stand before an operand. */
const UNARY = new Set(["-", "+", "!", "&", "|", "^", "~", "~&", "~|", "~^", "^~", "(", "{", "["]);

/** Adds all syntax mutations. `nodes` are all nodes with their ancestors, outermost first. */
export function addSyntaxMutations(
  list: MutationList,
  source: Source,
  nodes: readonly { node: SyntaxNode; path: readonly SyntaxNode[] }[],
  invented: string,
): void {
  const { tokens } = source;
  const nullStatements = new Set<number>();
  const bareCalls = new Set<number>();
  for (const { node, path } of nodes) {
    const parent = path.at(-1)?.kind;
    if (
      node.kind === ";" && (parent === "statement_or_null" || parent === "conditional_statement")
    ) {
      nullStatements.add(node.start);
    }
    if (node.kind === ";" && parent === "subroutine_call_statement") bareCalls.add(node.start);
    if (node.kind === "," && PLAIN_LISTS.has(parent ?? "")) {
      list.replace("punct.missing", "syntax", node, "");
    }
    if (node.kind === "conditional_statement") addConditions(list, node, path);
    if (node.kind === "case_expression") list.replace("cond.empty", "syntax", node, "");
    addOperand(list, source, node);
  }
  tokens.forEach((token, at) => {
    const { text, kind } = token;
    const before = tokens[at - 1]?.text;
    const after = tokens[at + 1]?.text;
    if (text === ";" && before !== ";" && after !== ";" && kind === "punctuation") {
      // `#5;` and `if (a);` stay legal without it, and so may a task call before a name.
      if (!nullStatements.has(token.start) && !bareCalls.has(token.start)) {
        list.replace("word.semicolon", "syntax", token, "");
      }
    }
    if (DELETABLE.has(text)) list.replace("word.keyword", "syntax", token, "");
    if (DOUBLED.has(text)) list.replace("word.insert", "syntax", token, `${text} ${text}`);
    if (STATEMENT_WORDS.has(text)) {
      list.replace("word.insert", "syntax", token, `${invented} ${text}`);
    }
    if (BRACKETS.has(text)) {
      list.replace("punct.extra", "syntax", token, text + text);
      list.replace("punct.missing", "syntax", token, "");
    }
    if (
      text === "," &&
      (after === "input" || after === "output" || after === "parameter" || after === ".")
    ) {
      list.replace("punct.missing", "syntax", token, "");
    }
  });
}

/** A right operand of one token, where what follows cannot take its place. */
function addOperand(list: MutationList, source: Source, node: SyntaxNode): void {
  if (node.kind !== "expression" || node.children.length !== 3) return;
  const [left, operator, right] = node.children as [SyntaxNode, SyntaxNode, SyntaxNode];
  if (operator.named || operator.children.length > 0 || left.kind === "(") return;
  const at = source.tokenAt(right.start);
  const token = source.tokens[at];
  const next = source.tokens[at + 1];
  if (token === undefined || token.end !== right.end || next === undefined) return;
  if (!UNARY.has(next.text)) list.replace("word.operand", "syntax", right, "");
}

function addConditions(list: MutationList, node: SyntaxNode, path: readonly SyntaxNode[]): void {
  const { children } = node;
  const condition = childOf(node, "cond_predicate");
  if (condition !== undefined) list.replace("cond.empty", "syntax", condition, "");
  // Inside another `if` without `begin`, an `else` left over would find a new home.
  const around = path.map(({ kind }) => kind);
  const outer = around.lastIndexOf("conditional_statement");
  const fence = Math.max(...["seq_block", "case_item", "always_construct", "initial_construct"]
    .map((kind) => around.lastIndexOf(kind)));
  if (outer > fence) return;
  children.forEach((child, at) => {
    if (child.kind !== "if" || children[at + 3]?.kind !== ")") return;
    const end = children[at + 3]!.end;
    const followed = children[at + 5]?.kind === "else";
    list.replace("cond.drop", followed ? "syntax" : "behaviour", { start: child.start, end }, "");
  });
}
