/**
 * Policies against the clock, in turns.
 *
 * @module
 */
import type { CandidateLengthPolicy } from "offprint/decoding/policies/mod.ts";
import {
  loopMs,
  medianTiming,
  modelledMs,
  type TextTiming,
  timeModel,
  timePlain,
  timeSpeculation,
} from "offprint/decoding/what_if/mod.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import { stream } from "offprint/random.ts";

/** What {@linkcode timeInTurns} decodes. */
export interface ClockOptions {
  draft: LanguageModel;
  target: LanguageModel;
  prompts: readonly (readonly number[])[];
  maxTokens: number;
  stop?: number;
  policies: readonly { name: string; policy: CandidateLengthPolicy }[];
  /** How often every text is decoded by everything. */
  turns: number;
  seed: number;
}

/** One policy against the clock; times in milliseconds. */
export interface ClockRow {
  policy: string;
  msPerToken: number;
  /** Over plain decoding. */
  speedup: number;
  draftMs: number;
  verifyTwoMs: number;
  /** Clock over what the cost model makes of the policy's rounds, from passes timed on other texts. */
  overModel: number;
  /** Share of the time outside of model calls. */
  loop: number;
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/**
 * Times every policy and plain decoding text by text, in turns through all texts, so that a slow moment of the
 * machine meets one timing of a text; the median of each text's turns counts.
 *
 * One cost model is made from the passes of all policies on one half of the texts and judged on the other.
 */
export async function timeInTurns(
  { policies, prompts, turns, seed, draft, target, ...shared }: ClockOptions,
): Promise<{ rows: ClockRow[]; plainMsPerToken: number }> {
  const plain = prompts.map((): { totalMs: number; tokens: number }[] => []);
  const timings = policies.map(() => prompts.map((): TextTiming[] => []));
  // Turn −1, one text, warms up.
  for (let turn = -1; turn < turns; turn++) {
    for (const [text, given] of (turn < 0 ? prompts.slice(0, 1) : prompts).entries()) {
      const each = { ...shared, prompt: [...given] };
      const alone = await timePlain({
        model: target,
        ...each,
        random: stream(seed, "plain", text),
      });
      if (turn >= 0) plain[text]!.push(alone);
      for (const [i, { policy }] of policies.entries()) {
        const timing = await timeSpeculation({
          ...each,
          draft,
          target,
          bonus: true,
          candidates: policy,
          random: stream(seed, "clock", text),
        });
        if (turn >= 0) timings[i]![text]!.push(timing);
      }
    }
  }
  const middle = plain.map(medianTiming);
  const plainMsPerToken = total(middle.map(({ totalMs }) => totalMs)) /
    total(middle.map(({ tokens }) => tokens));
  const medians = timings.map((texts) => texts.map(medianTiming));
  const models = [0, 1].map((half) =>
    timeModel(medians.flatMap((texts) => texts.filter((_, text) => text % 2 === half)))
  );
  const rows = policies.map(({ name }, i): ClockRow => {
    const texts = medians[i]!;
    const own = timeModel(texts);
    const modelled = total(texts.map((each, text) => modelledMs(models[1 - text % 2]!, each)));
    const measured = total(texts.map(({ totalMs }) => totalMs));
    const msPerToken = measured / total(texts.map(({ tokens }) => tokens));
    return {
      policy: name,
      msPerToken,
      speedup: plainMsPerToken / msPerToken,
      draftMs: own.draftMs,
      verifyTwoMs: own.targetMs(2),
      overModel: measured / modelled,
      loop: total(texts.map(loopMs)) / measured,
    };
  });
  return { rows, plainMsPerToken };
}
