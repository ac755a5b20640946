/**
 * Verilog as text and tokens, before anything is parsed.
 *
 * Begin with `lex` in `lex.ts`, which cuts a text into tokens and loses no character. `preprocess.ts` expands macros and
 * keeps what `ifdef` selects, token by token, and says where in the original each piece stood. `names.ts` lists the names that a
 * text declares or uses; `fingerprint.ts` hashes a text without seeing names and layout, so that copies are found.
 *
 * Whoever needs syntax trees or modules goes on to the room `language`, which exports this one too.
 *
 * @module
 */
export * from "./fingerprint.ts";
export * from "./lex.ts";
export * from "./names.ts";
export * from "./preprocess.ts";
