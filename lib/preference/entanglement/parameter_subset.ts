/**
 * Which parameters an inner product runs over. Cosines over different parameters differ, so a report says
 * which were taken.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { parameterBlocks, type TransformerConfig } from "offprint/lm/transformer/mod.ts";

/** A part of the parameters: where it begins and ends in the flat array. */
export interface ParameterRange {
  from: number;
  to: number;
}

/** The names of the subsets of a model: "all", "without embedding", "layer 0", … */
export function subsetNames(config: TransformerConfig): string[] {
  const layers = Array.from({ length: config.num_hidden_layers }, (_, i) => `layer ${i}`);
  return ["all", "without embedding", ...layers];
}

/**
 * The ranges of a subset, neighbours joined.
 *
 * @throws {UserError} for an unknown name.
 */
export function parameterSubset(config: TransformerConfig, name: string): ParameterRange[] {
  if (!subsetNames(config).includes(name)) {
    throw new UserError({
      what: "parameter subset",
      got: name,
      expected: `one of ${subsetNames(config).join(", ")}`,
    });
  }
  const layer = /^layer (\d+)$/.exec(name)?.[1];
  const taken = (block: string): boolean => {
    if (name === "all") return true;
    if (layer !== undefined) return block.startsWith(`model.layers.${layer}.`);
    return block !== "model.embed_tokens.weight" && block !== "lm_head.weight";
  };
  const ranges: ParameterRange[] = [];
  for (const { name: block, offset, size } of parameterBlocks(config)) {
    if (!taken(block)) continue;
    const last = ranges.at(-1);
    if (last?.to === offset) last.to += size;
    else ranges.push({ from: offset, to: offset + size });
  }
  return ranges;
}

/** A gradient's entries in some ranges: a view where there is one range, else a copy. */
export function restricted(
  gradient: Float32Array,
  ranges: readonly ParameterRange[],
): Float32Array {
  const [first] = ranges;
  if (first !== undefined && ranges.length === 1) return gradient.subarray(first.from, first.to);
  const parts = ranges.map(({ from, to }) => gradient.subarray(from, to));
  const result = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
