/**
 * Reads modules from a syntax tree: the way from source text to {@linkcode Module}.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import {
  eachUnsupported,
  type Item,
  type Parameter,
  type Port,
  type ReadModule,
  type Unsupported,
} from "./ast.ts";
import {
  mergedPorts,
  readAnsiPorts,
  readParameters,
  readPortDeclaration,
} from "./declaration_reader.ts";
import { bodyOf, readItem } from "./item_reader.ts";
import { readPlainModules } from "./plain_reader.ts";
import { prepare } from "../tokens/preprocess.ts";
import { Source } from "./parsed_source.ts";
import {
  childOf,
  childrenOf,
  DEEPEST_TREE,
  parseVerilog,
  type SyntaxNode,
  type SyntaxTree,
  walk,
} from "./syntax_tree.ts";

/**
 * The modules of a file, in order, after preprocessing. A part without a rule becomes an `Unsupported` in
 * its place.
 *
 * @throws {UserError} when the text has a syntax error, is too long, or is nested too deeply.
 */
export async function readModules(text: string): Promise<ReadModule[]> {
  const prepared = prepare(text);
  const plain = readPlainModules(prepared.text);
  if (plain !== undefined) return plain;
  const tree = await parseVerilog(prepared.text);
  if (tree.hasError) {
    throw new UserError({
      what: "Verilog text",
      got: prepared.problem ??
        prepared.text.slice(tree.firstError ?? 0).split("\n")[0]?.slice(0, 40),
      expected: "a file without syntax errors",
    });
  }
  return modulesOf(tree);
}

/**
 * The modules of a tree without errors.
 *
 * @throws {UserError} when the tree is nested too deeply.
 */
export function modulesOf(tree: SyntaxTree): ReadModule[] {
  if (tree.depth > DEEPEST_TREE) {
    throw new UserError({
      what: "Verilog text",
      got: tree.depth,
      expected: `nesting of at most ${DEEPEST_TREE} syntax nodes`,
    });
  }
  const source = new Source(tree);
  return childrenOf(tree.root, "module_declaration").map((node) => readModule(source, node));
}

function readModule(source: Source, node: SyntaxNode): ReadModule {
  const header = childOf(node, "module_ansi_header", "module_nonansi_header") ?? node;
  const name = childOf(header, "simple_identifier", "escaped_identifier");
  const unsupported: Unsupported[] = [];
  const sort = <T extends object>(found: (T | Unsupported)[]): T[] =>
    found.filter((entry): entry is T => {
      const bad = "kind" in entry && entry.kind === "unsupported";
      if (bad) unsupported.push(entry as Unsupported);
      return !bad;
    });

  const parameters: Parameter[] = [];
  for (const list of childrenOf(header, "parameter_port_list")) {
    for (const entry of childrenOf(list, "parameter_port_declaration")) {
      const inner = entry.children[0]!;
      if (inner.kind === "parameter_declaration") {
        parameters.push(...sort(readParameters(source, inner)));
      } else unsupported.push(source.unsupported(inner));
    }
  }
  const ansi = childOf(header, "list_of_port_declarations");
  const ports: Port[] = ansi === undefined ? [] : sort(readAnsiPorts(source, ansi));
  const order = oldStyleOrder(source, header, unsupported);

  const items: Item[] = [];
  const declared: Port[] = [];
  for (const part of bodyOf(node, header)) {
    if (part.kind === "port_declaration") declared.push(...sort(readPortDeclaration(source, part)));
    else if (part.kind === "parameter_declaration") {
      parameters.push(...sort(readParameters(source, part)));
    } else items.push(...readItem(source, part));
  }
  // An old-style header has names only; directions and types are declared in the body.
  if (order !== undefined) ports.push(...mergedPorts(order, declared, items));
  addUnread(source, node, header, unsupported, [items, ports, parameters]);
  return {
    name: name === undefined ? "" : source.name(name),
    parameters,
    ports,
    items,
    unsupported,
    start: node.start,
    end: node.end,
  };
}

/**
 * Directives of which a reader cannot know what they leave (both branches of a conditional stand in the
 * tree), and packages that the header imports.
 */
function addUnread(
  source: Source,
  node: SyntaxNode,
  header: SyntaxNode,
  unsupported: Unsupported[],
  read: unknown,
): void {
  const found: SyntaxNode[] = [];
  if (source.tree.text.includes("`")) { // else the tree, which is long, has no directives
    for (const part of walk(node)) if (UNREAD_DIRECTIVES.has(part.kind)) found.push(part);
  }
  found.push(...childrenOf(header, "package_import_declaration"));
  if (found.length === 0) return;
  const known = new Set<string>();
  eachUnsupported([unsupported, read], ({ node, line }) => known.add(`${node} ${line}`));
  for (const part of found) {
    const one = source.unsupported(part);
    if (!known.has(`${one.node} ${one.line}`)) unsupported.push(one);
  }
}

const UNREAD_DIRECTIVES = new Set([
  "conditional_compilation_directive",
  "include_compiler_directive",
]);

function oldStyleOrder(
  source: Source,
  header: SyntaxNode,
  unsupported: Unsupported[],
): string[] | undefined {
  const list = childOf(header, "list_of_ports");
  if (list === undefined) return undefined;
  return childrenOf(list, "port").flatMap((port) => {
    const text = source.text(port);
    if (/^[\w$\\]+$/.test(text)) return [source.name(port)];
    if (text !== "") unsupported.push(source.unsupported(port));
    return [];
  });
}
