/**
 * Opening a model of this project by name, quantised on the spot.
 *
 * @module
 */
import { openKernels } from "kernels/mod.ts";
import type { Tokens } from "offprint/lm/interface/mod.ts";
import type { Tokenizer } from "offprint/lm/text/mod.ts";
import { readTransformer } from "offprint/lm/transformer/mod.ts";
import { stream } from "offprint/random.ts";
import { calibrate } from "./calibration.ts";
import { type QuantizedModel, quantizedModel, type RunOptions } from "./decoder.ts";
import type { QuantizationOptions } from "./quantize_decoder.ts";

/** Texts and tokens of each that a model writes for its own calibration, at most. */
const OWN_TEXTS = 4, OWN_TOKENS = 63;

/** A quantised model that is ready to run, with its tokenizer. */
export interface LoadedQuantized {
  readonly model: QuantizedModel;
  readonly tokenizer: Tokenizer;
}

/**
 * Opens a model of `data/models` by its name ("sotu-draft"), or a folder in the same layout by its path,
 * and quantises it: 4-bit weights, activations of 4 and 8 bits as calibration decides, a 4-bit KV cache.
 *
 * @param options `texts`: what to calibrate on (text the model was trained on); by default the model
 * writes some for itself, always the same. With a `plan` or `calibration` of your own nothing is written.
 * @throws {UserError} for an unknown name, or a file that is missing, damaged or does not fit the others.
 */
export async function loadQuantized(
  nameOrFolder: string,
  options: QuantizationOptions & RunOptions & { readonly texts?: readonly Tokens[] } = {},
): Promise<LoadedQuantized> {
  const { name, config, weights, tokenizer } = await readTransformer(nameOrFolder);
  const kernels = options.kernels ?? await openKernels();
  const settings = { name, ...options, kernels };
  if (options.plan !== undefined || options.calibration !== undefined) {
    return { model: await quantizedModel(config, weights, settings), tokenizer };
  }
  const texts = options.texts ??
    await ownTexts(await quantizedModel(config, weights, { name, kernels, weightBits: 8 }));
  const calibration = calibrate(config, weights, texts);
  return { model: await quantizedModel(config, weights, { ...settings, calibration }), tokenizer };
}

/** Texts drawn from a model at temperature 1. */
async function ownTexts(model: QuantizedModel): Promise<number[][]> {
  const texts: number[][] = Array.from({ length: OWN_TEXTS }, () => []);
  const sequences = await Promise.all(texts.map(() => model.open([])));
  const length = Math.min(OWN_TOKENS, model.contextLength);
  for (let at = 0; at < length; at++) {
    for (const [i, sequence] of sequences.entries()) {
      const { logits } = sequence;
      const p = await model.kernels.warpedSoftmax(logits, 1, { temperature: 1 });
      texts[i]!.push(stream(1, "own-texts", i, at).categorical(p));
    }
    await model.extendBatch(sequences, texts.map((text) => text.slice(-1)));
  }
  for (const sequence of sequences) sequence.close();
  return texts;
}
