/**
 * One growing text of a quantised decoder.
 *
 * @module
 */
import { KernelError, type KvText } from "kernels/mod.ts";
import {
  CheckedSequence,
  checkTokens,
  type ExtendResult,
  type LanguageModel,
  ownRow,
  type Sequence,
  type Tokens,
} from "offprint/lm/interface/mod.ts";

/** What a forward pass gives for one text: rows per new token, or only the last. */
export interface PassResult {
  readonly logits: Float32Array[];
  readonly hidden: Float32Array[];
}

/** A model whose texts are carried forward in passes over several of them. */
export interface PassingModel extends LanguageModel {
  /** One forward pass over texts that each get at least one token; `lastOnly`: logits after the last token alone. */
  pass(
    texts: readonly { sequence: QuantizedSequence; tokens: Tokens }[],
    lastOnly?: boolean,
  ): Promise<PassResult[]>;
}

/** A text with its keys and values in the cache of a {@linkcode PassingModel}. */
export class QuantizedSequence extends CheckedSequence<PassingModel> {
  /** The begin-of-text token is its first. */
  readonly kv: KvText;

  constructor(model: PassingModel, kv: KvText, logits?: Float32Array) {
    super(model, logits);
    this.kv = kv;
  }

  /** The first pass, over the begin-of-text token and the prompt. */
  async start(tokens: Tokens): Promise<void> {
    const [pass] = await this.model.pass([{ sequence: this, tokens }], true);
    this.accept(pass!.logits);
  }

  async extend(tokens: Tokens, options: { hidden?: boolean } = {}): Promise<ExtendResult> {
    checkTokens(this.model, this.length, tokens);
    const wanted = options.hidden ?? false;
    if (tokens.length === 0) return wanted ? { logits: [], hidden: [] } : { logits: [] };
    const [pass] = await this.model.pass([{ sequence: this, tokens }]);
    const { logits, hidden } = pass!;
    this.accept(logits);
    return wanted ? { logits, hidden } : { logits };
  }

  override accept(rows: readonly Float32Array[]): void {
    super.accept([ownRow(rows.at(-1)!)]);
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
