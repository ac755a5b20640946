/** A small policy, its pairs and labellers, for tests of SAIL on a language model. */
import { OnnxEngine } from "offprint/lm/training/mod.ts";
import type { TokenPair } from "offprint/preference/pairs/mod.ts";
import { longestText, referenceOf } from "offprint/preference/pairs/mod.ts";
import type { StepPairs } from "offprint/preference/training/mod.ts";
import {
  bradleyTerryLabeller,
  namedScorer,
  sailMethod,
  type SailOptions,
} from "offprint/preference/sail/mod.ts";
import { ADAMW, policyConfig } from "offprint/papers/gradient_entanglement/mod.ts";
import { drawnWeights, somePairs } from "../fixtures.ts";

export const config = policyConfig();

export const PAIRS = somePairs(8);

export const MIXED = {
  DDP: { share: 0.25, coefficient: 0.4 },
  DPP: { share: 0.25, coefficient: 0.3 },
  DPR: { share: 0.25, coefficient: 0.5 },
};

/** Prefers responses with large token ids: any function of the tokens will do. */
export const scorer = namedScorer("ids", {
  score: (responses) =>
    responses.map(({ completion }) => completion.reduce((sum, token) => sum + token, 0) / 100),
});

export const opened = (seed: number): Promise<OnnxEngine> =>
  OnnxEngine.open({
    config,
    optimizer: ADAMW,
    threads: 1,
    start: { parameters: drawnWeights(config, seed) },
  });

/** A policy, its reference, and the pairs of steps. */
export async function world(): Promise<{
  engine: OnnxEngine;
  reference: OnnxEngine;
  step: (step: number) => StepPairs;
  method: (options?: Partial<SailOptions>) => ReturnType<typeof sailMethod>;
  close: () => Promise<void>;
}> {
  const [engine, reference] = [await opened(3), await opened(4)];
  const known = await referenceOf(reference, PAIRS);
  const pairsAt = (): TokenPair[] => PAIRS;
  return {
    engine,
    reference,
    step: (step) => ({
      step,
      indices: PAIRS.map((_, i) => i),
      pairs: PAIRS,
      reference: known.pairs,
      length: longestText(PAIRS),
      pairsAt,
    }),
    method: (options = {}) =>
      sailMethod({
        mixture: MIXED,
        reference,
        end: 0,
        maxTokens: 6,
        seed: 5,
        labeller: bradleyTerryLabeller(scorer),
        ...options,
      }),
    close: async () => {
      await engine.close();
      await reference.close();
    },
  };
}
