/**
 * Writes the log of a text from the two models themselves.
 *
 * @module
 */
import type { LanguageModel, Sequence, Tokens } from "offprint/lm/mod.ts";
import type { Random } from "offprint/random.ts";
import type { RejectedBranch, TextLog } from "./acceptance_log.ts";
import type { AcceptancePredictor, PredictorRun } from "./acceptance_predictor.ts";
import { checkLength, checkVocabularies, checkWhole, stopSet } from "./arguments.ts";
import { residual, softmax, tokenAt } from "./distribution.ts";
import { sampleText, type Warp } from "./sampling.ts";
import { hiddenStates, rows } from "./teacher_forcing.ts";

/** What {@linkcode logText} samples and logs. */
export interface LogTextOptions {
  draft: LanguageModel;
  target: LanguageModel;
  /** Default empty, which needs models with a begin-of-text token. */
  prompt?: Tokens;
  /** Number of tokens to generate; fewer if a stop token comes first. */
  maxTokens: number;
  random: Random;
  /** Candidates logged of what follows a rejection. Default 20. */
  branch?: number;
  stop?: number | readonly number[];
  /** Also logs its predictions. */
  predictor?: AcceptancePredictor;
  /** Default {@linkcode softmax}. */
  draftWarp?: Warp;
  /** Default {@linkcode softmax}. */
  targetWarp?: Warp;
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
  const { draft, target, prompt = [], maxTokens, random, branch = 20, predictor } = options;
  const { draftWarp = softmax, targetWarp = softmax } = options;
  checkVocabularies(draft, target);
  checkWhole("maxTokens", maxTokens, 1);
  checkLength(maxTokens, prompt.length, [draft, target]);
  checkWhole("branch", branch, 1);
  const stop = stopSet(options.stop);
  const text = await sampleText({
    model: target,
    prompt,
    maxTokens,
    random,
    warp: targetWarp,
    stop: [...stop],
  });
  const drafts = (await rows(draft, prompt, text)).map((row) => draftWarp(row));
  const targets = (await rows(target, prompt, text)).map((row) => targetWarp(row));
  const hidden = predictor?.needsHidden ? await hiddenStates(draft, prompt, text) : undefined;
  const predictions = predictor?.begin({ draft, prompt });
  const log: Required<Omit<TextLog, "limit" | "predicted">> & TextLog = {
    acceptance: [],
    confidence: [],
    top: [],
    ...(predictions === undefined ? {} : { predicted: [] }),
    rejected: [],
    ...(text.length < maxTokens ? { limit: maxTokens } : {}),
  };
  const sequence = await draft.open(prompt);
  try {
    for (let i = 0; i < text.length; i++) {
      const token = text[i]!;
      const proposed = drafts[i]!;
      const wanted = targets[i]!;
      const acceptance = Math.min(1, proposed[token]! / wanted[token]!);
      log.acceptance.push(acceptance);
      log.confidence.push(proposed[token]!);
      log.top.push(Math.max(...proposed));
      if (predictions !== undefined) {
        const round = {
          position: i,
          text: text.slice(0, i),
          candidates: [token],
          distributions: [proposed],
          hidden: hidden === undefined ? [] : [hidden[i]!],
        };
        // A token that the draft never proposes is never a candidate: its prediction is not used.
        log.predicted!.push(proposed[token]! > 0 ? await predictions.predict(round, 0) : 0);
      }
      log.rejected.push(
        acceptance === 1 ? null : await rejectedBranch({
          sequence: sequence.fork(),
          first: tokenAt(residual(proposed, wanted), random.uniform()),
          proposed,
          text: text.slice(0, i),
          length: Math.min(branch, maxTokens - i),
          stop,
          random,
          warp: draftWarp,
          predictions,
          hidden: hidden !== undefined,
        }),
      );
      if (i + 1 < text.length) await sequence.extend([token]);
    }
  } finally {
    sequence.close();
    predictions?.end?.();
  }
  return log;
}

interface BranchOptions {
  sequence: Sequence;
  first: number;
  proposed: Float64Array;
  text: number[];
  length: number;
  stop: ReadonlySet<number>;
  random: Random;
  warp: Warp;
  predictions: PredictorRun | undefined;
  hidden: boolean;
}

/** Drafts on from a rejected candidate. Closes the sequence. */
async function rejectedBranch(options: BranchOptions): Promise<RejectedBranch> {
  const { sequence, text, length, stop, random, warp, predictions } = options;
  const candidates: number[] = [];
  const distributions: Float64Array[] = [];
  const hidden: Float32Array[] = [];
  const round = { position: text.length, text, candidates, distributions, hidden };
  const confidence: number[] = [];
  const top: number[] = [];
  const predicted: number[] = [];
  let token = options.first;
  let distribution = options.proposed;
  try {
    while (true) {
      candidates.push(token);
      distributions.push(distribution);
      confidence.push(distribution[token]!);
      top.push(Math.max(...distribution));
      const last = candidates.length === length || stop.has(token);
      // The hidden state of the last candidate is read as well: every prediction is logged.
      const read = last && !options.hidden
        ? undefined
        : await sequence.extend([token], { hidden: options.hidden });
      if (read?.hidden !== undefined) hidden.push(read.hidden[0]!);
      if (predictions !== undefined) {
        predicted.push(await predictions.predict(round, candidates.length - 1));
      }
      if (last) {
        return {
          drafted: candidates.length,
          ...(stop.has(token) ? { stopped: true } : {}),
          confidence,
          top,
          ...(predictions === undefined ? {} : { predicted }),
        };
      }
      distribution = warp(read!.logits[0]!);
      token = tokenAt(distribution, random.uniform());
    }
  } finally {
    sequence.close();
  }
}
