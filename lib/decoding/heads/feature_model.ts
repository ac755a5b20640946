/**
 * Hidden states for models that have none.
 *
 * @module
 */
import {
  extendOneByOne,
  type ExtendResult,
  type LanguageModel,
  type Sequence,
  type Tokens,
} from "offprint/lm/interface/mod.ts";

/**
 * `model` with `feature(text)` as hidden state after each token, `text` being all tokens read so far, prompt
 * included: lets an acceptance head be trained on an exact model. The array given to `feature` is reused.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { withFeatures } from "offprint/decoding/heads/mod.ts";
 * import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
 *
 * const oneHot = (text: readonly number[]) => Float32Array.from([0, 1], (x) => x === text.at(-1) ? 1 : 0);
 * const model = withFeatures(markovModel(twoStateChains().draft), oneHot);
 * const sequence = await model.open([]);
 * const { hidden } = await sequence.extend([1, 0], { hidden: true });
 * assertEquals(hidden, [Float32Array.of(0, 1), Float32Array.of(1, 0)]);
 * ```
 */
export function withFeatures(
  model: LanguageModel,
  feature: (text: readonly number[]) => Float32Array,
): LanguageModel {
  return new FeatureModel(model, feature);
}

class FeatureModel implements LanguageModel {
  readonly name: string;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly bos?: number;

  constructor(
    readonly inner: LanguageModel,
    readonly feature: (text: readonly number[]) => Float32Array,
  ) {
    this.name = inner.name;
    this.vocabSize = inner.vocabSize;
    this.contextLength = inner.contextLength;
    if (inner.bos !== undefined) this.bos = inner.bos;
  }

  async open(prompt: Tokens): Promise<Sequence> {
    return new FeatureSequence(this, await this.inner.open(prompt), [...prompt]);
  }

  extendBatch(
    sequences: readonly Sequence[],
    tokens: readonly Tokens[],
  ): Promise<Float32Array[][]> {
    return extendOneByOne(this, sequences, tokens, FeatureSequence);
  }
}

class FeatureSequence implements Sequence {
  readonly model: FeatureModel;
  readonly #inner: Sequence;
  readonly #text: number[];
  /** What `text` holds and the inner sequence does not count: a begin-of-text token given in the prompt. */
  readonly #uncounted: number;
  /** Passes are run in the order in which they were asked for. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(model: FeatureModel, inner: Sequence, text: number[]) {
    this.model = model;
    this.#inner = inner;
    this.#text = text;
    this.#uncounted = text.length - inner.length;
  }

  get length(): number {
    return this.#inner.length;
  }

  get logits(): Float32Array {
    return this.#inner.logits;
  }

  extend(tokens: Tokens, options?: { hidden?: boolean }): Promise<ExtendResult> {
    const result = this.#last.then(async () => {
      const { logits } = await this.#inner.extend(tokens);
      const hidden: Float32Array[] = [];
      for (const token of tokens) {
        this.#text.push(token);
        if (options?.hidden) hidden.push(this.model.feature(this.#text));
      }
      return options?.hidden ? { logits, hidden } : { logits };
    });
    this.#last = result.catch(() => {});
    return result;
  }

  truncate(length: number): void {
    this.#inner.truncate(length);
    this.#text.length = Math.max(0, length + this.#uncounted);
  }

  fork(): Sequence {
    return new FeatureSequence(this.model, this.#inner.fork(), [...this.#text]);
  }

  close(): void {
    this.#inner.close();
  }
}
