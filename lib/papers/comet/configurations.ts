/**
 * What is measured on the committed model: every scheme of the comparison, with and without injected
 * outliers, with each KV cache.
 *
 * @module
 */
import type { TransformerConfig } from "offprint/lm/transformer/mod.ts";
import {
  calibratedPlans,
  type Calibration,
  type QuantizationOptions,
  uniformPlans,
  type Weights,
} from "offprint/quantization/mod.ts";
import {
  fmpq,
  IN_FLOATS,
  type KvRounding,
  perBlock,
  perToken,
  perTokenW4,
  rotated,
  type Scheme,
  smoothQuant,
  weightOnly,
  withKv,
} from "offprint/quantization/simulate/mod.ts";

/** Channels of a block and columns of a weight's scale: the committed model is 256 wide. */
export const BLOCK_SIZE = 32;

/** κ: how many times the median makes an outlier. */
export const THRESHOLD = 4;

/** Tokens of a group of the KV cache. */
export const GROUP_SIZE = 64;

/** How outliers are injected. */
export const INJECTION = { seed: 1, share: 0.01, factors: [20, 60] } as const;

/** A model's weights with what is known about its activations. */
export interface Subject {
  readonly config: TransformerConfig;
  readonly weights: Weights;
  readonly calibration: Calibration;
}

/** Names of the schemes, in the order of the tables. */
export const SCHEMES = [
  ...["floats", "W8A8", "W4A16", "W4Ax", "W4Ax in place", "W4A4 per block"],
  ...["W4A4 per token", "W8A8 SmoothQuant", "W4A4 SmoothQuant", "W4A4 Hadamard"],
] as const;

/** One of {@linkcode SCHEMES}. */
export type SchemeName = typeof SCHEMES[number];

/** The roundings a name stands for. */
export function schemeOf(name: SchemeName, { weights, calibration }: Subject): Scheme {
  const blocks = { blockSize: BLOCK_SIZE, threshold: THRESHOLD };
  switch (name) {
    case "floats":
      return IN_FLOATS;
    case "W8A8":
      return perToken(8, 8);
    case "W4A16":
      return weightOnly(BLOCK_SIZE, true);
    case "W4Ax":
      return fmpq(calibration, blocks);
    case "W4Ax in place":
      return fmpq(calibration, { ...blocks, permute: false });
    case "W4A4 per block":
      return perBlock(4, 4, BLOCK_SIZE, true);
    case "W4A4 per token":
      return perTokenW4(4, BLOCK_SIZE, true);
    case "W8A8 SmoothQuant":
      return smoothQuant(weights, calibration, { weightBits: 8, activationBits: 8 });
    case "W4A4 SmoothQuant":
      return smoothQuant(weights, calibration, { weightBits: 4, activationBits: 4 });
    case "W4A4 Hadamard":
      return rotated({ activationBits: 4, group: BLOCK_SIZE, seed: 1 });
  }
}

/** The caches that are compared. */
export type KvName = "KV16" | "KV4";

/** Their roundings. */
export const KV: Record<KvName, KvRounding> = {
  KV16: { bits: 16 },
  KV4: { bits: 4, axis: "channel", groupSize: GROUP_SIZE },
};

/** The schemes that the kernels run too, as they are set up there. */
export const KERNEL_SCHEMES = ["W8A8 blocks", "W4A8 blocks", "W4Ax", "W4A4 per block"] as const;

/** One of {@linkcode KERNEL_SCHEMES}. */
export type KernelSchemeName = typeof KERNEL_SCHEMES[number];

/** A scheme of the kernels, for the simulator and for them. */
export function kernelScheme(
  name: KernelSchemeName,
  { calibration }: Subject,
): { simulated: Scheme; kernels: QuantizationOptions } {
  const blockSize = BLOCK_SIZE;
  const simulated = (scheme: Scheme) => withKv(scheme, KV.KV4);
  switch (name) {
    case "W8A8 blocks":
      return {
        simulated: simulated(perBlock(8, 8, blockSize, false)),
        kernels: { blockSize, weightBits: 8 },
      };
    case "W4A8 blocks":
      return {
        simulated: simulated(perBlock(4, 8, blockSize, true)),
        kernels: { blockSize, calibration, plan: uniformPlans(8, blockSize) },
      };
    case "W4Ax": {
      const options = { blockSize, threshold: THRESHOLD };
      return {
        simulated: simulated(fmpq(calibration, options)),
        kernels: { blockSize, calibration, plan: calibratedPlans(calibration, options) },
      };
    }
    case "W4A4 per block":
      return {
        simulated: simulated(perBlock(4, 4, blockSize, true)),
        kernels: { blockSize, calibration, plan: uniformPlans(4, blockSize) },
      };
  }
}

/** One run over the held-out text. */
export interface Configuration {
  readonly injected: boolean;
  readonly engine: "simulator" | "kernels";
  readonly scheme: string;
  readonly kv: KvName | "KV32";
}

/** All runs, those that decide most first. */
export function configurations(): Configuration[] {
  const simulated = (injected: boolean, kv: Configuration["kv"], names: readonly SchemeName[]) =>
    names.map((scheme): Configuration => ({ injected, engine: "simulator", scheme, kv }));
  const agreement = (injected: boolean) =>
    KERNEL_SCHEMES.flatMap((scheme) =>
      (["simulator", "kernels"] as const).map((engine): Configuration => ({
        injected,
        engine,
        scheme,
        kv: "KV4",
      }))
    );
  const paper = SCHEMES.slice(0, 7), baselines = SCHEMES.slice(7);
  const all = [
    ...simulated(true, "KV16", paper),
    ...simulated(true, "KV4", ["W4Ax"]),
    ...simulated(false, "KV16", ["floats", "W4A4 per token", "W4Ax"]),
    ...simulated(true, "KV16", baselines),
    ...agreement(true),
    ...simulated(false, "KV16", paper),
    ...agreement(false),
    ...simulated(true, "KV4", paper),
    ...simulated(false, "KV4", paper),
    ...simulated(false, "KV16", baselines),
    ...simulated(false, "KV32", ["floats"]),
  ];
  // Some are in several lists.
  const seen = new Set<string>();
  return all.filter((configuration) => {
    const key = configurationKey(configuration);
    return !seen.has(key) && seen.add(key);
  });
}

/** Whether a run is one of the pairs that simulator and kernels are compared on. */
export function inAgreement({ scheme, kv }: Configuration): boolean {
  return kv === "KV4" && (KERNEL_SCHEMES as readonly string[]).includes(scheme);
}

/** A name for files and messages. */
export function configurationKey({ injected, engine, scheme, kv }: Configuration): string {
  return [injected ? "injected" : "plain", engine, scheme, kv].join("/");
}
