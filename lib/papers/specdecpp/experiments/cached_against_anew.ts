/**
 * Decoding with caches beside decoding without them.
 *
 * @module
 */
import { speculate, uncached } from "offprint/decoding/decoders/mod.ts";
import type { CandidateLengthPolicy } from "offprint/decoding/policies/mod.ts";
import type { Warp } from "offprint/decoding/verification/mod.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import type { Random } from "offprint/random.ts";

/** What {@linkcode cachedAgainstAnew} decodes. */
export interface CachedOptions {
  draft: LanguageModel;
  target: LanguageModel;
  prompts: readonly (readonly number[])[];
  maxTokens: number;
  stop?: number;
  warp: Warp;
  candidates: CandidateLengthPolicy;
  /** Called twice for each text: both decodings take the same random numbers. */
  random: (text: number) => Random;
}

/**
 * Decodes each text with caches and with models that read everything anew in every pass.
 *
 * @returns Texts that differ, and among the others the largest difference of a logit.
 */
export async function cachedAgainstAnew(
  { draft, target, prompts, random, warp, ...options }: CachedOptions,
): Promise<{ differing: number; largest: number }> {
  const decode = async (models: { draft: LanguageModel; target: LanguageModel }, text: number) => {
    const rows: Float32Array[] = [];
    const targetWarp: Warp = (logits) => {
      rows.push(logits.slice());
      return warp(logits);
    };
    const { tokens } = await speculate({
      ...models,
      ...options,
      prompt: [...prompts[text]!],
      bonus: true,
      random: random(text),
      draftWarp: warp,
      targetWarp,
    });
    return { tokens, rows };
  };
  let [differing, largest] = [0, 0];
  for (const text of prompts.keys()) {
    const cached = await decode({ draft, target }, text);
    const anew = await decode({ draft: uncached(draft), target: uncached(target) }, text);
    if (cached.tokens.join(" ") !== anew.tokens.join(" ")) {
      differing++;
      continue;
    }
    cached.rows.forEach((row, i) =>
      row.forEach((logit, token) => {
        largest = Math.max(largest, Math.abs(logit - anew.rows[i]![token]!));
      })
    );
  }
  return { differing, largest };
}
