/**
 * Verilog files as concrete syntax trees.
 *
 * @module
 */
import { parseSyntax, type SyntaxTree } from "offprint/syntax/mod.ts";

export {
  childOf,
  childrenOf,
  DEEPEST_TREE,
  lineAt,
  LONGEST_TEXT,
  type SyntaxNode,
  type SyntaxTree,
  textOf,
  walk,
} from "offprint/syntax/mod.ts";

/**
 * Parses a file of Verilog or SystemVerilog. Wrong text gives a tree with errors, not an exception.
 *
 * @throws {UserError} when the text is longer than {@linkcode LONGEST_TEXT}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseVerilog } from "offprint/verilog/language/mod.ts";
 *
 * const good = await parseVerilog("module m(input a, output y); assign y = ~a; endmodule");
 * const bad = await parseVerilog("module m(input a, output y); assign y = ~; endmodule");
 * assertEquals([good.hasError, bad.hasError], [false, true]);
 * ```
 */
export function parseVerilog(text: string): Promise<SyntaxTree> {
  return parseSyntax("systemverilog", text, "Verilog text");
}

/** The tree of a text, or the one at hand: a text that several steps look at is parsed once. */
export async function treeOf(text: string | SyntaxTree): Promise<SyntaxTree> {
  return typeof text === "string" ? await parseVerilog(text) : text;
}
