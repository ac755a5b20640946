/**
 * Where the time of speculative decoding goes on this machine: draft passes, verifications by number of
 * candidates, warps, and the loop itself. From it comes the time model that the what-if tool takes.
 *
 * @module
 */
import {
  type ExtendResult,
  type LanguageModel,
  type Sequence,
  type Tokens,
  wrapModel,
  WrappedSequence,
} from "offprint/lm/interface/mod.ts";
import type { Random } from "offprint/random.ts";
import { type CandidateLengthPolicy, constantLength } from "../policies/drafting_policy.ts";
import { watchedPolicy } from "../policies/watched_policy.ts";
import { tokenAt } from "../verification/distribution.ts";
import { modelWarp } from "../verification/model_warp.ts";
import { speculate } from "../decoders/speculate.ts";
import type { SpeculativeOptions } from "../decoders/speculation_loop.ts";
import type { Warp } from "../verification/warp.ts";
import type { TimeModel } from "./what_if.ts";

/** One text's time in milliseconds; reading the prompt is left out. */
export interface TextTiming {
  tokens: number;
  /** From the first candidate to the last token. */
  totalMs: number;
  drafted: number;
  draftMs: number;
  /** Softmax and warping of both models. */
  warpMs: number;
  /** What stopping took: the policy with its predictor. */
  policyMs: number;
  /** Each verification: its candidates, and what the pass took (0 where the prompt's pass sufficed). */
  rounds: { candidates: number; targetMs: number }[];
}

/** What of a text's time is neither a model call, nor a warp, nor a policy: the loop, residuals and draws. */
export function loopMs({ totalMs, draftMs, warpMs, policyMs, rounds }: TextTiming): number {
  return totalMs - draftMs - warpMs - policyMs -
    rounds.reduce((sum, { targetMs }) => sum + targetMs, 0);
}

/**
 * Decodes a text as `speculate` does and times the parts. The clock itself costs well under a microsecond a
 * call; nothing of the text depends on it.
 */
export async function timeSpeculation(options: SpeculativeOptions): Promise<TextTiming> {
  const timing: TextTiming = {
    tokens: 0,
    totalMs: 0,
    drafted: 0,
    draftMs: 0,
    warpMs: 0,
    policyMs: 0,
    rounds: [],
  };
  let targetMs = 0;
  let openMs = 0;
  const opened = (ms: number): void => void (openMs += ms);
  const warpOf = (warp: Warp): Warp => (logits) => {
    const start = performance.now();
    const distribution = warp(logits);
    timing.warpMs += performance.now() - start;
    return distribution;
  };
  const policy = options.candidates ?? constantLength(Infinity);
  const start = performance.now();
  const result = await speculate({
    ...options,
    draft: clocked(options.draft, opened, (ms) => timing.draftMs += ms),
    target: clocked(options.target, opened, (ms) => targetMs += ms),
    draftWarp: warpOf(options.draftWarp ?? modelWarp(options.draft)),
    targetWarp: warpOf(options.targetWarp ?? modelWarp(options.target)),
    candidates: clockedPolicy(policy, (ms) => timing.policyMs += ms, (candidates) => {
      timing.rounds.push({ candidates, targetMs });
      targetMs = 0;
    }),
  });
  // Opening reads the prompt, which happens once a text and not in its rounds.
  timing.totalMs = performance.now() - start - openMs;
  timing.tokens = result.tokens.length;
  timing.drafted = result.drafted;
  return timing;
}

/** What {@linkcode timePlain} samples. */
export interface PlainOptions {
  model: LanguageModel;
  prompt: Tokens;
  maxTokens: number;
  random: Random;
  stop?: number;
  /** Default {@linkcode modelWarp}: softmax. */
  warp?: Warp;
}

/** Samples a text token by token, as decoding without a draft does, and times it; reading the prompt is left out. */
export async function timePlain(
  { model, prompt, maxTokens, random, stop, warp = modelWarp(model) }: PlainOptions,
): Promise<{ tokens: number; totalMs: number }> {
  const sequence = await model.open(prompt);
  try {
    const start = performance.now();
    let { logits } = sequence;
    for (let tokens = 1;; tokens++) {
      const token = tokenAt(warp(logits), random.uniform());
      if (tokens === maxTokens || token === stop) {
        return { tokens, totalMs: performance.now() - start };
      }
      logits = (await sequence.extend([token])).logits[0]!;
    }
  } finally {
    sequence.close();
  }
}

