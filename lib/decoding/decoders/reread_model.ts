/**
 * A model without its cache.
 *
 * @module
 */
import type { ExtendResult, LanguageModel, Sequence, Tokens } from "offprint/lm/interface/mod.ts";

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
  return {
    name: model.name,
    vocabSize: model.vocabSize,
    contextLength: model.contextLength,
    ...(model.bos === undefined ? {} : { bos: model.bos }),
    async open(prompt) {
      const sequence = await model.open(prompt);
      const logits = sequence.logits.slice();
      const length = sequence.length;
      sequence.close();
      return new UncachedSequence(model, prompt, length, [], logits);
    },
    extendBatch: (sequences, tokens) =>
      Promise.all(sequences.map(async (each, i) => (await each.extend(tokens[i]!)).logits)),
  };
}

class UncachedSequence implements Sequence {
  readonly #model: LanguageModel;
  readonly #prompt: Tokens;
  readonly #promptLength: number;
  readonly #text: number[];
  #logits: Float32Array | undefined;

  constructor(
    model: LanguageModel,
    prompt: Tokens,
    promptLength: number,
    text: number[],
    logits: Float32Array | undefined,
  ) {
    this.#model = model;
    this.#prompt = prompt;
    this.#promptLength = promptLength;
    this.#text = text;
    this.#logits = logits;
  }

  get length(): number {
    return this.#promptLength + this.#text.length;
  }

  get logits(): Float32Array {
    if (this.#logits === undefined) {
      throw new Error(`${this.#model.name}: no logits after truncate; extend first`);
    }
    return this.#logits;
  }

  async extend(tokens: Tokens, options?: { hidden?: boolean }): Promise<ExtendResult> {
    this.#text.push(...tokens);
    const sequence = await this.#model.open(this.#prompt);
    try {
      const { logits, hidden } = await sequence.extend(this.#text, options);
      if (tokens.length > 0) this.#logits = logits.at(-1);
      const last = <T>(rows: T[]): T[] => tokens.length === 0 ? [] : rows.slice(-tokens.length);
      return { logits: last(logits), ...(hidden === undefined ? {} : { hidden: last(hidden) }) };
    } finally {
      sequence.close();
    }
  }

  truncate(length: number): void {
    if (length < this.#promptLength || length > this.length) {
      throw new RangeError(
        `${this.#model.name}: got truncate(${length}), expected ${this.#promptLength} to ${this.length}`,
      );
    }
    this.#text.length = length - this.#promptLength;
    this.#logits = undefined;
  }

  fork(): Sequence {
    return new UncachedSequence(
      this.#model,
      this.#prompt,
      this.#promptLength,
      [...this.#text],
      this.#logits,
    );
  }

  close(): void {}
}
