/**
 * Hidden states for models that have none.
 *
 * @module
 */
import {
  type ExtendResult,
  type LanguageModel,
  type Sequence,
  type Tokens,
  Turns,
  wrapModel,
  WrappedSequence,
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
  return wrapModel(
    model,
    FeatureSequence,
    async (prompt, wrapped) =>
      new FeatureSequence(wrapped, await model.open(prompt), feature, [...prompt]),
  );
}

class FeatureSequence extends WrappedSequence {
  readonly #feature: (text: readonly number[]) => Float32Array;
  readonly #text: number[];
  /** What `text` holds and the inner sequence does not count: a begin-of-text token given in the prompt. */
  readonly #uncounted: number;
  readonly #turns = new Turns();

  constructor(
    model: LanguageModel,
    inner: Sequence,
    feature: (text: readonly number[]) => Float32Array,
    text: number[],
  ) {
    super(model, inner);
    this.#feature = feature;
    this.#text = text;
    this.#uncounted = text.length - inner.length;
  }

  extend(tokens: Tokens, options?: { hidden?: boolean }): Promise<ExtendResult> {
    return this.#turns.take(async () => {
      const { logits } = await this.inner.extend(tokens);
      const hidden: Float32Array[] = [];
      for (const token of tokens) {
        this.#text.push(token);
        if (options?.hidden) hidden.push(this.#feature(this.#text));
      }
      return options?.hidden ? { logits, hidden } : { logits };
    });
  }

  override truncate(length: number): void {
    super.truncate(length);
    this.#text.length = Math.max(0, length + this.#uncounted);
  }

  fork(): Sequence {
    return new FeatureSequence(this.model, this.inner.fork(), this.#feature, [...this.#text]);
  }
}
