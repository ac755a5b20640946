/**
 * Calibration: how large the channels of each linear part's input become on some text.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { Tokens } from "offprint/lm/interface/mod.ts";
import type { TransformerConfig } from "offprint/lm/transformer/mod.ts";
import { quantile } from "offprint/stats.ts";
import type { PartName } from "./part_name.ts";
import { floatForward, type Weights } from "./float_decoder.ts";

/** What was seen in each channel. */
export interface Calibration {
  /** Tokens looked at. */
  readonly tokens: number;
  /** The size of each channel of a part's input: the largest seen, or the percentile asked for. */
  largest(part: PartName, layer: number): Float32Array;
  /** The mean square of each channel of a part's input. */
  meanSquare(part: PartName, layer: number): Float64Array;
}

/** What counts as the size of a channel. */
export interface CalibrationOptions {
  /**
   * In (0, 100]: the percentile over tokens of |x|, so that single tokens do not decide; default 100, the
   * largest. Below 100 every number is kept until the end: 4 bytes per channel and token.
   */
  readonly percentile?: number;
}

/** Collects the inputs of linear parts as they come by. */
export class ChannelStatistics implements Calibration {
  readonly #percentile: number;
  readonly #seen = new Map<string, Channels>();
  #tokens = 0;

  /** @throws {UserError} for a percentile outside (0, 100]. */
  constructor({ percentile = 100 }: CalibrationOptions = {}) {
    if (!(percentile > 0 && percentile <= 100)) {
      throw new UserError({
        what: "calibration: percentile",
        got: percentile,
        expected: "a number above 0 and at most 100",
      });
    }
    this.#percentile = percentile;
  }

  get tokens(): number {
    return this.#tokens;
  }

  /** Counts the tokens of a text; their inputs come through {@linkcode add}. */
  addTokens(count: number): void {
    this.#tokens += count;
  }

  /**
   * Takes the input `x`, `[tokens][columns]`, of a part.
   *
   * @throws {UserError} for a number that is NaN or infinite, with its part, layer and channel.
   */
  add(part: PartName, layer: number, x: Float32Array, columns: number): void {
    const key = `${part} ${layer}`;
    let channels = this.#seen.get(key);
    if (channels === undefined) {
      channels = {
        largest: new Float32Array(columns),
        squares: new Float64Array(columns),
        kept: [],
      };
      this.#seen.set(key, channels);
    }
    const { largest, squares } = channels;
    for (let row = 0; row < x.length; row += columns) {
      for (let channel = 0; channel < columns; channel++) {
        const value = x[row + channel]!, size = Math.abs(value);
        if (!(size < Infinity)) {
          throw new UserError({
            what: `calibration: ${part} of layer ${layer}, channel ${channel}, token ${
              row / columns
            }`,
            got: new Described(String(value)),
            expected: "a finite number",
            todo: "Look for damaged weights or an overflow before this part.",
          });
        }
        if (size > largest[channel]!) largest[channel] = size;
        squares[channel]! += value * value;
      }
    }
    if (this.#percentile < 100) channels.kept.push(x.slice());
  }

  largest(part: PartName, layer: number): Float32Array {
    const channels = this.#of(part, layer);
    if (this.#percentile === 100) return channels.largest;
    return channels.percentile ??= percentiles(channels, this.#percentile / 100);
  }

  meanSquare(part: PartName, layer: number): Float64Array {
    return this.#of(part, layer).squares.map((sum) => sum / this.#tokens);
  }

  #of(part: PartName, layer: number): Channels {
    const channels = this.#seen.get(`${part} ${layer}`);
    if (channels !== undefined) return channels;
    throw new UserError({
      what: "calibration",
      got: new Described(`no data for ${part} of layer ${layer}`),
      expected: "a calibration of this model with at least one text",
    });
  }
}

interface Channels {
  readonly largest: Float32Array;
  readonly squares: Float64Array;
  /** Inputs as they came, where a percentile is asked for. */
  readonly kept: Float32Array[];
  percentile?: Float32Array;
}

function percentiles({ largest, kept }: Channels, probability: number): Float32Array {
  const columns = largest.length;
  return largest.map((_, channel) => {
    const sizes = Float32Array.from(
      kept.flatMap((x) =>
        Array.from(
          { length: x.length / columns },
          (_, row) => Math.abs(x[row * columns + channel]!),
        )
      ),
    ).sort();
    return quantile(sizes, probability);
  });
}

/**
 * Runs texts through the decoder in floats and keeps the sizes of the channels. Use text the model was
 * trained on, never the text it is judged on.
 *
 * @param texts without the begin-of-text token, which is put in front of each.
 * @throws {RangeError} for no text.
 * @throws {UserError} for an activation that is NaN or infinite, or a percentile outside (0, 100].
 */
export function calibrate(
  config: TransformerConfig,
  weights: Weights,
  texts: readonly Tokens[],
  options: CalibrationOptions = {},
): Calibration {
  if (texts.length === 0) throw new RangeError("calibrate: got no text, expected at least one");
  const statistics = new ChannelStatistics(options);
  for (const text of texts) {
    statistics.addTokens(text.length + 1);
    floatForward(
      config,
      weights,
      [config.bos_token_id, ...text],
      (part, layer, x, columns) => statistics.add(part, layer, x, columns),
    );
  }
  return statistics;
}

/** A document by its name, as corpora give them. */
interface Named {
  readonly name: string;
}

/**
 * Refuses calibration texts that are also judged on.
 *
 * @throws {UserError} naming the first document that is in both.
 */
export function checkDisjoint(calibration: readonly Named[], evaluation: readonly Named[]): void {
  const judged = new Set(evaluation.map(({ name }) => name));
  const shared = calibration.find(({ name }) => judged.has(name));
  if (shared === undefined) return;
  throw new UserError({
    what: "calibration texts",
    got: new Described(`${shared.name}, which is among the evaluation texts`),
    expected: "documents that the model is not judged on",
  });
}
