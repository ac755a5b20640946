/**
 * Mutations that stay legal and change behaviour (class `behaviour`), or break elaboration (class `elaboration`), or confuse
 * drivers (class `drivers`).
 *
 * @module
 */
import { literalValue } from "../language/constant.ts";
import {
  addDrivers,
  addTypes,
  addWidths,
  assigned,
  declaredNames,
  selectedNames,
} from "./declaration_mutations.ts";
import type { ReadModule } from "../language/ast.ts";
import type { MutationList, PlacedNode } from "./mutation.ts";
import type { Source } from "../language/parsed_source.ts";
import { childOf, type SyntaxNode } from "../language/syntax_tree.ts";

const SWAPS: Readonly<Record<string, string>> = {
  "+": "-",
  "-": "+",
  "&": "|",
  "|": "&",
  "==": "!=",
  "!=": "==",
  "<": "<=",
  "<=": "<",
};

/** Adds the mutations of one module; `nodes` are those inside it. */
export function addMeaningMutations(
  list: MutationList,
  source: Source,
  module: ReadModule,
  nodes: readonly PlacedNode[],
  invented: string,
): void {
  const written = assigned(module.items);
  const names = declaredNames(module);
  const read = selectedNames(source, module);
  for (const { node, path } of nodes) {
    const kinds = new Set(path.map(({ kind }) => kind));
    const running = kinds.has("always_construct") || kinds.has("net_assignment");
    const constant = kinds.has("for_initialization") || kinds.has("for_step") ||
      kinds.has("packed_dimension") ||
      kinds.has("function_declaration") || kinds.has("task_declaration") ||
      (path.at(-1)?.kind === "loop_statement");
    if (running && !constant && !inLoopHead(path, node)) {
      addOperator(list, node);
      if (!path.some(({ kind }) => /select|_range$/.test(kind))) addConstant(list, source, node);
      addMisspelling(list, source, node, names, path, invented);
    }
    if (node.kind === "event_expression") addEdge(list, source, node, path);
    if (node.kind === "packed_dimension") addWidths(list, source, module, node, path, read);
    addTypes(list, source, node, path, written);
  }
  addDrivers(list, module, nodes, written, names, invented);
}

/** Whether a node stands in `for (…)`, whose change could make a loop endless. */
function inLoopHead(path: readonly SyntaxNode[], node: SyntaxNode): boolean {
  return path.some((ancestor, at) =>
    ancestor.kind === "loop_statement" &&
    !["statement_or_null", "statement"].includes((path[at + 1] ?? node).kind)
  );
}

function addOperator(list: MutationList, node: SyntaxNode): void {
  if (node.kind !== "expression" || node.children.length !== 3) return;
  const operator = node.children[1]!;
  const other = SWAPS[operator.kind];
  if (!operator.named && other !== undefined) list.replace("op.swap", "behaviour", operator, other);
}

/** One more, within the literal's size. */
function addConstant(list: MutationList, source: Source, node: SyntaxNode): void {
  if (node.kind !== "integral_number") return;
  const text = source.text(node).replace(/\s+/g, "");
  const value = literalValue(text);
  if (value === undefined) return;
  const sized = /^(\d+)'([sS]?)([bodhBODH])/.exec(text);
  if (sized === null) {
    if (/^\d+$/.test(text)) list.replace("const.off", "behaviour", node, `${value + 1n}`);
    return;
  }
  const base = { b: 2, o: 8, d: 10, h: 16 }[sized[3]!.toLowerCase()]!;
  const next = BigInt.asUintN(Number(sized[1]), value + 1n).toString(base);
  const width = base === 2 ? Number(sized[1]) : 0;
  list.replace("const.off", "behaviour", node, sized[0] + next.padStart(width, "0"));
}

function addMisspelling(
  list: MutationList,
  source: Source,
  node: SyntaxNode,
  names: ReadonlySet<string>,
  path: readonly SyntaxNode[],
  invented: string,
): void {
  if (node.kind !== "simple_identifier" || path.at(-1)?.kind !== "hierarchical_identifier") return;
  if (path.at(-1)!.children.length !== 1 || path.some(({ kind }) => kind === "event_control")) {
    return;
  }
  const name = source.text(node);
  if (!names.has(name)) return;
  const wrong = names.has(`${name}_x`) ? invented : `${name}_x`;
  list.replace("name.undeclared", "elaboration", node, wrong);
}

/** The clock's edge: an edge of a signal that the block itself does not read. */
function addEdge(
  list: MutationList,
  source: Source,
  node: SyntaxNode,
  path: readonly SyntaxNode[],
): void {
  const edge = childOf(node, "edge_identifier");
  const signal = childOf(node, "expression");
  const block = path.find(({ kind }) => kind === "always_construct");
  const control = path.find(({ kind }) => kind === "event_control");
  if (edge === undefined || signal === undefined || block === undefined || control === undefined) {
    return;
  }
  const name = source.text(signal);
  const from = source.tokenAt(control.end);
  const to = source.tokenAt(block.end);
  if (source.tokens.slice(from, to).some(({ text }) => text === name)) return;
  list.replace(
    "edge.swap",
    "behaviour",
    edge,
    source.text(edge) === "posedge" ? "negedge" : "posedge",
  );
}
