/**
 * The linear parts of a decoder by name.
 *
 * @module
 */

/** Linear parts that share an input, and the head. */
export type PartName = "qkv" | "o" | "gateUp" | "down" | "head";
