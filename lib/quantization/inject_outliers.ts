/**
 * Outlier channels for a model that has none, without changing what it computes.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import type { TransformerConfig } from "offprint/lm/transformer/mod.ts";
import { stream } from "offprint/random.ts";
import type { Weights } from "./float_decoder.ts";

/** How outliers are put in. */
export interface InjectionOptions {
  readonly seed: number;
  /** Share of the channels behind each norm; default 0.01, at least one. */
  readonly share?: number;
  /** Factors are drawn evenly from here; default 20 to 60. */
  readonly factors?: readonly [number, number];
}

/** A channel behind a norm that was made larger. */
export interface InjectedChannel {
  /** The part whose input the norm makes. */
  readonly part: "qkv" | "gateUp";
  readonly layer: number;
  readonly channel: number;
  readonly factor: number;
}

/**
 * Multiplies some channels of each layer's two norms by factors and divides the columns that read them by
 * the same: every product is as before, up to rounding, but the activations between have outliers in fixed
 * channels, as models of several billion parameters do. Quantise after it.
 *
 * @returns new weights (matrices that do not change are shared), and what was done.
 * @throws {UserError} for a share outside (0, 1], or factors that are not positive and rising.
 */
export function injectOutliers(
  config: TransformerConfig,
  weights: Weights,
  options: InjectionOptions,
): { readonly weights: Map<string, Float32Array>; readonly channels: readonly InjectedChannel[] } {
  const { seed, share = 0.01, factors: [least, most] = [20, 60] } = options;
  const refuse = (what: string, got: unknown, expected: string): never => {
    throw new UserError({ what: `injectOutliers: ${what}`, got, expected });
  };
  if (!(share > 0 && share <= 1)) refuse("share", share, "a number above 0 and at most 1");
  if (!(least > 0 && most >= least && most < Infinity)) {
    refuse("factors", [least, most], "two finite numbers above 0, the second not below the first");
  }
  const width = config.hidden_size, count = Math.max(1, Math.round(share * width));
  const result = new Map(weights), channels: InjectedChannel[] = [];
  const readers = {
    qkv: ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
    gateUp: ["mlp.gate_proj", "mlp.up_proj"],
  } as const;
  const norms = { qkv: "input_layernorm", gateUp: "post_attention_layernorm" } as const;
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    for (const part of ["qkv", "gateUp"] as const) {
      const random = stream(seed, "outliers", part, layer);
      const chosen = random.shuffle([...new Array(width).keys()]).slice(0, count)
        .sort((a, b) => a - b)
        .map((channel) => ({ channel, factor: least + (most - least) * random.uniform() }));
      const changed = (name: string, change: (value: number, factor: number) => number) => {
        const key = `model.layers.${layer}.${name}.weight`;
        const copy = result.get(key)!.slice();
        for (let row = 0; row < copy.length; row += width) {
          for (const { channel, factor } of chosen) {
            copy[row + channel] = change(copy[row + channel]!, factor);
          }
        }
        result.set(key, copy);
      };
      // What the norm multiplies, its readers divide by: the function of the network stays the same.
      changed(norms[part], (value, factor) => value * factor);
      for (const name of readers[part]) changed(name, (value, factor) => value / factor);
      channels.push(...chosen.map((one) => ({ part, layer, ...one })));
    }
  }
  return { weights: result, channels };
}
