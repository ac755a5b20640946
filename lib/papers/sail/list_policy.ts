/**
 * The policy of the list task and everything it starts from: a language model of 0.1 million parameters, its
 * supervised training, and pairs of answers that an older state of it gave.
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
import type { TokenPair } from "offprint/preference/pairs/mod.ts";
import { drawResponses, equalResponses } from "offprint/preference/sail/mod.ts";
import { namedWeights } from "offprint/preference/training/mod.ts";
import {
  anyList,
  LIST_END,
  LIST_TOKENS,
  LIST_WORDS,
  listPrompt,
  type ListRequest,
  listReward,
  mediocreAnswer,
  splitRequests,
} from "./list_task.ts";

/** AdamW as PyTorch has it by default, without clipping. */
export const LIST_ADAMW = DEFAULT_ADAMW;

/** Of ONNX Runtime: the operations are short, and a second thread would only spin beside them. */
export const LIST_THREADS = 1;

/** Weights by name. */
export type Weights = Map<string, Float32Array>;

/** Two layers of width 64 over the words of the task. */
export function listConfig(): TransformerConfig {
  return transformerConfig({
    vocabSize: LIST_WORDS.length,
    width: 64,
    layers: 2,
    heads: 4,
    keyValueHeads: 4,
    feedForward: 168,
    contextLength: 24,
  });
}

/** What all runs of a seed start from. */
export interface ListSetup {
  seed: number;
  config: TransformerConfig;
  /** Policy and reference, π₀. */
  start: Weights;
  /** Pairs of the older state, labelled by chance after Bradley and Terry under the true reward. */
  train: TokenPair[];
  /** Pairs of the same kind for other prompts. */
  heldOut: TokenPair[];
  /** Prompts to answer when a policy is judged. */
  test: ListRequest[];
}

/** Steps of pre-training, of supervised training, and of the state that gave the pairs. */
export interface SetupSteps {
  pretraining: number;
  supervised: number;
  older: number;
  pairs: number;
  heldOut: number;
}

/** The numbers of the rerun. */
const SETUP_STEPS: SetupSteps = {
  pretraining: 150,
  supervised: 300,
  older: 100,
  pairs: 408,
  heldOut: 128,
};

const BATCH = 32;

/** Makes everything that the runs of a seed share. */
export async function listSetup(seed: number, steps: SetupSteps = SETUP_STEPS): Promise<ListSetup> {
  const config = listConfig();
  const { train, test } = splitRequests(seed);
  const engine = await OnnxEngine.open({
    config,
    optimizer: LIST_ADAMW,
    start: { parameters: initialWeights(config, seed) },
    threads: LIST_THREADS,
  });
  const length = 5 + LIST_TOKENS;
  const learn = async (
    kind: string,
    first: number,
    last: number,
    answer: (request: ListRequest, random: ReturnType<typeof stream>) => number[],
  ): Promise<void> => {
    for (let step = first; step < last; step++) {
      const random = stream(seed, kind, step);
      const rows = Array.from({ length: BATCH }, () => {
        const request = train[random.integer(train.length)]!;
        return { prompt: listPrompt(request), completion: answer(request, random) };
      });
      const batch = completionBatch(config, rows, length);
      await languageModelStep(engine, batch, 1e-3, ++count);
    }
  };
  let count = 0;
  await learn("pre-training", 0, steps.pretraining, (_, random) => anyList(random));
  await learn("supervised", 0, steps.older, mediocreAnswer);
  const pairs = await olderPairs(engine, {
    seed,
    part: "train",
    requests: train,
    count: steps.pairs,
  });
  const heldOut = await olderPairs(engine, {
    seed,
    part: "held out",
    requests: test,
    count: steps.heldOut,
  });
  // The pairs come from an older state of the policy, as in practice; the training then goes on.
  await learn("supervised", steps.older, steps.supervised, mediocreAnswer);
  const start = namedWeights(engine);
  await engine.close();
  return { seed, config, start, train: pairs, heldOut, test };
}

/** Pairs of different answers, each labelled by chance. */
async function olderPairs(
  engine: OnnxEngine,
  { seed, part, requests, count }: {
    seed: number;
    part: string;
    requests: readonly ListRequest[];
    count: number;
  },
): Promise<TokenPair[]> {
  const pairs: TokenPair[] = [];
  for (let round = 1; pairs.length < count; round++) {
    const random = stream(seed, "list pairs", part, round);
    const prompts = Array.from({ length: 128 }, (_, i) => ({
      id: `${part}-${round}-${i}`,
      prompt: listPrompt(requests[random.integer(requests.length)]!),
    }));
    const draws = { seed, step: round, end: LIST_END, maxTokens: LIST_TOKENS, temperature: 1 };
    for (const { id, prompt, responses } of await drawResponses(engine, prompts, draws)) {
      if (equalResponses({ responses }) || pairs.length === count) continue;
      const [first, second] = responses.map((completion) => listReward({ prompt, completion }));
      const wins = 1 / (1 + Math.exp(second! - first!));
      const right = stream(seed, "list label", id).uniform() < wins;
      const [chosen, rejected] = right ? responses : responses.toReversed();
      pairs.push({
        id,
        prompt,
        chosen: chosen!,
        rejected: rejected!,
        source: "older checkpoint",
        labelProbability: 1,
      });
    }
  }
  return pairs;
}
