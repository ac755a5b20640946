/**
 * Do decoded texts have the target's distribution? Exact probabilities of all short texts, and counts against
 * them.
 *
 * @module
 */
import {
  speculate,
  speculateTexts,
  type SpeculativeResult,
} from "offprint/decoding/decoders/mod.ts";
import { type AcceptancePredictor, ratesOf, specDecPP } from "offprint/decoding/policies/mod.ts";
import type { Warp } from "offprint/decoding/verification/mod.ts";
import type { LanguageModel, Sequence } from "offprint/lm/interface/mod.ts";
import { type Random } from "offprint/random.ts";
import { chiSquare } from "offprint/stats.ts";

/** The exact probability of every text of `length` tokens after `prompt`, by its tokens with blanks between. */
export async function textProbabilities(
  model: LanguageModel,
  { prompt, length, warp }: { prompt: readonly number[]; length: number; warp: Warp },
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const walk = async (sequence: Sequence, text: readonly number[], probability: number) => {
    for (const [token, mass] of warp(sequence.logits).entries()) {
      if (mass === 0) continue;
      const longer = [...text, token];
      if (longer.length === length) {
        found.set(longer.join(" "), probability * mass);
        continue;
      }
      const branch = sequence.fork();
      await branch.extend([token]);
      await walk(branch, longer, probability * mass);
      branch.close();
    }
  };
  const root = await model.open([...prompt]);
  await walk(root, [], 1);
  root.close();
  return found;
}

/** What {@linkcode countTexts} decodes and counts. */
export interface TextCountOptions {
  draft: LanguageModel;
  target: LanguageModel;
  prompt: readonly number[];
  maxTokens: number;
  /** Applied to both models. */
  warp?: Warp;
  /** Of texts of `length` tokens; those that are decoded longer are cut. */
  probabilities: ReadonlyMap<string, number>;
  length: number;
  texts: number;
  threshold: number;
  /** A predictor for each text; one that holds no stream may be the same for all. */
  predictor: (text: number) => AcceptancePredictor;
  random: (text: number) => Random;
  /** Texts decoded side by side, all with the predictor of text 0; by default one by one. */
  batch?: number;
}

/**
 * Mean candidates of a round, and the p value of a chi-square test over all texts. Those that are expected fewer than five times
 * share a cell; where the texts are too few for two cells there is nothing to test, and the p value is NaN.
 */
export async function countTexts(
  options: TextCountOptions,
): Promise<{ candidates: number; pValue: number; cells: number }> {
  const { probabilities, length, texts } = options;
  const decoded = await decode(options);
  const frequent = [...probabilities].filter(([, mass]) => mass * texts >= 5);
  const rest = Math.max(0, 1 - frequent.reduce((sum, [, mass]) => sum + mass, 0));
  const expected = [...frequent.map(([, mass]) => mass), ...(rest > 1e-12 ? [rest] : [])];
  const cellOf = new Map(frequent.map(([text], i) => [text, i]));
  const observed = new Array<number>(expected.length).fill(0);
  for (const { tokens } of decoded) {
    const cell = cellOf.get(tokens.slice(0, length).join(" ")) ?? expected.length - 1;
    observed[cell]!++;
  }
  const { verification, discard } = ratesOf(decoded);
  return {
    // Drafted per check: everything kept that is not a replacement or bonus, and everything discarded.
    candidates: (1 - verification + discard) / verification,
    pValue: expected.length < 2 ? NaN : chiSquare(observed, expected).pValue,
    cells: expected.length,
  };
}

async function decode(options: TextCountOptions): Promise<SpeculativeResult[]> {
  const { draft, target, prompt, maxTokens, warp, texts, threshold, random, batch } = options;
  const warps = warp === undefined ? {} : { draftWarp: warp, targetWarp: warp };
  const shared = { draft, target, maxTokens, bonus: true, ...warps };
  const policy = (text: number) =>
    specDecPP({ predictor: options.predictor(text), threshold, min: 1 });
  if (batch !== undefined) {
    const prompts = Array.from({ length: texts }, () => [...prompt]);
    return await speculateTexts({ ...shared, prompts, candidates: policy(0), random, batch });
  }
  const decoded: SpeculativeResult[] = [];
  for (let text = 0; text < texts; text++) {
    decoded.push(
      await speculate({
        ...shared,
        prompt: [...prompt],
        candidates: policy(text),
        random: random(text),
      }),
    );
  }
  return decoded;
}
