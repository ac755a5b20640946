/**
 * An n-gram model behind the {@linkcode LanguageModel} interface, with exact probabilities.
 *
 * @module
 */
import { KneserNey } from "./kneser_ney.ts";
import { NgramCounts } from "./ngram_counts.ts";
import { CheckedSequence } from "../interface/checked_sequence.ts";
import { checkPrompt, checkTokens, extendOneByOne } from "../interface/sequence_checks.ts";
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

  extendBatch(
    sequences: readonly Sequence[],
    tokens: readonly Tokens[],
  ): Promise<Float32Array[][]> {
    return extendOneByOne(this, sequences, tokens, NgramSequence);
  }

  /** Log-probabilities after a text. */
  after(text: Tokens): Float32Array {
    const context = text.slice(-(this.#smoothed.order - 1) || text.length);
    return Float32Array.from(this.#smoothed.probabilities(context), Math.log);
  }
}

class NgramSequence extends CheckedSequence<NgramModel> {
  #tokens: number[];

  constructor(model: NgramModel, tokens: number[], logits: Float32Array | undefined) {
    super(model, logits);
    this.#tokens = tokens;
  }

  // deno-lint-ignore require-await -- a wrong token is a rejection, as in every model
  async extend(tokens: Tokens): Promise<ExtendResult> {
    checkTokens(this.model, this.length, tokens);
    const logits: Float32Array[] = [];
    for (const token of tokens) {
      this.#tokens.push(token);
      logits.push(this.model.after(this.#tokens));
    }
    this.accept(logits);
    return { logits };
  }

  protected held(): number {
    return this.#tokens.length;
  }

  protected cut(length: number): void {
    this.#tokens.length = length;
  }

  protected branch(logits: Float32Array | undefined): Sequence {
    return new NgramSequence(this.model, [...this.#tokens], logits);
  }

  protected release(): void {
    this.#tokens = [];
  }
}
