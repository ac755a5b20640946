/**
 * What a model's linear parts get and give, looked at through ONNX Runtime: calibration, and errors part by
 * part.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { Tokens } from "offprint/lm/interface/mod.ts";
import type { TransformerConfig } from "offprint/lm/transformer/mod.ts";
import { type Calibration, type CalibrationOptions, ChannelStatistics } from "../calibration.ts";
import type { Weights } from "../float_decoder.ts";
import { IN_FLOATS, LAYER_PARTS, type LayerPart, type Scheme } from "./scheme.ts";
import { simulator, type SimulatorOptions } from "./simulator.ts";

/** Sees the input of a linear part over one text, `[tokens][columns]`. */
export type InputObserver = (
  part: LayerPart,
  layer: number,
  x: Float32Array,
  columns: number,
) => void;

/**
 * Shows the inputs of all linear parts of a model in floats, text by text.
 *
 * @param texts without the begin-of-text token, each at most as long as the model's context.
 */
export async function observeInputs(
  config: TransformerConfig,
  weights: Weights,
  texts: readonly Tokens[],
  observe: InputObserver,
  options: SimulatorOptions = {},
): Promise<void> {
  const model = await simulator(config, weights, IN_FLOATS, {
    ...options,
    outputs: { inputs: true },
  });
  try {
    for (const text of texts) {
      const outputs = await model.run([text]);
      for (let layer = 0; layer < config.num_hidden_layers; layer++) {
        for (const part of LAYER_PARTS) {
          const x = outputs.get(`input ${part} ${layer}`)!;
          const columns = x.length / model.length;
          observe(
            part,
            layer,
            x.subarray(0, Math.min(text.length + 1, model.length) * columns),
            columns,
          );
        }
      }
    }
  } finally {
    await model.close();
  }
}

/**
 * As `calibrate`, through ONNX Runtime: many times as fast, and without the head's input.
 *
 * @throws {UserError} for no text, or an activation that is NaN or infinite.
 */
export async function calibrateFast(
  config: TransformerConfig,
  weights: Weights,
  texts: readonly Tokens[],
  options: CalibrationOptions & SimulatorOptions = {},
): Promise<Calibration> {
  if (texts.length === 0) {
    throw new UserError({
      what: "calibrateFast",
      got: new Described("no text"),
      expected: "at least one",
    });
  }
  const statistics = new ChannelStatistics(options);
  for (const text of texts) statistics.addTokens(text.length + 1);
  await observeInputs(
    config,
    weights,
    texts,
    (part, layer, x, columns) => statistics.add(part, layer, x, columns),
    options,
  );
  return statistics;
}

/** The error of one linear part, everything before it in floats. */
export interface PartError {
  readonly part: LayerPart;
  readonly layer: number;
  /** Signal to quantisation noise of the part's output in decibels: 10 log₁₀(Σ y² / Σ (y − ŷ)²). */
  readonly decibels: number;
}

/** The error that a scheme makes in each part by itself, over the tokens of some texts. */
export async function partErrors(
  config: TransformerConfig,
  weights: Weights,
  scheme: Scheme,
  texts: readonly Tokens[],
  options: SimulatorOptions = {},
): Promise<PartError[]> {
  // In floats, the KV cache too: an error in it would be counted in every part behind it.
  const { kv: _kv, ...linears } = scheme;
  const model = await simulator(config, weights, linears, {
    ...options,
    outputs: { errors: true },
  });
  const sums = new Map<string, [number, number]>();
  try {
    for (const text of texts) {
      for (const [name, values] of await model.run([text])) {
        if (!name.startsWith("error ")) continue;
        const [signal, noise] = sums.get(name) ?? [0, 0];
        sums.set(name, [signal + values[0]!, noise + values[1]!]);
      }
    }
  } finally {
    await model.close();
  }
  return Array.from({ length: config.num_hidden_layers }, (_, layer) => layer).flatMap((layer) =>
    LAYER_PARTS.map((part) => {
      const [signal, noise] = sums.get(`error ${part} ${layer}`)!;
      return { part, layer, decibels: 10 * Math.log10(signal / noise) };
    })
  );
}

/**
 * How far the residual stream has moved after each layer: the norm of the difference over that of the
 * stream in floats, over the tokens of some texts.
 */
export async function streamErrors(
  config: TransformerConfig,
  weights: Weights,
  scheme: Scheme,
  texts: readonly Tokens[],
  options: SimulatorOptions = {},
): Promise<number[]> {
  const layers = config.num_hidden_layers, outputs = { streams: true };
  const models = [
    await simulator(config, weights, IN_FLOATS, { ...options, outputs }),
    await simulator(config, weights, scheme, { ...options, outputs }),
  ] as const;
  const off = new Float64Array(layers), size = new Float64Array(layers);
  try {
    for (const text of texts) {
      const [exact, rounded] = [await models[0].run([text]), await models[1].run([text])];
      for (let layer = 0; layer < layers; layer++) {
        const a = exact.get(`stream ${layer}`)!, b = rounded.get(`stream ${layer}`)!;
        const end = Math.min(text.length + 1, models[0].length) * config.hidden_size;
        for (let i = 0; i < end; i++) {
          off[layer]! += (a[i]! - b[i]!) ** 2;
          size[layer]! += a[i]! ** 2;
        }
      }
    }
  } finally {
    await Promise.all(models.map((model) => model.close()));
  }
  return Array.from(off, (sum, layer) => Math.sqrt(sum / size[layer]!));
}
