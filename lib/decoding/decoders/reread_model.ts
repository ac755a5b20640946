/**
 * A model without its cache.
 *
 * @module
 */
import {
  CheckedSequence,
  checkTokens,
  type ExtendResult,
  type LanguageModel,
  type Sequence,
  type Tokens,
  Turns,
  wrapModel,
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
  return wrapModel(model, UncachedSequence, async (prompt, wrapped) => {
    const sequence = await model.open(prompt);
    const logits = sequence.logits.slice();
    const length = sequence.length;
    sequence.close();
    return new UncachedSequence(wrapped, model, { tokens: prompt, counted: length }, [], logits);
  });
}

/** Read by opening; `counted` of its tokens are, a begin-of-text token in front is not. */
interface Prompt {
  tokens: Tokens;
  counted: number;
}

class UncachedSequence extends CheckedSequence {
  readonly #inner: LanguageModel;
  #prompt: Prompt;
  readonly #text: number[];
  readonly #turns = new Turns();

  constructor(
    model: LanguageModel,
    inner: LanguageModel,
    prompt: Prompt,
    text: number[],
    logits: Float32Array | undefined,
  ) {
    super(model, logits);
    this.#inner = inner;
    this.#prompt = prompt;
    this.#text = text;
  }

  extend(tokens: Tokens, options?: { hidden?: boolean }): Promise<ExtendResult> {
    return this.#turns.take(async () => {
      checkTokens(this.model, this.length, tokens);
      if (tokens.length === 0) return options?.hidden ? { logits: [], hidden: [] } : { logits: [] };
      const { logits, hidden } = await this.#read([...this.#text, ...tokens], options);
      this.accept(logits);
      for (const token of tokens) this.#text.push(token);
      const last = <T>(rows: T[]): T[] => rows.slice(-tokens.length);
      return { logits: last(logits), ...(hidden === undefined ? {} : { hidden: last(hidden) }) };
    });
  }

  /** Opens the text anew and reads what follows its prompt. */
  async #read(text: number[], options?: { hidden?: boolean }): Promise<ExtendResult> {
    const inner = this.#inner;
    // Without a begin-of-text token a text that was cut to nothing begins with its first token.
    const bare = this.#prompt.tokens.length === 0 && inner.bos === undefined;
    const sequence = await inner.open(bare ? text.slice(0, 1) : this.#prompt.tokens);
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

  protected held(): number {
    return this.#prompt.counted + this.#text.length;
  }

  protected cut(length: number): void {
    const { tokens, counted } = this.#prompt;
    if (length < counted) {
      this.#prompt = {
        tokens: tokens.slice(0, tokens.length - (counted - length)),
        counted: length,
      };
    }
    this.#text.length = length - this.#prompt.counted;
  }

  protected branch(logits: Float32Array | undefined): Sequence {
    return new UncachedSequence(this.model, this.#inner, this.#prompt, [...this.#text], logits);
  }

  protected release(): void {
    this.#text.length = 0;
  }
}
