/**
 * A model without its cache.
 *
 * @module
 */
import {
  checkTokens,
  checkTruncation,
  closedError,
  extendOneByOne,
  type ExtendResult,
  type LanguageModel,
  type Sequence,
  staleError,
  type Tokens,
} from "offprint/lm/interface/mod.ts";

/**
 * `model`, reading each text from its prompt on in every pass: slow, and the definition of what decoding
 * with a cache has to give.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sampleText, uncached } from "offprint/decoding/decoders/mod.ts";
 * import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
 * import { stream } from "offprint/random.ts";
 *
 * const model = markovModel(twoStateChains().target);
 * const options = () => ({ prompt: [0], maxTokens: 10, random: stream(1, "example") });
 * assertEquals(
 *   await sampleText({ ...options(), model: uncached(model) }),
 *   await sampleText({ ...options(), model }),
 * );
 * ```
 */
export function uncached(model: LanguageModel): LanguageModel {
  return new UncachedModel(model);
}

class UncachedModel implements LanguageModel {
  readonly name: string;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly bos?: number;

  constructor(readonly inner: LanguageModel) {
    this.name = inner.name;
    this.vocabSize = inner.vocabSize;
    this.contextLength = inner.contextLength;
    if (inner.bos !== undefined) this.bos = inner.bos;
  }

  async open(prompt: Tokens): Promise<Sequence> {
    const sequence = await this.inner.open(prompt);
    const logits = sequence.logits.slice();
    const length = sequence.length;
    sequence.close();
    return new UncachedSequence(this, prompt, length, [], logits);
  }

  extendBatch(
    sequences: readonly Sequence[],
    tokens: readonly Tokens[],
  ): Promise<Float32Array[][]> {
    return extendOneByOne(this, sequences, tokens, UncachedSequence);
  }
}

class UncachedSequence implements Sequence {
  readonly model: UncachedModel;
  /** Read by opening; `#promptLength` of it are counted, a begin-of-text token in front is not. */
  #prompt: Tokens;
  #promptLength: number;
  readonly #text: number[];
  #logits: Float32Array | undefined;
  #closed = false;
  /** Passes are run in the order in which they were asked for. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    model: UncachedModel,
    prompt: Tokens,
    promptLength: number,
    text: number[],
    logits: Float32Array | undefined,
  ) {
    this.model = model;
    this.#prompt = prompt;
    this.#promptLength = promptLength;
    this.#text = text;
    this.#logits = logits;
  }

  get length(): number {
    this.#check();
    return this.#promptLength + this.#text.length;
  }

  get logits(): Float32Array {
    this.#check();
    if (this.#logits === undefined) throw staleError(this.model);
    return this.#logits;
  }

  extend(tokens: Tokens, options?: { hidden?: boolean }): Promise<ExtendResult> {
    const result = this.#last.then(() => this.#extend(tokens, options));
    this.#last = result.catch(() => {});
    return result;
  }

  async #extend(tokens: Tokens, options?: { hidden?: boolean }): Promise<ExtendResult> {
    checkTokens(this.model, this.length, tokens);
    if (tokens.length === 0) return options?.hidden ? { logits: [], hidden: [] } : { logits: [] };
    const whole = [...this.#text, ...tokens];
    const { logits, hidden } = await this.#read(whole, options);
    this.#check();
    for (const token of tokens) this.#text.push(token);
    this.#logits = logits.at(-1);
    const last = <T>(rows: T[]): T[] => rows.slice(-tokens.length);
    return { logits: last(logits), ...(hidden === undefined ? {} : { hidden: last(hidden) }) };
  }

  /** Opens the text anew and reads what follows its prompt. */
  async #read(text: number[], options?: { hidden?: boolean }): Promise<ExtendResult> {
    const { inner } = this.model;
    // Without a begin-of-text token a text that was cut to nothing begins with its first token.
    const bare = this.#prompt.length === 0 && inner.bos === undefined;
    const sequence = await inner.open(bare ? text.slice(0, 1) : this.#prompt);
    try {
      if (!bare) return await sequence.extend(text, options);
      if (options?.hidden) {
        throw new RangeError(
          `${this.model.name}: got a text that was cut to nothing, expected a token in front of ` +
            "those whose hidden states are asked for (the model has no begin-of-text token)",
        );
      }
      const first = sequence.logits.slice();
      return { logits: [first, ...(await sequence.extend(text.slice(1))).logits] };
    } finally {
      sequence.close();
    }
  }

  truncate(length: number): void {
    checkTruncation(this.model, this.length, length);
    const cut = this.#promptLength - length;
    if (cut > 0) {
      this.#prompt = this.#prompt.slice(0, this.#prompt.length - cut);
      this.#promptLength = length;
    }
    this.#text.length = length - this.#promptLength;
    this.#logits = undefined;
  }

  fork(): Sequence {
    this.#check();
    return new UncachedSequence(
      this.model,
      this.#prompt,
      this.#promptLength,
      [...this.#text],
      this.#logits,
    );
  }

  close(): void {
    this.#closed = true;
    this.#logits = undefined;
  }

  #check(): void {
    if (this.#closed) throw closedError(this.model);
  }
}
