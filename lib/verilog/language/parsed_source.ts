/**
 * A syntax tree together with its tokens: how readers get from a node to text, line and expression.
 *
 * @module
 */
import type { Expression, Range, Unsupported } from "./ast.ts";
import { ExpressionReader, NoRule } from "./expression_reader.ts";
import { lex, plainName, type Token } from "../tokens/lex.ts";
import { childOf, lineAt, type SyntaxNode, type SyntaxTree } from "./syntax_tree.ts";

/** A parsed file and its tokens. */
export class Source {
  readonly tree: SyntaxTree;
  readonly tokens: readonly Token[];
  /** Statements that stood between `begin` and `end`: no `else` behind them can belong to one inside. */
  readonly closed: WeakSet<object> = new WeakSet();

  constructor(tree: SyntaxTree) {
    this.tree = tree;
    this.tokens = lex(tree.text);
  }

  /** The text of a node. */
  text(node: SyntaxNode): string {
    return this.tree.text.slice(node.start, node.end);
  }

  /** The name that stands where `node` begins. */
  name(node: SyntaxNode): string {
    return plainName(this.tokens[this.tokenAt(node.start)]?.text ?? "");
  }

  /** The text of the first child of one of the kinds, or nothing. */
  textOf(node: SyntaxNode, ...kinds: string[]): string | undefined {
    const child = childOf(node, ...kinds);
    return child === undefined ? undefined : this.text(child);
  }

  /** Index of the first token at or after an offset. */
  tokenAt(offset: number): number {
    let low = 0;
    let high = this.tokens.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.tokens[middle]!.start < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The expression a node spans; {@linkcode Unsupported} where there is no rule for it. */
  expression(node: SyntaxNode): Expression {
    try {
      const from = this.tokenAt(node.start);
      return new ExpressionReader(this.tokens, from, this.tokenAt(node.end)).whole();
    } catch (error) {
      if (!(error instanceof NoRule)) throw error;
      return this.unsupported(innermost(node, error.offset), error.offset);
    }
  }

  /** `[left:right]` of a packed or unpacked dimension, nothing for other forms. */
  range(dimension: SyntaxNode): Range | undefined {
    const range = childOf(dimension, "constant_range");
    if (range === undefined || range.children.length !== 3) return undefined;
    return {
      left: this.expression(range.children[0]!),
      right: this.expression(range.children[2]!),
    };
  }

  /** Says that `node` has no rule. */
  unsupported(node: SyntaxNode, offset = node.start): Unsupported {
    return { kind: "unsupported", node: node.kind, line: lineAt(this.tree.text, offset) };
  }
}

/** The smallest named node around an offset that is more than one token. */
function innermost(node: SyntaxNode, offset: number): SyntaxNode {
  let found = node;
  for (let next: SyntaxNode | undefined = node; next !== undefined;) {
    if (next.named && next.children.length > 1) found = next;
    next = next.children.find(({ start, end }) => start <= offset && offset < end);
  }
  return found;
}
