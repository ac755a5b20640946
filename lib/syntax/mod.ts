/**
 * Texts as syntax trees: Verilog, JavaScript, TypeScript and Python, by tree-sitter.
 *
 * Begin with `parseSyntax` in `syntax_tree.ts`; `grammar.ts` loads the grammars of `data/grammars`.
 *
 * @module
 */
export { GRAMMARS, type SyntaxLanguage } from "./grammar.ts";
export * from "./syntax_tree.ts";
