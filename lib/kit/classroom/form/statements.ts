/**
 * The statements at the top level of a cell: which names each declares, uses and changes.
 *
 * @module
 */
import {
  childOf,
  childrenOf,
  DEEPEST_TREE,
  parseSyntax,
  type SyntaxNode,
  type SyntaxTree,
  textOf,
  walk,
} from "offprint/syntax/mod.ts";
import { CHANGING } from "../../check/cell_names.ts";

/** One statement of a cell; an import of several names is several. */
export interface Statement {
  /** Its text, with the comments above it. */
  text: string;
  /** Where it begins in the cell, without comments. */
  start: number;
  kind: "import" | "declaration" | "effect";
  /** Names that it gives to the cells below. */
  declares: string[];
  /** Names that it needs and does not declare itself. */
  uses: string[];
  /** Names whose values it changes: `x = …`, `x.y++`, `x.push(…)`. */
  changes: string[];
  /** Names of random streams that it opens: whoever draws from one changes what the next gets. */
  streams: string[];
}

/** What the order of statements needs to know of one. */
export type Needs = Pick<Statement, "declares" | "uses" | "changes" | "streams">;

/** The statements of a cell. */
export interface CellStatements {
  statements: Statement[];
  tree: SyntaxTree;
  /** False where the text is no TypeScript. */
  sound: boolean;
}

/** Reads a cell. Types are taken for names like others. */
export async function statementsOf(source: string): Promise<CellStatements> {
  const tree = await parseSyntax("typescript", source, "a cell");
  if (tree.depth > DEEPEST_TREE) return { statements: [], tree, sound: false };
  const statements: Statement[] = [];
  let end = 0;
  for (const node of tree.root.children) {
    const text = source.slice(end, node.end).trim();
    end = node.end;
    // A semicolon may be a node of its own behind a declaration.
    if (!node.named && node.kind === ";") continue;
    if (node.kind === "import_statement") statements.push(...importsOf(tree, node));
    else statements.push(statementOf(tree, node, text));
  }
  return { statements, tree, sound: !tree.hasError };
}

/** Names that an expression uses. */
export async function namesIn(expression: string): Promise<string[]> {
  const { statements } = await statementsOf(`(${expression});`);
  return [...new Set(statements.flatMap(({ uses }) => uses))];
}

/**
 * The statements that are needed for some names, in their order: the last one that declares each, those that change
 * what is needed or draw from a random stream that is, and what all of these need themselves.
 */
export function needed<T extends Needs>(statements: readonly T[], names: Iterable<string>): T[] {
  const declaring = new Map<string, T>();
  for (const statement of statements) {
    for (const name of statement.declares) declaring.set(name, statement);
  }
  const found = new Set<T>();
  const open = [...names];
  const seen = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const declaration = declaring.get(name);
    const drawn = declaration?.streams.includes(name) === true;
    const givers = statements.filter((statement) =>
      statement === declaration ||
      (statement.declares.length === 0 && statement.changes.includes(name)) ||
      (drawn && statement.uses.includes(name))
    );
    for (const giver of givers) {
      if (found.has(giver)) continue;
      found.add(giver);
      open.push(...giver.uses);
    }
  }
  return statements.filter((statement) => found.has(statement));
}

function importsOf(tree: SyntaxTree, node: SyntaxNode): Statement[] {
  const clause = childOf(node, "import_clause");
  const from = textOf(tree, childOf(node, "string") ?? node);
  const typeOnly = /^import\s+type\b/.test(textOf(tree, node)) ? "type " : "";
  const one = (name: string, what: string): Statement => ({
    text: `import ${typeOnly}${what} from ${from};`,
    start: node.start,
    kind: "import",
    declares: [name],
    uses: [],
    changes: [],
    streams: [],
  });
  return (clause?.children ?? []).flatMap((part) => {
    if (part.kind === "identifier") return [one(textOf(tree, part), textOf(tree, part))];
    if (part.kind === "namespace_import") {
      return [one(textOf(tree, part.children.at(-1)!), textOf(tree, part))];
    }
    return childrenOf(part, "import_specifier").map((specifier) =>
      one(textOf(tree, specifier.children.at(-1)!), `{ ${textOf(tree, specifier)} }`)
    );
  });
}

function statementOf(tree: SyntaxTree, node: SyntaxNode, text: string): Statement {
  const inner = node.kind === "export_statement"
    ? node.children.find(({ kind }) => /declaration$/.test(kind)) ?? node
    : node;
  const declares = declaredBy(tree, inner);
  const uses = new Set<string>();
  collectUses(tree, node, [new Set(declares)], uses);
  return {
    text,
    start: node.start,
    kind: declares.length > 0 ? "declaration" : "effect",
    declares,
    uses: [...uses],
    changes: [...changedIn(tree, node)],
    streams: streamsIn(tree, inner),
  };
}

