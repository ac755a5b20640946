/**
 * Speculative decoding by the clock, for the suites that measure it: runs of one pair of models in turn with
 * plain decoding, and what the cost model says of them.
 *
 * @module
 */
import { type BenchRow, lessIsBetter } from "offprint/kit/bench/report.ts";
import type { SpeculativeOptions } from "offprint/decoding/decoders/mod.ts";
import type { Warp } from "offprint/decoding/verification/mod.ts";
import {
  medianTiming,
  modelledMs,
  type TextTiming,
  type TimeModel,
  timeModel,
  timePlain,
  timeSpeculation,
} from "offprint/decoding/what_if/mod.ts";
import type { LanguageModel, Tokens } from "offprint/lm/interface/mod.ts";
import { stream } from "offprint/random.ts";

/** One way to decode speculatively. */
export interface SpeculativeRun {
  readonly name: string;
  /** Of both models. */
  readonly warp: Warp;
  /** How a text is decoded. */
  options(text: number): Pick<SpeculativeOptions, "candidates" | "rule">;
}

/** What is decoded, and how often. */
export interface SpeculativeSetting {
  readonly draft: LanguageModel;
  readonly target: LanguageModel;
  /** One text is decoded after each. */
  readonly prompts: readonly Tokens[];
  /** Tokens of a text. */
  readonly tokens: number;
  /** Turns through all texts; of each text the median counts, so that a slow stretch of the machine does not. */
  readonly turns: number;
  /** A peer's turn at a text, after ours; not called while warming up. */
  peer?(text: number): Promise<void>;
}

/** A run with the median timing of each text, its own and plain decoding's from the same distribution. */
export interface TimedRun extends SpeculativeRun {
  readonly timings: readonly TextTiming[];
  readonly plain: readonly { tokens: number; totalMs: number }[];
}

/** Times all runs and plain decoding, text by text in turn. */
export async function timeRuns(
  runs: readonly SpeculativeRun[],
  { draft, target, prompts, tokens, turns, peer }: SpeculativeSetting,
): Promise<TimedRun[]> {
  const warps = [...new Set(runs.map(({ warp }) => warp))];
  const plain = new Map(warps.map((warp) => [warp, prompts.map(() => newTurns())] as const));
  const timed = runs.map(() => prompts.map((): TextTiming[] => []));
  for (let turn = -1; turn < turns; turn++) {
    // Turn −1, one text, warms up.
    for (const [text, prompt] of (turn < 0 ? prompts.slice(0, 1) : prompts).entries()) {
      const shared = { prompt, maxTokens: tokens };
      for (const [warp, of] of plain) {
        const random = stream(1, "bench plain", text);
        const alone = await timePlain({ model: target, ...shared, random, warp });
        if (turn >= 0) of[text]!.push(alone);
      }
      for (const [i, run] of runs.entries()) {
        const timing = await timeSpeculation({
          ...{ draft, target, ...shared, bonus: true },
          ...{ draftWarp: run.warp, targetWarp: run.warp, random: textStream(text) },
          ...run.options(text),
        });
        if (turn >= 0) timed[i]![text]!.push(timing);
      }
      if (turn >= 0) await peer?.(text);
    }
  }
  return runs.map((run, i) => ({
    ...run,
    timings: timed[i]!.map(medianTiming),
    plain: plain.get(run.warp)!.map(medianTiming),
  }));
}

/** The stream that every run of a text is decoded with: the text is the same in every turn. */
export function textStream(text: number) {
  return stream(1, "bench", text);
}

/** The cost model of one half of the texts, in all runs under one warp; `half` is 0 or 1. */
export function halfModel(runs: readonly TimedRun[], warp: Warp, half: number): TimeModel {
  return timeModel(
    runs.filter((each) => each.warp === warp)
      .flatMap(({ timings }) => timings.filter((_, text) => text % 2 === half)),
  );
}

/** Tokens a second. */
export function speedOf(timings: readonly { tokens: number; totalMs: number }[]): number {
  return 1000 * sum(timings, ({ tokens }) => tokens) / sum(timings, ({ totalMs }) => totalMs);
}

/** The clock against the cost model, each half of the texts by the model of the other half. */
export function costModelRow(run: TimedRun, runs: readonly TimedRun[], shape: string): BenchRow {
  const { warp, timings } = run;
  const model = timeModel(timings);
  const halves = [halfModel(runs, warp, 1), halfModel(runs, warp, 0)] as const;
  const modelled = timings.reduce(
    (sum, each, text) => sum + modelledMs(halves[text % 2 === 0 ? 0 : 1], each),
    0,
  );
  const verifications = [1, 2, 4, 8].map((m) => model.targetMs(m).toFixed(2)).join(", ");
  return lessIsBetter({
    name: "clock against cost model, fitted on all policies on other texts",
    shape: `${shape}; draft pass ${model.draftMs.toFixed(3)} ms, verification of 1, 2, 4, 8: ` +
      `${verifications} ms, host ${model.hostMs!(1).toFixed(3)} ms a round of 1`,
    ours: 100 * Math.abs(sum(timings, ({ totalMs }) => totalMs) / modelled - 1),
    peer: 10,
    peerName: "the ceiling of 10 %",
    unit: "% apart",
  });
}

/** What is gained over plain decoding. */
export function gainRow({ timings, plain }: TimedRun, shape: string): BenchRow {
  const [ours, peer] = [speedOf(timings), speedOf(plain)];
  const share = 100 * timeModel(timings).draftMs / (1000 / peer);
  return {
    name: "speculative against plain decoding",
    shape: `${shape}; a draft pass takes ${share.toFixed(0)} % of a plain token`,
    ours,
    peer,
    peerName: "plain decoding from the same distribution",
    unit: "tokens/s",
    ratio: ours / peer,
  };
}

function newTurns(): { tokens: number; totalMs: number }[] {
  return [];
}

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((total, each) => total + of(each), 0);
}
