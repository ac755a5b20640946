/**
 * Sampling and verification in C: `src/exports_sampling.c`.
 *
 * @module
 */
import { checkArray } from "../contract/checks.ts";
import type { SamplingOptions } from "../contract/types.ts";
import { laneSum } from "../reference/exact_math.ts";
import {
  badLogit,
  badMass,
  checkSample,
  checkSampling,
  checkSoftmax,
  type sample,
  type warpedSoftmax,
} from "../reference/sampling.ts";
import { checkDraft, notDrawn, type verify } from "../reference/verification.ts";
import { type NativeContext, outOfMemory } from "./context.ts";
import { DONE, OUT_OF_MEMORY } from "./library.ts";

interface Cores {
  warpedSoftmax: typeof warpedSoftmax;
  sample: typeof sample;
  verify: typeof verify;
  /** {@linkcode warpedSoftmax} of a row at a time: the warp is checked once. */
  warp(options: SamplingOptions): (logits: Float32Array) => Float64Array;
}

/** The cores of `reference/sampling.ts` and `reference/verification.ts`. */
export function nativeSampling({ c, variant, threadsFor }: NativeContext): Cores {
  const soften = (
    logits: Float32Array,
    output: Float64Array,
    rows: number,
    vocabulary: number,
    { temperature, topK, topP, minP }: Required<SamplingOptions>,
  ) => {
    const bad = c.offprint_softmax(
      ...[variant, threadsFor(16 * rows * vocabulary), logits, output, rows, vocabulary] as const,
      ...[temperature, topK, topP, minP] as const,
    );
    if (bad === DONE) return;
    if (bad === OUT_OF_MEMORY) throw outOfMemory("warpedSoftmax");
    throw badLogit(Math.floor(bad / vocabulary), bad % vocabulary, logits[bad]!);
  };
  return {
    warpedSoftmax(logits, rows, warp, given) {
      const { output, vocabulary, ...checked } = checkSoftmax(logits, rows, warp, given);
      soften(logits, output, rows, vocabulary, checked);
      return output;
    },

    warp(options) {
      const checked = checkSampling(options);
      return (logits) => {
        const vocabulary = logits?.length || 1;
        checkArray("warp: logits", logits, Float32Array, { vocabulary });
        const output = new Float64Array(vocabulary);
        soften(logits, output, 1, vocabulary, checked);
        return output;
      };
    },

    sample(probabilities, rows, uniforms) {
      const size = checkSample(probabilities, rows, uniforms);
      const tokens = new Int32Array(rows);
      const row = c.offprint_sample(variant, probabilities, uniforms, tokens, rows, size);
      if (row === DONE) return tokens;
      const weights = probabilities.subarray(row * size, (row + 1) * size);
      throw badMass("sample: probabilities", row, laneSum(weights));
    },

    verify(input) {
      const lengths = checkDraft(input);
      const { batch, drafted, vocabulary, tokens, draft, target, uniforms } = input;
      const accepted = new Int32Array(batch), next = new Int32Array(batch);
      const bad = c.offprint_verify(
        ...[variant, tokens, lengths, draft, target, uniforms] as const,
        ...[accepted, next, batch, drafted, vocabulary] as const,
      );
      if (bad === DONE) return { accepted, next };
      if (bad === OUT_OF_MEMORY) throw outOfMemory("verify");
      // Two kinds of refusals in one number: below `rows` a drafted token, from there on a row of the
      // target.
      const rows = batch * (drafted + 1), row = bad % rows;
      const text = Math.floor(row / (drafted + 1)), n = row % (drafted + 1);
      if (bad < rows) {
        const token = tokens[text * drafted + n]!;
        throw notDrawn(text, n, token, draft[(text * drafted + n) * vocabulary + token]!);
      }
      const weights = target.subarray(row * vocabulary, (row + 1) * vocabulary);
      throw badMass(`verify: target[${text}]`, n, laneSum(weights));
    },
  };
}