/** Names declared as `stream(…)`. */
function streamsIn(tree: SyntaxTree, declaration: SyntaxNode): string[] {
  return childrenOf(declaration, "variable_declarator").flatMap(({ children }) => {
    const [name, , value] = children;
    const callee = value?.kind === "call_expression" ? value.children[0] : undefined;
    return callee !== undefined && textOf(tree, callee) === "stream" ? boundBy(tree, name!) : [];
  });
}

/** Names that a declaration gives to the scope around it. */
function declaredBy(tree: SyntaxTree, node: SyntaxNode): string[] {
  switch (node.kind) {
    case "lexical_declaration":
    case "variable_declaration":
      return childrenOf(node, "variable_declarator").flatMap(({ children }) =>
        children[0] === undefined ? [] : boundBy(tree, children[0])
      );
    case "function_declaration":
    case "generator_function_declaration":
    case "class_declaration":
    case "abstract_class_declaration":
    case "enum_declaration":
    case "interface_declaration":
    case "type_alias_declaration": {
      const name = childOf(node, "identifier", "type_identifier");
      return name === undefined ? [] : [textOf(tree, name)];
    }
    default:
      return [];
  }
}

/** Names that a pattern binds. */
function boundBy(tree: SyntaxTree, pattern: SyntaxNode): string[] {
  switch (pattern.kind) {
    case "identifier":
    case "shorthand_property_identifier_pattern":
      return [textOf(tree, pattern)];
    case "pair_pattern":
      return boundBy(tree, pattern.children.at(-1)!);
    case "assignment_pattern":
    case "object_assignment_pattern":
    case "required_parameter":
    case "optional_parameter":
      return boundBy(tree, pattern.children[0]!);
    case "array_pattern":
    case "object_pattern":
    case "rest_pattern":
    case "formal_parameters":
      return pattern.children.flatMap((child) => boundBy(tree, child));
    default:
      return [];
  }
}

const FUNCTIONS: ReadonlySet<string> = new Set([
  "arrow_function",
  "function_declaration",
  "function_expression",
  "generator_function",
  "generator_function_declaration",
  "method_definition",
]);

/** Names of the scope that a node opens; nothing where it opens none. */
function scopeOf(tree: SyntaxTree, node: SyntaxNode): Set<string> | undefined {
  if (FUNCTIONS.has(node.kind)) {
    const [first] = node.children;
    const single = node.kind === "arrow_function" && first?.kind === "identifier" ? [first] : [];
    const own = node.kind === "function_expression" ? childrenOf(node, "identifier") : [];
    return new Set(
      [...single, ...own, ...childrenOf(node, "formal_parameters")]
        .flatMap((part) => boundBy(tree, part)),
    );
  }
  switch (node.kind) {
    case "statement_block":
    case "switch_case":
    case "switch_default":
    case "class_static_block":
      return new Set(node.children.flatMap((child) => declaredBy(tree, child)));
    case "for_statement":
      return new Set(node.children.flatMap((child) => declaredBy(tree, child)));
    case "for_in_statement": {
      const target = node.children.find(({ named }) => named);
      const declares = node.children.some(({ kind }) => /^(?:const|let|var)$/.test(kind));
      return new Set(declares && target !== undefined ? boundBy(tree, target) : []);
    }
    case "catch_clause":
      return new Set(
        node.children.filter(({ kind }) => kind !== "statement_block")
          .flatMap((child) => boundBy(tree, child)),
      );
    default:
      return undefined;
  }
}

function collectUses(
  tree: SyntaxTree,
  node: SyntaxNode,
  scopes: readonly ReadonlySet<string>[],
  uses: Set<string>,
): void {
  if (/^(?:identifier|shorthand_property_identifier|type_identifier)$/.test(node.kind)) {
    const name = textOf(tree, node);
    if (!scopes.some((scope) => scope.has(name))) uses.add(name);
    return;
  }
  const own = scopeOf(tree, node);
  const inner = own === undefined || own.size === 0 ? scopes : [...scopes, own];
  for (const child of node.children) collectUses(tree, child, inner, uses);
}

/** Names at the root of what a statement changes. */
function changedIn(tree: SyntaxTree, statement: SyntaxNode): Set<string> {
  const changed = new Set<string>();
  const change = (target: SyntaxNode | undefined) => {
    let root = target;
    while (root !== undefined && /^(?:member|subscript|non_null)_expression$/.test(root.kind)) {
      root = root.children[0];
    }
    if (root?.kind === "identifier") changed.add(textOf(tree, root));
  };
  for (const node of walk(statement)) {
    if (/^(?:augmented_)?assignment_expression$/.test(node.kind)) change(node.children[0]);
    else if (node.kind === "update_expression") change(node.children.find(({ named }) => named));
    else if (node.kind === "call_expression" && node.children[0]?.kind === "member_expression") {
      const method = textOf(tree, node.children[0].children.at(-1)!);
      if (CHANGING.has(method)) change(node.children[0].children[0]);
    }
  }
  return changed;
}
