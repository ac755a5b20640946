/**
 * The share of a model's work that is in 4 bits.
 *
 * @module
 */
import { fmpqBlocks, type FmpqOptions, LAYER_PARTS } from "offprint/quantization/simulate/mod.ts";
import type { Subject } from "./configurations.ts";

/** The share of multiply-adds of a model's linear layers whose activations are in 4 bits: f, weighted by rows. */
export function shareOf4Work({ config, calibration }: Subject, options: FmpqOptions): number {
  let all = 0, four = 0;
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    for (const part of LAYER_PARTS) {
      const { bits } = fmpqBlocks(calibration, options, part, layer);
      const rows = partRowCount(config, part);
      all += rows * bits.length;
      four += rows * bits.filter((value) => value === 4).length;
    }
  }
  return four / all;
}

/** Outputs of a linear part. */
function partRowCount(
  config: Subject["config"],
  part: typeof LAYER_PARTS[number],
): number {
  const { head_dim: d, num_attention_heads: heads, num_key_value_heads: groups } = config;
  return {
    qkv: (heads + 2 * groups) * d,
    o: config.hidden_size,
    gateUp: 2 * config.intermediate_size,
    down: config.hidden_size,
  }[part];
}
