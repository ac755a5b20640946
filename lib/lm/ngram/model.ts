/**
 * An n-gram model behind the {@linkcode LanguageModel} interface, with exact probabilities.
 *
 * @module
 */
import { KneserNey } from "./kneser_ney.ts";
import { NgramCounts } from "./ngram_counts.ts";
import {
  checkBatch,
  checkPrompt,
  checkTokens,
  checkTruncation,
  closedError,
  staleError,
} from "../interface/sequence_checks.ts";
import type { ExtendResult, LanguageModel, Sequence, Tokens } from "../interface/language_model.ts";

/** What an n-gram model is learned from. */
export interface NgramOptions {
  name?: string;
  /** Tokens that a probability depends on, plus one: 2 is a bigram model. */
  order: number;
  vocabSize: number;
  /** The token that begins (and, at the end of a document, ends) a text. */
  bos: number;
  /** Longest text that may be opened; no limit by default. */
  contextLength?: number;
}

/**
 * Learns an interpolated Kneser–Ney model ({@linkcode KneserNey}) from documents. Its logits are
 * log-probabilities (float32).
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { ngramModel } from "offprint/lm/ngram/mod.ts";
 *
 * const model = ngramModel([[1, 2, 1, 2, 1, 3, 0]], { order: 2, vocabSize: 4, bos: 0 });
 * const sequence = await model.open([1]);
 * assert(sequence.logits[2]! > sequence.logits[3]!); // 2 follows 1 more often than 3 does
 * ```
 */
export function ngramModel(documents: Iterable<Tokens>, options: NgramOptions): LanguageModel {
  const { order, vocabSize, bos } = options;
  const smoothed = new KneserNey(new NgramCounts(documents, order, vocabSize, bos));
  return new NgramModel(smoothed, options);
}

class NgramModel implements LanguageModel {
  readonly name: string;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly bos: number;
  readonly #smoothed: KneserNey;

  constructor(smoothed: KneserNey, options: NgramOptions) {
    this.#smoothed = smoothed;
    this.name = options.name ?? `kneser-ney-${options.order}`;
    this.vocabSize = options.vocabSize;
    this.contextLength = options.contextLength ?? Infinity;
    this.bos = options.bos;
  }

  // deno-lint-ignore require-await -- a wrong prompt is a rejection, as in every model
  async open(prompt: Tokens): Promise<Sequence> {
    const text = [...checkPrompt(this, prompt)];
    return new NgramSequence(this, text, this.after(text));
  }

  async extendBatch(
    sequences: readonly Sequence[],
    tokens: readonly Tokens[],
  ): Promise<Float32Array[][]> {
    const members = checkBatch(this, sequences, tokens, NgramSequence);
    members.forEach((member, i) => checkTokens(this, member.length, tokens[i]!));
    const results: Float32Array[][] = [];
    for (const [i, member] of members.entries()) {
      results.push((await member.extend(tokens[i]!)).logits);
    }
    return results;
  }

  /** Log-probabilities after a text. */
  after(text: Tokens): Float32Array {
    const context = text.slice(-(this.#smoothed.order - 1) || text.length);
    return Float32Array.from(this.#smoothed.probabilities(context), Math.log);
  }
}

class NgramSequence implements Sequence {
  readonly model: NgramModel;
  #tokens: number[];
  #logits: Float32Array | undefined;
  #closed = false;

  constructor(model: NgramModel, tokens: number[], logits: Float32Array | undefined) {
    this.model = model;
    this.#tokens = tokens;
    this.#logits = logits;
  }

  get length(): number {
    this.#check();
    return this.#tokens.length;
  }

  get logits(): Float32Array {
    this.#check();
    if (this.#logits === undefined) throw staleError(this.model);
    return this.#logits;
  }

  // deno-lint-ignore require-await -- a wrong token is a rejection, as in every model
  async extend(tokens: Tokens): Promise<ExtendResult> {
    this.#check();
    checkTokens(this.model, this.#tokens.length, tokens);
    const logits: Float32Array[] = [];
    for (const token of tokens) {
      this.#tokens.push(token);
      logits.push(this.model.after(this.#tokens));
    }
    this.#logits = logits.at(-1) ?? this.#logits;
    return { logits };
  }

  truncate(length: number): void {
    this.#check();
    checkTruncation(this.model, this.#tokens.length, length);
    this.#tokens.length = length;
    this.#logits = undefined;
  }

  fork(): Sequence {
    this.#check();
    return new NgramSequence(this.model, [...this.#tokens], this.#logits);
  }

  close(): void {
    this.#closed = true;
    this.#tokens = [];
    this.#logits = undefined;
  }

  #check(): void {
    if (this.#closed) throw closedError(this.model);
  }
}
