/**
 * One growing text of a quantised decoder.
 *
 * @module
 */
import { KernelError, type KvText } from "kernels/mod.ts";
import {
  type PassingModel,
  PassingSequence,
  type Sequence,
  type Tokens,
} from "offprint/lm/interface/mod.ts";

/** A text with its keys and values in the cache of a quantised model. */
export class QuantizedSequence
  extends PassingSequence<QuantizedSequence, PassingModel<QuantizedSequence>> {
  /** The begin-of-text token is its first. */
  readonly kv: KvText;

  constructor(model: PassingModel<QuantizedSequence>, kv: KvText, logits?: Float32Array) {
    super(model, logits);
    this.kv = kv;
  }

  /** The first pass, over the begin-of-text token and the prompt. */
  async start(tokens: Tokens): Promise<void> {
    const [pass] = await this.model.pass([{ sequence: this, tokens }], true);
    this.accept(pass!.logits);
  }

  protected held(): number {
    return this.kv.length - 1;
  }

  /**
   * Rolls back to the first `length` tokens.
   *
   * @throws {RangeError} for a length inside a group of the cache whose 16-bit floats have been given up: the
   * text has been 64 tokens or more beyond that group's end.
   */
  protected cut(length: number): void {
    try {
      this.kv.truncate(length + 1);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      throw new RangeError(
        `${this.model.name}: got truncate(${length}) of a text of ${this.length} tokens, expected a ` +
          `length that its KV cache still holds in 16 bits, or ${this.#groupStart(length)}`,
        { cause: error },
      );
    }
  }

  protected branch(logits: Float32Array | undefined): Sequence {
    return new QuantizedSequence(this.model, this.kv.fork(), logits);
  }

  protected release(): void {
    this.kv.close();
  }

  /** The longest shorter text that ends where a group of the cache does; 0 where that is not a token. */
  #groupStart(length: number): number {
    const { groupSize } = this.kv.cache.layout;
    return Math.max(0, Math.floor((length + 1) / groupSize) * groupSize - 1);
  }
}
