/** Logs of a pair of models, and what decoding itself gives for them. */
import type { AcceptancePredictor } from "offprint/decoding/policies/mod.ts";
import { warp } from "offprint/decoding/verification/mod.ts";
import { logText, type TextLog } from "offprint/decoding/what_if/mod.ts";
import { stretchChains } from "offprint/papers/specdecpp/mod.ts";
import { markovModel } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";

export const time = {
  draftMs: 1,
  targetMs: (candidates: number) => 4.5 + 0.1 * candidates,
  hostMs: () => 0.2,
};

/** Autocorrelated acceptance with informative confidence. */
export const chains = stretchChains({
  kinds: [
    { acceptance: 0.97, share: 0.6, certainty: 0.95 },
    { acceptance: 0.4, share: 0.4, certainty: 0.6 },
  ],
  persistence: 0.8,
});

export interface Setting {
  draft: ReturnType<typeof markovModel>;
  target: ReturnType<typeof markovModel>;
  maxTokens: number;
  stop?: number;
  draftWarp?: ReturnType<typeof warp>;
  targetWarp?: ReturnType<typeof warp>;
}

export async function logs(
  setting: Setting,
  texts: number,
  predictor?: AcceptancePredictor,
): Promise<TextLog[]> {
  const result = [];
  for (let text = 0; text < texts; text++) {
    const random = stream(21, "log", text);
    result.push(await logText({ ...setting, ...(predictor ? { predictor } : {}), random }));
  }
  return result;
}
