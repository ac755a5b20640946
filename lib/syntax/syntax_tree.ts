/**
 * A file's concrete syntax tree as plain objects. The parser's own tree lives in WebAssembly memory
 * that nobody collects; it is walked once with a cursor, copied and freed here, so nothing leaks and
 * deep nesting cannot overflow the stack.
 *
 * @module
 */
import type * as TreeSitter from "web-tree-sitter";
import { UserError } from "offprint/errors.ts";
import { loadGrammar, type SyntaxLanguage } from "./grammar.ts";

/** One node. `start` and `end` are offsets into the text in UTF-16 units. */
export interface SyntaxNode {
  /** The grammar's name of the node; for a literal token its text. `ERROR` where nothing fits. */
  kind: string;
  /** False for literal tokens such as `begin` or `;`. */
  named: boolean;
  start: number;
  end: number;
  children: SyntaxNode[];
  /** True where the parser filled in what the text lacks. */
  missing?: true;
}

/** A parsed file. */
export interface SyntaxTree {
  text: string;
  root: SyntaxNode;
  /** True when the parser found an error or filled in something missing. */
  hasError: boolean;
  /** Start of the first error, if any. */
  firstError?: number;
  /** Nodes in all, and the length of the longest chain from the root. */
  nodes: number;
  depth: number;
}

/** Longer texts are refused: memory of the parser never shrinks again. */
export const LONGEST_TEXT = 1_000_000;

/** A tree deeper than this is refused by everything that recurses. */
export const DEEPEST_TREE = 3_000;

/**
 * Parses a text. Wrong text gives a tree with errors, not an exception.
 *
 * @throws {UserError} when the text is longer than {@linkcode LONGEST_TEXT}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSyntax } from "offprint/syntax/mod.ts";
 *
 * const good = await parseSyntax("javascript", "let x = 1;");
 * const bad = await parseSyntax("python", "def f(:");
 * assertEquals([good.hasError, bad.hasError], [false, true]);
 * ```
 */
export async function parseSyntax(
  language: SyntaxLanguage,
  text: string,
  what: string = `${language} text`,
): Promise<SyntaxTree> {
  if (text.length > LONGEST_TEXT) {
    throw new UserError({
      what,
      got: text.length,
      expected: `at most ${LONGEST_TEXT} characters`,
      todo: "Split the file.",
    });
  }
  const { parser, kinds, named } = await loadGrammar(language);
  const tree = parser.parse(text);
  if (tree === null) throw new Error("parseSyntax: the parser gave up");
  const cursor = tree.walk();
  try {
    return copy(text, cursor, kinds, named, tree.rootNode.hasError);
  } finally {
    cursor.delete();
    tree.delete();
  }
}

function copy(
  text: string,
  cursor: TreeSitter.TreeCursor,
  kinds: readonly string[],
  named: readonly boolean[],
  hasError: boolean,
): SyntaxTree {
  // Each question to the cursor crosses into WebAssembly, so as few as possible are asked: inner nodes
  // take their place from their children, and a tree without errors is not searched for them.
  let firstError: number | undefined;
  let nodes = 0;
  let depth = 1;
  const node = (): SyntaxNode => {
    const id = cursor.nodeTypeId;
    nodes++;
    const kind = id === 65535 ? "ERROR" : kinds[id] ?? cursor.nodeType;
    const made: SyntaxNode = { kind, named: named[id] ?? true, start: 0, end: 0, children: [] };
    if (!hasError) return made;
    const missing = cursor.nodeIsMissing;
    if (missing) made.missing = true;
    if (id === 65535 || missing) firstError ??= cursor.startIndex;
    return made;
  };
  // Comments may be anywhere and say nothing.
  const attach = (parent: SyntaxNode, child: SyntaxNode) => {
    if (!child.kind.endsWith("comment")) parent.children.push(child);
  };
  const close = (done: SyntaxNode) => {
    done.start = done.children[0]?.start ?? 0;
    // Verilog's grammar has a node for the backslash of an escaped name and none for what follows it.
    const hidden = done.kind === "escaped_identifier";
    done.end = hidden ? cursor.endIndex : done.children.at(-1)?.end ?? 0;
  };
  const root = node();
  const path = [root];
  walk: while (true) {
    const parent = path.at(-1)!;
    if (cursor.gotoFirstChild()) {
      const child = node();
      attach(parent, child);
      path.push(child);
      depth = Math.max(depth, path.length);
      continue;
    }
    parent.start = cursor.startIndex;
    parent.end = cursor.endIndex;
    while (!cursor.gotoNextSibling()) {
      path.pop();
      if (!cursor.gotoParent()) break walk;
      close(path.at(-1)!);
    }
    path.pop();
    const sibling = node();
    attach(path.at(-1)!, sibling);
    path.push(sibling);
  }
  return {
    text,
    root,
    hasError,
    ...(hasError ? { firstError: firstError ?? 0 } : {}),
    nodes,
    depth,
  };
}

/** The source text of a node. */
export function textOf(tree: SyntaxTree, node: SyntaxNode): string {
  return tree.text.slice(node.start, node.end);
}

/** The first child of one of the given kinds. */
export function childOf(node: SyntaxNode, ...kinds: string[]): SyntaxNode | undefined {
  return node.children.find(({ kind }) => kinds.includes(kind));
}

/** All children of one of the given kinds. */
export function childrenOf(node: SyntaxNode, ...kinds: string[]): SyntaxNode[] {
  return node.children.filter(({ kind }) => kinds.includes(kind));
}

/** Every node below and including `node`, parents first, in the order of the text; not recursive. */
export function* walk(node: SyntaxNode): Generator<SyntaxNode> {
  const open = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next;
    for (let i = next.children.length - 1; i >= 0; i--) open.push(next.children[i]!);
  }
}

/** The line, from 1, of an offset into `text`. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    line++;
  }
  return line;
}
