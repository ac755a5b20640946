/**
 * The paper's result tables as numbers, so that what it concludes can be computed again (ASPLOS 2025,
 * doi 10.1145/3676641.3716252).
 *
 * @module
 */

/** Models in the order of the perplexity table. */
export const PUBLISHED_MODELS = [
  ...["LLaMA-1 13B", "LLaMA-1 30B", "LLaMA-1 65B", "LLaMA-2 7B", "LLaMA-2 13B", "LLaMA-2 70B"],
  ...["LLaMA-3 8B", "LLaMA-3 70B", "Mistral 7B", "OPT 13B", "Qwen2 72B"],
] as const;

/** WikiText-2 perplexity of each method on {@linkcode PUBLISHED_MODELS}. */
export const PUBLISHED_PERPLEXITY: Readonly<Record<string, readonly number[]>> = {
  "FP16": [5.09, 4.10, 3.56, 5.12, 4.57, 3.12, 6.14, 2.86, 5.25, 10.13, 4.94],
  "W8A8 SmoothQuant": [5.19, 4.23, 3.75, 5.54, 4.95, 3.36, 6.28, 2.99, 5.29, 10.47, 5.14],
  "W4A16 GPTQ": [5.40, 4.48, 3.83, 5.83, 5.13, 3.58, 7.02, 3.44, 5.39, 10.31, 5.09],
  "W4A16 AWQ": [5.34, 4.39, 3.76, 6.15, 5.12, 3.54, 7.09, 3.40, 5.37, 10.39, 5.07],
  "W4A16 OmniQuant": [5.21, 4.25, 3.71, 5.74, 5.02, 3.47, 6.81, 3.29, 5.31, 10.30, 5.03],
  "W4Ax FMPQ": [5.29, 4.27, 3.78, 5.71, 5.10, 3.48, 6.88, 3.36, 5.35, 10.34, 5.05],
  "W4A4 OmniQuant": [10.87, 10.33, 9.17, 14.26, 12.30, 9.93, 14.27, 9.75, 7.87, 11.65, 7.91],
  "W4A8KV4 QoQ": [5.28, 4.34, 3.83, 5.75, 5.12, 3.52, 6.89, 3.38, 5.45, 10.42, 5.21],
  "W4AxKV4 FMPQ": [5.32, 4.31, 3.82, 5.73, 5.19, 3.56, 6.91, 3.41, 5.43, 10.44, 5.17],
};

/** Zero-shot accuracy in percent: PIQA, ARC-e, ARC-c, HellaSwag, WinoGrande, and the printed average. */
export const PUBLISHED_ZERO_SHOT: readonly {
  readonly model: string;
  readonly method: string;
  readonly scores: readonly number[];
  readonly average: number;
}[] = [
  zeroShot("LLaMA-3 8B", "FP16", [79.9, 80.1, 50.4, 60.2, 72.8], 68.6),
  zeroShot("LLaMA-3 8B", "W8A8", [79.5, 79.7, 49.0, 60.0, 73.2], 68.3),
  zeroShot("LLaMA-3 8B", "W4A16 OmniQuant", [78.4, 77.9, 48.5, 58.8, 72.7], 67.2),
  zeroShot("LLaMA-3 8B", "QoQ", [77.1, 77.2, 47.8, 57.6, 72.0], 66.3),
  zeroShot("LLaMA-3 8B", "FMPQ W4AxKV4", [77.5, 76.7, 47.5, 58.9, 72.1], 66.5),
  zeroShot("LLaMA-3 70B", "FP16", [82.4, 86.9, 60.3, 66.4, 80.6], 75.3),
  zeroShot("LLaMA-3 70B", "W8A8", [82.2, 86.9, 60.2, 66.3, 80.7], 75.3),
  zeroShot("LLaMA-3 70B", "W4A16 OmniQuant", [82.7, 86.3, 59.0, 65.7, 80.9], 74.9),
  zeroShot("LLaMA-3 70B", "QoQ", [81.4, 85.7, 58.4, 64.9, 79.9], 74.0),
  zeroShot("LLaMA-3 70B", "FMPQ W4AxKV4", [82.5, 85.2, 58.3, 65.0, 79.6], 74.1),
];

/** Speed over cuBLAS in FP16 (with three quarters in W4A4), by tokens; 2 to 8 from the released notes. */
export const PUBLISHED_KERNEL_SPEED: readonly {
  readonly tokens: number;
  readonly speed: number;
}[] = [
  { tokens: 2, speed: 1.50 },
  { tokens: 4, speed: 1.51 },
  { tokens: 8, speed: 1.43 },
  { tokens: 16, speed: 2.91 },
  { tokens: 64, speed: 2.97 },
  { tokens: 256, speed: 2.75 },
];

/** Speed of the schedules over W4A8 on LLaMA-3-8B's and 70B's kernels. */
export const PUBLISHED_SCHEDULING = {
  "in turn": [1.31, 1.18],
  "remapped": [1.56, 1.60],
  "divided": [1.71, 1.67],
} as const;

/** Mean over the models of how much the first method's perplexity is above the second's. */
export function meanDelta(first: string, second: string): number {
  const a = PUBLISHED_PERPLEXITY[first]!, b = PUBLISHED_PERPLEXITY[second]!;
  return a.reduce((sum, value, i) => sum + value - b[i]!, 0) / a.length;
}

/** Mean over the models of the first method's perplexity over the second's. */
export function meanRatio(first: string, second: string): number {
  const a = PUBLISHED_PERPLEXITY[first]!, b = PUBLISHED_PERPLEXITY[second]!;
  return a.reduce((sum, value, i) => sum + value / b[i]!, 0) / a.length;
}

function zeroShot(model: string, method: string, scores: number[], average: number) {
  return { model, method, scores, average };
}
