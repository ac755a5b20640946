/**
 * Verilog as text, tokens, syntax tree and value, and back.
 *
 * Begin with `readModules` in `module_reader.ts` (source text to `Module` of `ast.ts`) and `writeModule` in
 * `module_writer.ts` (its inverse). Below them: `grammar.ts` and `syntax_tree.ts` parse with tree-sitter,
 * the `*_reader.ts` files read one kind of construct each, `expression_writer.ts` writes expressions.
 * `plain_reader.ts` reads most modules from their tokens alone, which is quicker.
 * `reset.ts` finds a module's reset, `sensitivity.ts` what a block waits for, `constant.ts` folds constants.
 *
 * What needs no syntax tree (tokens, the preprocessor, names, a hash that sees no names) lies in the room `tokens` and is exported
 * here too.
 *
 * @module
 */
export * from "./ast.ts";
export { writeExpression } from "./expression_writer.ts";
export { GRAMMAR_VERSION } from "./grammar.ts";
export * from "./module_reader.ts";
export * from "./module_writer.ts";
export * from "./reset.ts";
export {
  lineAt,
  LONGEST_TEXT,
  parseVerilog,
  type SyntaxNode,
  type SyntaxTree,
} from "./syntax_tree.ts";
export * from "../tokens/mod.ts";
