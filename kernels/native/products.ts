/**
 * Activations and matrix products in C: `src/exports.c`.
 *
 * @module
 */
import type { BlockMatrix } from "../contract/block_matrix.ts";
import { checkArray } from "../contract/checks.ts";
import type { Weights } from "../contract/packed_weights.ts";
import { type ActivationScheme, QuantizedActivations } from "../contract/quantized_activations.ts";
import type { Kernels } from "../contract/types.ts";
import type { quantizeActivations } from "../reference/activations.ts";
import { checkGemm, checkLinear } from "../reference/gemm.ts";
import { LONG, type NativeContext, refused } from "./context.ts";
import { DONE } from "./library.ts";

/** Quantising waits for nothing, as in the reference; products may run on other threads. */
type Cores =
  & { quantizeActivations: typeof quantizeActivations }
  & Pick<Kernels, "gemm" | "linear">;

/** The cores of `reference/activations.ts` and `reference/gemm.ts`. */
export function nativeProducts({ c, variant, threadsFor }: NativeContext): Cores {
  const spare = new SpareCodes();
  /** Arguments of calls under way: a buffer must live as long as C reads it. */
  const underWay = new Set<unknown>();
  const keeping = async <T>(args: unknown, result: Promise<T>): Promise<T> => {
    underWay.add(args);
    try {
      return await result;
    } finally {
      underWay.delete(args);
    }
  };

  return {
    quantizeActivations(x, tokens, columns, format) {
      const made = new QuantizedActivations(tokens, columns, format);
      checkArray("quantizeActivations: x", x, Float32Array, { tokens, columns });
      const bad = c.offprint_quantize(
        ...[variant, threadsFor(8 * tokens * columns), x, made.format.bits] as const,
        ...[made.codes, made.scales, made.zeros, made.sums] as const,
        ...[tokens, columns, made.blocks, made.format.blockSize] as const,
      );
      if (bad !== DONE) throw refused("quantizeActivations: x", x, bad, columns);
      return made;
    },

    async gemm(activations, weights, given) {
      const { tokens, columns, blocks, codes, scales, zeros, sums, format } = activations;
      const output = checkGemm(columns, format.blockSize, tokens, weights, given);
      const work = tokens * weights.rows * columns;
      const args = [
        ...[variant, threadsFor(work), codes, scales, zeros, sums, format.bits] as const,
        ...operand(weights, format.scheme),
        ...[output, tokens, weights.rows, blocks, format.blockSize] as const,
      ] as const;
      if (work < LONG) c.offprint_gemm(...args);
      else await keeping(args, c.offprint_gemm_later(...args));
      return output;
    },

    async linear(x, tokens, format, weights, given) {
      const { rows, columns, blocks, blockSize } = weights;
      const { format: { bits, scheme }, output } = checkLinear(x, tokens, format, weights, given);
      const work = tokens * rows * columns;
      const pile = spare.of(tokens, weights, scheme);
      const room = pile.pop() ?? roomForCodes(tokens, weights, scheme);
      const args = [
        ...[variant, threadsFor(work), x, bits] as const,
        ...[room.codes, room.scales, room.zeros, room.sums] as const,
        ...operand(weights, scheme),
        ...[output, tokens, rows, columns, blocks, blockSize] as const,
      ] as const;
      const bad = work < LONG
        ? c.offprint_linear(...args)
        : await keeping(args, c.offprint_linear_later(...args));
      pile.push(room);
      if (bad !== DONE) throw refused("linear: x", x, bad, columns);
      return output;
    },
  };
}

/** Weights as the C functions take them: bits, codes, scales, and sums where an offset needs them. */
function operand(weights: Weights, scheme: ActivationScheme) {
  const codes = weights.bits === 4 ? weights.words : weights.values;
  const sums = scheme === "minmax" ? weights.sums : null;
  return [weights.bits, codes, weights.scales, sums] as const;
}

/** The arrays of quantised activations. */
type Codes = Pick<QuantizedActivations, "codes" | "scales" | "zeros" | "sums">;

function roomForCodes(tokens: number, weights: BlockMatrix, scheme: ActivationScheme): Codes {
  const { blocks, paddedColumns } = weights;
  return {
    codes: new Int8Array(tokens * paddedColumns),
    scales: new Float32Array(tokens * blocks),
    zeros: scheme === "minmax" ? new Float32Array(tokens * blocks) : null,
    sums: new Int32Array(tokens * blocks),
  };
}

/** Room for the codes between the two halves of `linear`, by size, that no call is using. */
class SpareCodes {
  #piles = new Map<string, Codes[]>();

  of(tokens: number, weights: BlockMatrix, scheme: ActivationScheme): Codes[] {
    const key = `${tokens} ${weights.paddedColumns} ${weights.blockSize} ${scheme}`;
    let pile = this.#piles.get(key);
    if (pile === undefined) {
      if (this.#piles.size >= 32) this.#piles.clear(); // prompts of many lengths
      this.#piles.set(key, pile = []);
    }
    return pile;
  }
}
