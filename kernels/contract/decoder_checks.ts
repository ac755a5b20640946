/**
 * Checks that decoders of every kind share.
 *
 * @module
 */
import { checkWhole } from "./checks.ts";
import { KernelError } from "./errors.ts";

/** Numbers that a decoder of any kind is made with. */
export interface DecoderNumbers {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly epsilon: number;
  readonly layers: { readonly length: number };
}

/**
 * Checks heads, epsilon and the number of layers.
 *
 * @throws {KernelError} naming the first that is wrong.
 */
export function checkNumbers({ heads, kvHeads, headDim, epsilon, layers }: DecoderNumbers): void {
  checkWhole("decoder: heads", heads, 1, 4096);
  checkWhole("decoder: kvHeads", kvHeads, 1, 1024);
  checkWhole("decoder: headDim", headDim, 8, 1024);
  if (heads % kvHeads !== 0) refusePart("kvHeads", kvHeads, `a divisor of the ${heads} heads`);
  if (headDim % 8 !== 0) refusePart("headDim", headDim, "a multiple of 8");
  if (!(epsilon > 0 && epsilon < 1)) refusePart("epsilon", epsilon, "a number between 0 and 1");
  checkWhole("decoder: layers.length", layers.length, 1, 1024);
}

/** @throws {KernelError} about a part of a decoder. */
export function refusePart(what: string, got: unknown, expected: string): never {
  throw new KernelError({ what: `decoder: ${what}`, got, expected });
}

/**
 * The rows of an array whose rows have `row` numbers; `name` is what these are called.
 *
 * @throws {KernelError} when they do not come out even.
 */
export function rowsOf(what: string, array: { length: number }, row: number, name: string): number {
  const rows = array?.length / row;
  if (Number.isInteger(rows) && rows > 0) return rows;
  return refusePart(what, array, `a length that ${name} ${row} divides`);
}
