/**
 * From what a forward pass on a GPU has refused to errors: the device reports places, not numbers.
 *
 * @module
 */
import type { Decoder } from "../contract/decoder.ts";
import { KernelError } from "../contract/errors.ts";
import { overflown } from "../reference/kv4.ts";
import { NONE } from "./submission.ts";

/** Where a layer's refused numbers are reported: a place for each of its steps that can meet one. */
export const STEPS = ["qkv", "kvAppend", "q", "scores", "o", "gateUp", "down"] as const;
/** One of the steps. */
export type Step = typeof STEPS[number];

/**
 * Throws for the first place, in the order of the computation, at which a number was refused.
 *
 * @param run the rows of the pass that were computed.
 * @param refused a place for each step of each layer, then one for the head.
 */
export function refuse(
  decoder: Decoder,
  run: { readonly first: number; readonly count: number },
  refused: Uint32Array,
): void {
  const flag = refused.findIndex((place) => place !== NONE);
  if (flag < 0) return;
  const { heads, kvHeads, headDim, width, layers } = decoder;
  const place = refused[flag]!;
  const layer = Math.floor(flag / STEPS.length);
  const at = layer < layers.length ? `forward: layer ${layer}, ` : "forward: ";
  const element = (name: string, row: number, first = run.first, index = place) =>
    `${at}${name}[${first + Math.floor(index / row)}][${index % row}]`;
  const todo = "Look for an overflow in what computed it.";
  const notFinite = (what: string) =>
    new KernelError({ what, got: "NaN or an infinite number", expected: "a finite number", todo });
  if (layer === layers.length) throw notFinite(element("head: x", width, 0));
  const step = STEPS[flag % STEPS.length]!;
  if (step === "kvAppend") {
    const row = kvHeads * headDim, values = run.count * row;
    throw new KernelError({
      what: element(`kvAppend: ${place < values ? "k" : "v"}`, row, run.first, place % values),
      got: "a number that 16-bit floats do not hold",
      expected: "a finite number of at most 65504 (a 16-bit float)",
      todo,
    });
  }
  if (step === "q") throw notFinite(element("kvAttend: q", heads * headDim));
  if (step === "scores") {
    const { parts } = overflown(run.first + Math.floor(place / heads), place % heads);
    throw new KernelError({ ...parts, what: at + parts.what });
  }
  throw notFinite(element(`${step}: x`, layers[layer]![step].weights.columns));
}
