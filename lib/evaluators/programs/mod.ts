/**
 * JavaScript programs as material: names and their scopes, small edits, counting what is executed, inputs of a size.
 *
 * @module
 */
export * from "./counted.ts";
export * from "./edit.ts";
export * from "./edits.ts";
export * from "./inputs.ts";
export * from "./names.ts";
