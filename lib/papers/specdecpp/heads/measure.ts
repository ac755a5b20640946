/**
 * Measuring heads on held-out prompts: how well they predict, and what policies cost with them.
 *
 * @module
 */
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import { stream } from "offprint/random.ts";
import {
  type AcceptanceHead,
  acceptanceStates,
  acceptanceTexts,
  binaryDivergence,
  predictStates,
  rows,
  unbiasedAcceptance,
} from "offprint/decoding/heads/mod.ts";
import {
  type LoggedText,
  logTexts,
  predictLog,
  type TextLog,
} from "offprint/decoding/what_if/mod.ts";
import { type AcceptancePredictor, draftBy } from "offprint/decoding/policies/mod.ts";
import { softmax } from "offprint/decoding/verification/mod.ts";
import { speculateTexts, type SpeculativeResult } from "offprint/decoding/decoders/mod.ts";
import { ruleOf, type Setting } from "./measured_policies.ts";
import type { Prompt } from "./prompts.ts";
import { shuffledOrder, shuffledStates } from "./shuffled_head.ts";

/** The models and lengths that everything here is measured with. */
export interface Measuring {
  draft: LanguageModel;
  target: LanguageModel;
  prompts: readonly Prompt[];
  textTokens: number;
  seed: number;
  stop?: number;
  /** Names the streams: "dev" or "test". */
  split: string;
  onText?: (done: number) => void;
}

/** Held-out positions of the training kind: states, labels, and where each text's begin. */
export interface HeldOut {
  states: Float32Array;
  hiddenSize: number;
  acceptance: Float64Array;
  /** The draft's largest probability at each position. */
  top: Float64Array;
  /** First position of each text, and the number of positions at the end. */
  bounds: number[];
}

/** Samples held-out positions as the training data is sampled. */
export async function heldOutStates(measuring: Measuring, mixing: number): Promise<HeldOut> {
  const { draft, target, prompts, textTokens, seed, split, stop, onText } = measuring;
  const states: Float32Array[] = [];
  const acceptance: number[] = [];
  const top: number[] = [];
  const bounds = [0];
  let hiddenSize = 0;
  const texts = await acceptanceTexts({
    draft,
    target,
    prompts: prompts.map(({ tokens }) => tokens),
    maxTokens: textTokens,
    random: (text) => stream(seed, "held out", split, text),
    ...(stop === undefined ? {} : { stop }),
    batch: 32,
  });
  for (const text of texts) {
    const data = await acceptanceStates(draft, [text], mixing);
    if (data.acceptance.length > 0) hiddenSize = data.hiddenSize;
    states.push(data.hidden);
    for (const value of data.acceptance) acceptance.push(value);
    const proposals = await rows(draft, text.prompt, text.text);
    for (const [i, row] of proposals.entries()) {
      if (text.coins[i]! >= mixing) top.push(softmax(row).reduce((a, b) => Math.max(a, b)));
    }
    bounds.push(acceptance.length);
    onText?.(bounds.length - 1);
  }
  return {
    states: joined(states),
    hiddenSize,
    acceptance: Float64Array.from(acceptance),
    top: Float64Array.from(top),
    bounds,
  };
}

/** Mean KL(a ‖ P̂) of each text with a labelled position. */
export function textDivergences(
  { acceptance, bounds }: HeldOut,
  predicted: ArrayLike<number>,
): number[] {
  return bounds.slice(1).flatMap((end, text) => {
    const from = bounds[text]!;
    if (end === from) return [];
    let sum = 0;
    for (let i = from; i < end; i++) {
      sum += binaryDivergence(acceptance[i]!, clipped(predicted[i]!));
    }
    return [sum / (end - from)];
  });
}

/** Float32 predictions round to 0 and 1, where the divergence is infinite. */
function clipped(probability: number): number {
  return Math.min(1 - 1e-7, Math.max(1e-7, probability));
}

/** Predictions with the bias of their weight undone. */
export function unbiased(predicted: ArrayLike<number>, rejectionWeight: number): Float64Array {
  return Float64Array.from(predicted, (each) => unbiasedAcceptance(each, rejectionWeight));
}

/** Logs a text for each prompt, with states for any head and the oracle's predictions. */
export async function heldOutLogs(measuring: Measuring, branch?: number): Promise<LoggedText[]> {
  const { draft, target, prompts, textTokens, seed, split, stop, onText } = measuring;
  const logs: LoggedText[] = [];
  const batch = 32;
  for (let from = 0; from < prompts.length; from += batch) {
    const some = prompts.slice(from, from + batch);
    logs.push(
      ...await logTexts({
        draft,
        target,
        prompts: some.map(({ tokens }) => tokens),
        maxTokens: textTokens,
        random: (text) => stream(seed, "log", split, from + text),
        ...(stop === undefined ? {} : { stop }),
        states: true,
        oracle: true,
        ...(branch === undefined ? {} : { branch }),
        batch,
      }),
    );
    onText?.(logs.length);
  }
  return logs;
}

/** The logs with a head's predictions; shuffled by `shuffle`, a seed, if given. */
export async function withHead(
  logs: readonly LoggedText[],
  head: AcceptanceHead,
  shuffle?: number,
): Promise<TextLog[]> {
  const width = head.config.hiddenSize;
  const all: Float32Array[] = [];
  for (const { states } of logs) {
    for (const state of states!.text) all.push(state);
    for (const branch of states!.rejected) for (const state of branch ?? []) all.push(state);
  }
  const states = joined(all);
  const predicted = await predictStates(
    head,
    shuffle === undefined ? states : shuffledStates(states, shuffledOrder(width, shuffle)),
  );
  let at = 0;
  return logs.map((logged) =>
    predictLog(logged, (states) => predicted.subarray(at, at += states.length))
  );
}

/** Decodes a text for each prompt under a setting, with the stream of the prompt. */
export async function decodeSetting(
  measuring: Measuring,
  setting: Setting,
  predictor?: AcceptancePredictor,
): Promise<SpeculativeResult[]> {
  const { draft, target, prompts, textTokens, seed, split, stop, onText } = measuring;
  return await speculateTexts({
    draft,
    target,
    prompts: prompts.map(({ tokens }) => tokens),
    maxTokens: textTokens,
    bonus: true,
    candidates: draftBy(ruleOf(setting), predictor),
    random: (text) => stream(seed, "decode", split, text),
    ...(stop === undefined ? {} : { stop }),
    batch: 32,
    ...(onText === undefined ? {} : { onText }),
  });
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
