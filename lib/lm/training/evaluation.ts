/**
 * How well a model predicts text that it was not trained on: nats per token, for transformers and
 * n-gram models on the same tokens.
 *
 * @module
 */
import { KneserNey } from "../ngram/kneser_ney.ts";
import { NgramCounts } from "../ngram/ngram_counts.ts";
import type { LanguageModel } from "../interface/language_model.ts";
import { sentenceBefore, type TokenDocument } from "./batches/windows.ts";

/** Every token is predicted from at least this many before it, or half the context, where there are as many. */
const LEAST_CONTEXT = 64;

/** The sum of `−log p` and over how many tokens. */
export interface Score {
  nats: number;
  tokens: number;
}

/** `e^(nats per token)`. */
export function perplexity({ nats, tokens }: Score): number {
  return Math.exp(nats / tokens);
}

/** `−log softmax(logits)[token]`, summed in float64. */
export function surprisal(logits: Float32Array, token: number): number {
  let largest = -Infinity;
  for (const value of logits) if (value > largest) largest = value;
  let sum = 0;
  for (const value of logits) sum += Math.exp(value - largest);
  return Math.log(sum) + largest - logits[token]!;
}

/** A stretch of a document: of its tokens `[start, end)` those from `first` on are predicted. */
export interface EvaluationWindow {
  readonly start: number;
  readonly first: number;
  readonly end: number;
}

/**
 * Windows of at most `contextLength` tokens that together predict every token of a document once. A window
 * begins with a sentence; the tokens that it shares with the one before it are context.
 */
export function evaluationWindows(
  { tokens, starts }: TokenDocument,
  contextLength: number,
): EvaluationWindow[] {
  const context = Math.min(LEAST_CONTEXT, contextLength >> 1);
  const windows: EvaluationWindow[] = [];
  let start = 0;
  for (let first = 0; first < tokens.length;) {
    if (first > 0) start = sentenceBefore(starts, Math.max(start, first - context), start);
    const end = Math.min(start + contextLength, tokens.length);
    windows.push({ start, first, end });
    first = end;
  }
  return windows;
}

/**
 * Predicts every token of `documents` once, in {@linkcode evaluationWindows} of the model's context, each
 * behind the begin-of-text token.
 *
 * @param onDocument called after each document.
 */
export async function evaluate(
  model: LanguageModel,
  documents: readonly TokenDocument[],
  onDocument: (done: number) => void = () => {},
): Promise<Score> {
  const score: Score = { nats: 0, tokens: 0 };
  for (const [index, document] of documents.entries()) {
    const windows = evaluationWindows(document, model.contextLength);
    const { nats, tokens } = await scoreWindows(model, document, windows);
    score.nats += nats;
    score.tokens += tokens;
    onDocument(index + 1);
  }
  return score;
}

/** Predicts the tokens of some windows of a document. */
export async function scoreWindows(
  model: LanguageModel,
  document: TokenDocument,
  windows: readonly EvaluationWindow[],
): Promise<Score> {
  const score: Score = { nats: 0, tokens: 0 };
  for (const { start, first, end } of windows) {
    const window = document.tokens.subarray(start, end);
    const sequence = await model.open([]);
    const opening = sequence.logits;
    const rest = await sequence.extend(Array.from(window.subarray(0, -1)));
    sequence.close();
    for (let i = first - start; i < window.length; i++) {
      score.nats += surprisal(i === 0 ? opening : rest.logits[i - 1]!, window[i]!);
      score.tokens++;
    }
  }
  return score;
}

/**
 * Scores of interpolated Kneser–Ney models of orders 1 … `order`, learned from `train`, on every token
 * of `heldOut`.
 */
export function evaluateNgrams(
  train: readonly TokenDocument[],
  heldOut: readonly TokenDocument[],
  options: { order: number; vocabSize: number; bos: number },
): Score[] {
  const { order, vocabSize, bos } = options;
  const counts = new NgramCounts(
    train.map(({ tokens }) => Array.from(tokens)),
    order,
    vocabSize,
    bos,
  );
  return Array.from({ length: order }, (_, i) => {
    const model = new KneserNey(counts, i + 1);
    const score: Score = { nats: 0, tokens: 0 };
    for (const { tokens } of heldOut) {
      for (let at = 0; at < tokens.length; at++) {
        const context = Array.from(tokens.subarray(Math.max(0, at - i), at));
        score.nats -= Math.log(model.probability(context, tokens[at]!));
        score.tokens++;
      }
    }
    return score;
  });
}
