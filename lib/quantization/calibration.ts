/**
 * Calibration: how large the channels of each linear part's input become on some text.
 *
 * @module
 */
import type { Tokens, TransformerConfig } from "offprint/lm/mod.ts";
import type { PartName } from "./decoder_parts.ts";
import { floatForward, type Weights } from "./float_decoder.ts";

/** What was seen in each channel. */
export interface Calibration {
  /** Tokens looked at. */
  readonly tokens: number;
  /** The largest size seen in each channel of a part's input. */
  largest(part: PartName, layer: number): Float32Array;
  /** The mean square of each channel of a part's input. */
  meanSquare(part: PartName, layer: number): Float64Array;
}

/**
 * Runs texts through the decoder in floats and keeps the sizes of the channels. Use text the model was
 * trained on, never the text it is judged on.
 *
 * @param texts without the begin-of-text token, which is put in front of each.
 * @throws {RangeError} for no text.
 */
export function calibrate(
  config: TransformerConfig,
  weights: Weights,
  texts: readonly Tokens[],
): Calibration {
  if (texts.length === 0) throw new RangeError("calibrate: got no text, expected at least one");
  const seen = new Map<string, { largest: Float32Array; squares: Float64Array }>();
  let tokens = 0;
  for (const text of texts) {
    tokens += text.length + 1;
    floatForward(config, weights, [config.bos_token_id, ...text], (part, layer, x, columns) => {
      const key = `${part} ${layer}`;
      let channels = seen.get(key);
      if (channels === undefined) {
        channels = { largest: new Float32Array(columns), squares: new Float64Array(columns) };
        seen.set(key, channels);
      }
      const { largest, squares } = channels;
      for (let row = 0; row < x.length; row += columns) {
        for (let channel = 0; channel < columns; channel++) {
          const value = x[row + channel]!, size = Math.abs(value);
          if (size > largest[channel]!) largest[channel] = size;
          squares[channel]! += value * value;
        }
      }
    });
  }
  const of = (part: PartName, layer: number) => {
    const channels = seen.get(`${part} ${layer}`);
    if (channels !== undefined) return channels;
    throw new RangeError(
      `calibration: got ${part} of layer ${layer}, which the model does not have`,
    );
  };
  return {
    tokens,
    largest: (part, layer) => of(part, layer).largest,
    meanSquare: (part, layer) => of(part, layer).squares.map((sum) => sum / tokens),
  };
}
