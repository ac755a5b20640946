/**
 * FMPQ and what it is compared with, one function each.
 *
 * @module
 */
import type { Calibration } from "../calibration.ts";
import { channelPlan, type PlanOptions } from "../channel_plan.ts";
import { hadamardRotation } from "./hadamard.ts";
import type {
  ActivationRounding,
  LayerPart,
  PartScheme,
  Scheme,
  WeightRounding,
} from "./scheme.ts";
import type { Weights } from "../float_decoder.ts";

/** W8A8 or W4A4 with one scale per token and one per weight row: what serving engines call per-token. */
export function perToken(weightBits: 4 | 8, activationBits: 4 | 8): Scheme {
  return {
    name: `W${weightBits}A${activationBits} per token`,
    part: () => ({
      weights: { bits: weightBits, group: "row" },
      activations: { bits: activationBits, blockSize: "row" },
    }),
  };
}

/** 4-bit weights in groups, activations in floats; with a calibration the clip search stands in for OmniQuant. */
export function weightOnly(group: number, calibrated: boolean): Scheme {
  return { name: "W4A16", part: () => ({ weights: groupWeights(group, calibrated) }) };
}

/** Weights in groups of 4 bits, activations of `bits` with one scale per token. */
export function perTokenW4(bits: 4 | 8, group: number, calibrated: boolean): Scheme {
  return {
    name: `W4A${bits} per token`,
    part: () => ({
      weights: groupWeights(group, calibrated),
      activations: { bits, blockSize: "row" },
    }),
  };
}

/** The same bits in every block of channels, channels as they are. */
export function perBlock(
  weightBits: 4 | 8,
  activationBits: 4 | 8,
  blockSize: number,
  calibrated: boolean,
): Scheme {
  return {
    name: `W${weightBits}A${activationBits} per block`,
    part: () => ({
      weights: weightBits === 4
        ? groupWeights(blockSize, calibrated)
        : { bits: 8, group: blockSize },
      activations: { bits: activationBits, blockSize },
    }),
  };
}

/** How FMPQ is set up. */
export interface FmpqOptions extends PlanOptions {
  /** Without it channels stay where they are, and every block with an outlier takes 8 bits. Default true. */
  readonly permute?: boolean;
  /** Ranges measured in calibration instead of each token's own. Default false. */
  readonly static?: boolean;
  /** Of activations; default `"symmetric"`. */
  readonly scheme?: "symmetric" | "minmax";
  /** One range for all tokens of a text, as in the paper's figure 4, or one for each (the default). */
  readonly range?: "token" | "text";
  /** Weights by clip search (the default) or by their largest. */
  readonly weights?: "clip" | "absmax";
}

/** W4Ax: FMPQ's blocks of 4 and 8 bits (COMET §3), as a calibration decides them. */
export function fmpq(calibration: Calibration, options: FmpqOptions): Scheme {
  const { blockSize, permute = true, scheme = "symmetric", range = "token" } = options;
  return {
    name: permute ? "W4Ax" : "W4Ax without permutation",
    part(part, layer, columns): PartScheme {
      const largest = calibration.largest(part, layer);
      const { order, bits } = fmpqBlocks(calibration, options, part, layer);
      const activations: ActivationRounding = {
        blockSize,
        bits,
        scheme,
        range: options.static === true
          ? { largest: order === undefined ? largest : largest.map((_, j) => largest[order[j]!]!) }
          : range,
      };
      const weights: WeightRounding = {
        bits: 4,
        group: Math.min(blockSize, columns),
        scale: options.weights ?? "clip",
      };
      return order === undefined ? { weights, activations } : { order, weights, activations };
    },
  };
}

/** The order and bits of one part's blocks; without a permutation every block that holds an outlier takes 8 bits. */
export function fmpqBlocks(
  calibration: Calibration,
  options: FmpqOptions,
  part: LayerPart,
  layer: number,
): { readonly order?: Uint32Array; readonly bits: Uint8Array } {
  const plan = channelPlan(calibration.largest(part, layer), options);
  if (options.permute ?? true) return { order: plan.order, bits: plan.bits };
  const bits = plan.bits.map(() => 4);
  for (const channel of plan.outliers) bits[Math.floor(channel / options.blockSize)] = 8;
  return { bits };
}

/**
 * SmoothQuant's migration: channel j of an input is divided by `max|x_j|^α / max|w_j|^(1−α)` and the
 * weights' columns are multiplied by it, then both are rounded, activations per token.
 *
 * @param strength α in [0, 1], 0.5 in the paper.
 */
export function smoothQuant(
  weights: Weights,
  calibration: Calibration,
  options: {
    readonly weightBits: 4 | 8;
    readonly activationBits: 4 | 8;
    readonly strength?: number;
  },
): Scheme {
  const { weightBits, activationBits, strength = 0.5 } = options;
  return {
    name: `W${weightBits}A${activationBits} SmoothQuant`,
    part(part, layer, columns) {
      const largest = calibration.largest(part, layer);
      const ofWeights = columnSizes(weights, part, layer, columns);
      const divisors = largest.map((x, j) => x ** strength / ofWeights[j]! ** (1 - strength) || 1);
      return {
        divisors,
        weights: { bits: weightBits, group: "row" },
        activations: { bits: activationBits, blockSize: "row" },
      };
    },
  };
}

/** A random Hadamard rotation of every part's input (QuaRot, computed at run time), then per-token roundings. */
export function rotated(
  options: {
    readonly activationBits: 4 | 8;
    /** Columns of a scale of the 4-bit weights. */
    readonly group: number;
    readonly seed: number;
  },
): Scheme {
  const { activationBits, group, seed } = options;
  const rotations = new Map<number, Float32Array>();
  return {
    name: `W4A${activationBits} Hadamard`,
    part(_part, _layer, columns) {
      const rotation = rotations.get(columns) ?? hadamardRotation(columns, seed);
      rotations.set(columns, rotation);
      return {
        rotation,
        weights: { bits: 4, group },
        activations: { bits: activationBits, blockSize: "row" },
      };
    },
  };
}

function groupWeights(group: number, calibrated: boolean): WeightRounding {
  return { bits: 4, group, scale: calibrated ? "clip" : "absmax" };
}

/** Names of the matrices that share a part's input. */
const MATRICES: Record<LayerPart, readonly string[]> = {
  qkv: ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
  o: ["self_attn.o_proj"],
  gateUp: ["mlp.gate_proj", "mlp.up_proj"],
  down: ["mlp.down_proj"],
};

/** The largest |w| of each column over the matrices of a part. */
function columnSizes(
  weights: Weights,
  part: LayerPart,
  layer: number,
  columns: number,
): Float32Array {
  const sizes = new Float32Array(columns);
  for (const name of MATRICES[part]) {
    weights.get(`model.layers.${layer}.${name}.weight`)!.forEach((value, i) => {
      sizes[i % columns] = Math.max(sizes[i % columns]!, Math.abs(value));
    });
  }
  return sizes;
}
