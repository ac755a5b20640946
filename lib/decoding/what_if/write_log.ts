/**
 * Writes the logs of texts from the two models themselves.
 *
 * @module
 */
import type { LanguageModel, Tokens } from "offprint/lm/interface/mod.ts";
import type { Random } from "offprint/random.ts";
import type { RejectedBranch, TextLog } from "./log.ts";
import type { AcceptancePredictor } from "../policies/predictor.ts";
import { checkVocabularies, checkWhole, stopSet } from "../verification/option_checks.ts";
import { type TracedText, traceText } from "./trace_text.ts";
import { sampleTexts, type SampleTextsOptions } from "../decoders/sample_texts.ts";
import type { Warp } from "../verification/warp.ts";

/** What {@linkcode logTexts} samples and logs. */
export interface LogTextsOptions
  extends Pick<SampleTextsOptions, "prompts" | "maxTokens" | "random" | "stop"> {
  draft: LanguageModel;
  target: LanguageModel;
  /** Candidates logged of what follows a rejection. Default 20. */
  branch?: number;
  /** Default {@linkcode softmax}. */
  draftWarp?: Warp;
  /** Default {@linkcode softmax}. */
  targetWarp?: Warp;
  /** Whether to keep the draft's hidden states, for predictions by any number of heads afterwards. */
  states?: boolean;
  /** Whether to log the true acceptance of every candidate as its prediction: an oracle's log. */
  oracle?: boolean;
  /** Texts that are sampled side by side, and branches that are drafted side by side. Default 16. */
  batch?: number;
}

/** The draft's hidden states behind a log. */
export interface LogStates {
  /** After each token of the text. */
  text: Float32Array[];
  /** After each candidate of the rejected branches. */
  rejected: (Float32Array[] | null)[];
}

/** A text with its log. */
export interface LoggedText {
  prompt: Tokens;
  /** The tokens, prompt not included. */
  tokens: number[];
  log: TextLog;
  /** With `states`. */
  states?: LogStates;
}

/** What {@linkcode logText} samples and logs. */
export interface LogTextOptions
  extends Omit<LogTextsOptions, "prompts" | "random" | "states" | "oracle"> {
  /** Default empty, which needs models with a begin-of-text token. */
  prompt?: Tokens;
  random: Random;
  /** Also logs its predictions. */
  predictor?: AcceptancePredictor;
}

/**
 * Samples a text from the target and logs, for each token, the probability that it came from an accepted
 * candidate, the draft's signals, and, where a rejection is possible, one draw of what would have been
 * rejected: a candidate from [draft − target]₊ and its successors from the draft.
 *
 * @throws {UserError} for different vocabularies, a bad length, or a predictor that needs hidden states
 * which the draft has not.
 */
export async function logText(options: LogTextOptions): Promise<TextLog> {
  const { prompt = [], predictor, random, ...rest } = options;
  const states = predictor?.needsHidden ?? false;
  const settings = { ...rest, prompts: [prompt], random: () => random, states };
  for await (const traced of tracedTexts(settings)) {
    const log = logOf(traced, settings);
    return predictor === undefined
      ? log
      : await predictedBy(predictor, log, traced, { draft: options.draft, prompt });
  }
  throw new Error("logText: no text was traced");
}

/**
 * {@linkcode logText} for many prompts: the same logs, sampled and drafted `batch` at a time. With `states`
 * any number of heads can predict on them afterwards ({@linkcode predictLog}), without a model.
 *
 * @throws {UserError} as {@linkcode logText}; also for `states` with a draft that has none.
 */
export async function logTexts(options: LogTextsOptions): Promise<LoggedText[]> {
  const results: LoggedText[] = [];
  for await (const traced of tracedTexts(options)) {
    const { tokens, hidden, branches } = traced;
    results.push({
      prompt: options.prompts[results.length]!,
      tokens,
      log: logOf(traced, options),
      ...(hidden === undefined ? {} : {
        states: { text: hidden, rejected: branches.map((branch) => branch?.hidden ?? null) },
      }),
    });
  }
  return results;
}

/**
 * The log with predictions in place of those it had, if any.
 *
 * @param predict P̂ of each of a list of hidden states; called once for the text and once for each branch.
 * @throws {TypeError} for a text that was logged without `states`.
 */
