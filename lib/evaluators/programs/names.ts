/**
 * Which names a JavaScript program declares, and where it uses them.
 *
 * @module
 */
import { type SyntaxNode, type SyntaxTree, textOf } from "offprint/syntax/mod.ts";

/** A function with what the rules ask about it. */
export interface FunctionNode {
  node: SyntaxNode;
  /** Nothing for an arrow or a method without a name. */
  name: string | undefined;
  parameters: string[];
  body: SyntaxNode;
}

/** A use of a name, and the declarations that are visible there. */
export interface NameUse {
  node: SyntaxNode;
  name: string;
  declared: boolean;
  /** Names that could stand here, innermost scope first. */
  visible: readonly string[];
}

/** A name where it is declared. */
export interface Declaration {
  name: string;
  node: SyntaxNode;
  /** What it is: a function's name is visible in all of its block. */
  kind: "function" | "parameter" | "variable";
}

/** Names that every program has. */
const BUILT_IN = new Set(
  ("undefined NaN Infinity Array Object String Number Boolean Math JSON Map Set Symbol BigInt Error RangeError " +
    "TypeError SyntaxError RegExp Promise Reflect Proxy parseInt parseFloat isNaN isFinite console globalThis " +
    "arguments WeakMap WeakSet Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float32Array " +
    "Float64Array structuredClone encodeURIComponent decodeURIComponent").split(" "),
);

const FUNCTIONS = new Set([
  "function_declaration",
  "function_expression",
  "arrow_function",
  "method_definition",
  "generator_function_declaration",
]);

/** Whether a node is a function. */
export function isFunction(node: SyntaxNode): boolean {
  return FUNCTIONS.has(node.kind);
}

/** All functions of a program, outer ones first. */
export function functionsOf(tree: SyntaxTree): FunctionNode[] {
  const found: FunctionNode[] = [];
  const visit = (node: SyntaxNode): void => {
    if (isFunction(node)) {
      const body = node.children.at(-1);
      const name = node.children.find(({ kind }) =>
        kind === "identifier" || kind === "property_identifier"
      );
      const list = node.children.find(({ kind }) => kind === "formal_parameters");
      if (body !== undefined) {
        found.push({
          node,
          name: node.kind === "arrow_function" || name === undefined
            ? undefined
            : textOf(tree, name),
          parameters: (list === undefined ? (name === undefined ? [] : [name]) : [list])
            .flatMap((each) => boundIn(each)).map((each) => textOf(tree, each)),
          body,
        });
      }
    }
    for (const child of node.children) visit(child);
  };
  visit(tree.root);
  return found;
}

/** Identifiers that a pattern binds; defaults are no bindings. */
function boundIn(pattern: SyntaxNode): SyntaxNode[] {
  switch (pattern.kind) {
    case "identifier":
    case "shorthand_property_identifier_pattern":
      return [pattern];
    case "assignment_pattern":
    case "object_assignment_pattern":
      return pattern.children[0] === undefined ? [] : boundIn(pattern.children[0]);
    case "pair_pattern":
      return boundIn(pattern.children.at(-1)!);
    case "formal_parameters":
    case "array_pattern":
    case "object_pattern":
    case "rest_pattern":
    case "required_parameter":
    case "optional_parameter":
      return pattern.children.filter(({ named }) => named).flatMap(boundIn);
    default:
      return [];
  }
}

/** Declarations and uses of names, by the scopes of blocks and functions. */
export function namesOf(tree: SyntaxTree): { uses: NameUse[]; declarations: Declaration[] } {
  const uses: NameUse[] = [];
  const declarations: Declaration[] = [];
  const declare = (scope: Set<string>, node: SyntaxNode, kind: Declaration["kind"]): void => {
    const name = textOf(tree, node);
    scope.add(name);
    declarations.push({ name, node, kind });
  };
  /** Declares what stands directly in a scope, before its uses are looked at: functions are hoisted. */
  const hoist = (node: SyntaxNode, scope: Set<string>): void => {
    for (const child of node.children) {
      if (child.kind === "function_declaration" || child.kind === "class_declaration") {
        const name = child.children.find(({ kind }) => kind.endsWith("identifier"));
        if (name !== undefined) declare(scope, name, "function");
      } else if (child.kind === "lexical_declaration" || child.kind === "variable_declaration") {
        for (const each of child.children) {
          if (each.kind !== "variable_declarator") continue;
          for (const bound of boundIn(each.children[0]!)) declare(scope, bound, "variable");
        }
      } else if (child.kind === "export_statement") hoist(child, scope);
    }
  };
  const visit = (node: SyntaxNode, scopes: readonly Set<string>[]): void => {
    let inner = scopes;
    if (isFunction(node)) {
      const scope = new Set<string>();
      const own = functionAt(node);
      for (const bound of own) declare(scope, bound, "parameter");
      const name = node.children.find(({ kind }) => kind === "identifier");
      // A function expression knows its own name, and nobody outside does.
      if (node.kind === "function_expression" && name !== undefined) scope.add(textOf(tree, name));
      inner = [scope, ...scopes];
    } else if (
      node.kind === "statement_block" || node.kind === "program" || node.kind === "for_statement" ||
      node.kind === "switch_body"
    ) {
      const scope = new Set<string>();
      hoist(node, scope);
      inner = [scope, ...scopes];
    } else if (node.kind === "for_in_statement") {
      const scope = new Set<string>();
      const fresh = node.children.some(({ kind }) => /^(const|let|var)$/.test(kind));
      const at = node.children.findIndex(({ kind }) => kind === "of" || kind === "in");
      const pattern = node.children[at - 1];
      if (fresh && pattern !== undefined) {
        for (const bound of boundIn(pattern)) declare(scope, bound, "variable");
      }
      inner = [scope, ...scopes];
    } else if (node.kind === "catch_clause") {
      const scope = new Set<string>();
      for (const child of node.children) {
        if (child.kind === "identifier" || child.kind.endsWith("_pattern")) {
          for (const bound of boundIn(child)) declare(scope, bound, "variable");
        }
      }
      inner = [scope, ...scopes];
    }
    if (node.kind === "identifier" || node.kind === "shorthand_property_identifier") {
      const name = textOf(tree, node);
      const visible = inner.flatMap((scope) => [...scope]);
      uses.push({ node, name, declared: BUILT_IN.has(name) || visible.includes(name), visible });
    }
    for (const child of node.children) visit(child, inner);
  };
  visit(tree.root, []);
  const places = new Set(declarations.map(({ node }) => node));
  return { uses: uses.filter(({ node }) => !places.has(node)), declarations };
}

function functionAt(node: SyntaxNode): SyntaxNode[] {
  const list = node.children.find(({ kind }) => kind === "formal_parameters");
  if (list !== undefined) return boundIn(list);
  const single = node.kind === "arrow_function" ? node.children[0] : undefined;
  return single?.kind === "identifier" ? [single] : [];
}
