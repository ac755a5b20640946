/**
 * The policy of the rerun: a LLaMA-shaped decoder of about 0.1 million parameters, and its supervised start.
 *
 * @module
 */
import {
  completionBatch,
  DEFAULT_ADAMW,
  languageModelStep,
  OnnxEngine,
} from "offprint/lm/training/mod.ts";
import {
  initialWeights,
  type TransformerConfig,
  transformerConfig,
} from "offprint/lm/transformer/mod.ts";
import { stream } from "offprint/random.ts";
import { longestText, type TokenPair } from "offprint/preference/pairs/mod.ts";
import { namedWeights } from "offprint/preference/training/mod.ts";
import { SENTIMENT_WORDS } from "./sentiment.ts";

/** AdamW as PyTorch has it by default, without clipping. */
export const ADAMW = DEFAULT_ADAMW;

/**
 * Two layers of width 64 over the 59 words: 101,376 parameters.
 *
 * @param options.tied whether the output matrix is the embedding. Default true.
 */
export function policyConfig({ tied = true }: { tied?: boolean } = {}): TransformerConfig {
  const config = transformerConfig({
    vocabSize: SENTIMENT_WORDS.length,
    width: 64,
    layers: 2,
    heads: 4,
    keyValueHeads: 4,
    feedForward: 168,
    contextLength: 48,
  });
  return { ...config, tie_word_embeddings: tied };
}

/** How the supervised start is trained. */
export interface SupervisedOptions {
  config: TransformerConfig;
  /** Whose chosen responses are learned. */
  pairs: readonly TokenPair[];
  seed: number;
  /** Default 50. */
  steps?: number;
  /** Pairs per step. Default 32. */
  batch?: number;
  /** Default 1e-3. */
  learningRate?: number;
}

/** Trains fresh weights on the chosen responses; the prompt carries no loss. */
export async function supervisedStart(
  { config, pairs, seed, steps = 50, batch = 32, learningRate = 1e-3 }: SupervisedOptions,
): Promise<Map<string, Float32Array>> {
  const engine = await OnnxEngine.open({
    config,
    optimizer: ADAMW,
    start: { parameters: initialWeights(config, seed) },
  });
  const length = longestText(pairs);
  const random = stream(seed, "supervised");
  let order: number[] = [];
  for (let step = 1; step <= steps; step++) {
    if (order.length < batch) order = random.shuffle([...pairs.keys()]);
    const rows = order.splice(0, batch).map((i) => {
      const { prompt, chosen: completion } = pairs[i]!;
      return { prompt, completion };
    });
    await languageModelStep(engine, completionBatch(config, rows, length), learningRate, step);
  }
  const weights = namedWeights(engine);
  await engine.close();
  return weights;
}