export function predictLog(
  { log, states }: LoggedText,
  predict: (states: Float32Array[]) => ArrayLike<number>,
): TextLog {
  if (states === undefined) {
    throw new TypeError("predictLog: got a log without states, expected one made with them");
  }
  return {
    ...log,
    // A token that the draft never proposes is never a candidate: its prediction is not used.
    predicted: Array.from(
      predict(states.text),
      (value, i) => log.confidence?.[i] === 0 ? 0 : value,
    ),
    ...(log.rejected === undefined ? {} : {
      rejected: log.rejected.map((branch, i) =>
        branch && { ...branch, predicted: Array.from(predict(states.rejected[i]!)) }
      ),
    }),
  };
}

/** Samples and traces texts one after the other, `batch` sampled at a time. */
async function* tracedTexts(options: LogTextsOptions): AsyncGenerator<TracedText> {
  const { draft, target, prompts, maxTokens, random, batch = 16 } = options;
  checkVocabularies(draft, target);
  checkWhole("maxTokens", maxTokens, 1);
  checkWhole("branch", options.branch ?? 20, 1);
  const stop = stopSet(options.stop);
  for (let from = 0; from < prompts.length; from += batch) {
    const some = prompts.slice(from, from + batch);
    const streams = some.map((_, i) => random(from + i));
    const texts = await sampleTexts({
      model: target,
      prompts: some,
      maxTokens,
      random: (i) => streams[i]!,
      stop: [...stop],
      batch,
      ...(options.targetWarp === undefined ? {} : { warp: options.targetWarp }),
    });
    for (const [i, tokens] of texts.entries()) {
      yield await traceText({ ...options, prompt: some[i]!, tokens, random: streams[i]!, stop });
    }
  }
}

function logOf(traced: TracedText, { maxTokens }: { maxTokens: number }): TextLog {
  const { tokens, drafts, targets, truth, branches } = traced;
  return {
    acceptance: tokens.map((token, i) => Math.min(1, drafts[i]![token]! / targets[i]![token]!)),
    confidence: tokens.map((token, i) => drafts[i]![token]!),
    top: drafts.map(largest),
    ...(truth === undefined ? {} : { predicted: truth }),
    rejected: branches.map((branch) =>
      branch && {
        drafted: branch.candidates.length,
        ...(branch.stopped ? { stopped: true } : {}),
        confidence: branch.candidates.map((token, i) => branch.distributions[i]![token]!),
        top: branch.distributions.map(largest),
        ...(branch.truth === undefined ? {} : { predicted: branch.truth }),
      }
    ),
    ...(tokens.length < maxTokens ? { limit: maxTokens } : {}),
  };
}

function largest(distribution: Float64Array): number {
  let best = 0;
  for (const probability of distribution) if (probability > best) best = probability;
  return best;
}

/** Asks a predictor for every candidate, in the order in which a decoder would. */
async function predictedBy(
  predictor: AcceptancePredictor,
  log: TextLog,
  { tokens, drafts, hidden, branches }: TracedText,
  start: { draft: LanguageModel; prompt: Tokens },
): Promise<TextLog> {
  const run = predictor.begin(start);
  const predicted: number[] = [];
  const rejected: (RejectedBranch | null)[] = [];
  try {
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      const text = tokens.slice(0, i);
      // A token that the draft never proposes is never a candidate: its prediction is not used.
      predicted.push(
        drafts[i]![token]! === 0 ? 0 : await run.predict({
          position: i,
          text,
          candidates: [token],
          distributions: [drafts[i]!],
          hidden: hidden === undefined ? [] : [hidden[i]!],
        }, 0),
      );
      const branch = branches[i]!;
      if (branch === null) {
        rejected.push(null);
        continue;
      }
      const predictions: number[] = [];
      for (let k = 0; k < branch.candidates.length; k++) {
        predictions.push(
          await run.predict({
            position: i,
            text,
            candidates: branch.candidates.slice(0, k + 1),
            distributions: branch.distributions.slice(0, k + 1),
            hidden: branch.hidden?.slice(0, k + 1) ?? [],
          }, k),
        );
      }
      rejected.push({ ...log.rejected![i]!, predicted: predictions });
    }
  } finally {
    run.end?.();
  }
  return { ...log, predicted, rejected };
}