/**
 * Of several timings of one text, the one whose total is the median (the lower of two). A machine that is slow
 * for a second spoils one timing of a text, seldom most of them.
 *
 * @throws {RangeError} for no timings.
 */
export function medianTiming<Timing extends { totalMs: number }>(
  timings: readonly Timing[],
): Timing {
  if (timings.length === 0) throw new RangeError("medianTiming: got no timings");
  const sorted = timings.toSorted((a, b) => a.totalMs - b.totalMs);
  return sorted[(sorted.length - 1) >> 1]!;
}

/**
 * The time model of timed texts: mean draft pass; mean verification by number of candidates, a count that
 * was not met taking the nearest one's; and everything else of a round likewise.
 *
 * @throws {RangeError} for no texts, or texts without a round.
 */
export function timeModel(timings: readonly TextTiming[]): TimeModel {
  const drafted = timings.reduce((sum, each) => sum + each.drafted, 0);
  const rounds = timings.flatMap((each) => each.rounds);
  if (rounds.length === 0) throw new RangeError("timeModel: got no rounds, expected timed texts");
  // What is neither model goes with candidates and rounds: both draft and verify warp once a candidate.
  const hostMs = timings.reduce(
    (sum, each) => sum + loopMs(each) + each.warpMs + each.policyMs,
    0,
  );
  const sums = new Map<number, { count: number; ms: number }>();
  for (const { candidates, targetMs } of rounds) {
    const sum = sums.get(candidates) ?? { count: 0, ms: 0 };
    sums.set(candidates, { count: sum.count + 1, ms: sum.ms + targetMs });
  }
  const met = [...sums.keys()];
  const hostPerCandidate = hostMs / (drafted + rounds.length);
  return {
    draftMs: timings.reduce((sum, each) => sum + each.draftMs, 0) / drafted,
    targetMs: (candidates) => {
      const nearest = met.reduce((a, b) =>
        Math.abs(b - candidates) < Math.abs(a - candidates) ? b : a
      );
      const { count, ms } = sums.get(nearest)!;
      return ms / count;
    },
    hostMs: (candidates) => hostPerCandidate * (candidates + 1),
  };
}

/** Milliseconds that the model gives for a text's rounds. */
export function modelledMs({ draftMs, targetMs, hostMs }: TimeModel, timing: TextTiming): number {
  return timing.rounds.reduce(
    (sum, { candidates }) =>
      sum + candidates * draftMs + targetMs(candidates) + (hostMs?.(candidates) ?? 0),
    0,
  );
}

/** A model whose passes are timed; opening a text is counted apart. */
export function clocked(
  inner: LanguageModel,
  onOpen: (ms: number) => void,
  onPass: (ms: number) => void,
): LanguageModel {
  return wrapModel(inner, ClockedSequence, async (prompt, model) => {
    const start = performance.now();
    const sequence = new ClockedSequence(model, await inner.open(prompt), onPass);
    onOpen(performance.now() - start);
    return sequence;
  });
}

class ClockedSequence extends WrappedSequence {
  constructor(model: LanguageModel, inner: Sequence, readonly onPass: (ms: number) => void) {
    super(model, inner);
  }

  async extend(tokens: Tokens, options?: { hidden?: boolean }): Promise<ExtendResult> {
    const start = performance.now();
    const result = await this.inner.extend(tokens, options);
    this.onPass(performance.now() - start);
    return result;
  }

  fork(): Sequence {
    return new ClockedSequence(this.model, this.inner.fork(), this.onPass);
  }
}

function clockedPolicy(
  policy: CandidateLengthPolicy,
  onMore: (ms: number) => void,
  onRound: (candidates: number) => void,
): CandidateLengthPolicy {
  return watchedPolicy(policy, {
    more(ask) {
      const begun = performance.now();
      const more = ask();
      if (typeof more === "boolean") {
        onMore(performance.now() - begun);
        return more;
      }
      return more.then((answer) => {
        onMore(performance.now() - begun);
        return answer;
      });
    },
    verified: ({ drafted }) => onRound(drafted),
  });
}
