/**
 * Verilog as text, tokens, syntax tree and value, and back.
 *
 * Begin with `readModules` in `module_reader.ts` (source text to `Module` of `ast.ts`) and `writeModule` in
 * `module_writer.ts` (its inverse). Below them: `lex.ts` cuts tokens, `grammar.ts` and `syntax_tree.ts` parse with tree-sitter,
 * the `*_reader.ts` files read one kind of construct each, `expression_writer.ts` writes expressions.
 * `names.ts` lists names, `fingerprint.ts` hashes a file without seeing them, `reset.ts` finds a module's reset,
 * `constant.ts` folds constants.
 *
 * @module
 */
export * from "./ast.ts";
export { writeExpression } from "./expression_writer.ts";
export * from "./fingerprint.ts";
export { GRAMMAR_VERSION } from "./grammar.ts";
export * from "./lex.ts";
export * from "./module_reader.ts";
export * from "./module_writer.ts";
export * from "./names.ts";
export * from "./preprocess.ts";
export * from "./reset.ts";
export {
  lineAt,
  LONGEST_TEXT,
  parseVerilog,
  type SyntaxNode,
  type SyntaxTree,
} from "./syntax_tree.ts";
