/**
 * Which grammar of SystemVerilog is used.
 *
 * @module
 */
import { GRAMMARS } from "offprint/syntax/mod.ts";

/** Name and version of the grammar, for records and cards. */
export const GRAMMAR_VERSION = GRAMMARS.systemverilog;
