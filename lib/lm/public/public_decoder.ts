/**
 * The {@linkcode LanguageModel} over a graph of the public layout; {@linkcode openPublicModel} makes one.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { ClosableModel } from "../onnx/transformer_model.ts";
import { type Ort, ortMessage, type OrtSession, type OrtTensor } from "../onnx/runtime.ts";
import {
  cutPast,
  emptyPast,
  feedable,
  float32Values,
  type Past,
  sideBySide,
} from "./public_cache.ts";
import { presentOf, type PublicConfig, type PublicLayout } from "./public_layout.ts";
import { CheckedSequence, ownRow } from "../interface/checked_sequence.ts";
import { checkBatch, checkPrompt, checkTokens } from "../interface/sequence_checks.ts";
import { Turns } from "../interface/turns.ts";
import type { ExtendResult, Sequence, Tokens } from "../interface/language_model.ts";

/** What a pass gives for one text. */
interface Pass {
  past: Past;
  logits: Float32Array[];
}

/** A public model that is open. */
export class PublicModel implements ClosableModel {
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly bos?: number;
  readonly #layout: PublicLayout;
  readonly #ort: Ort;
  readonly #session: OrtSession;
  /** Numbers of new tokens for which the graph refused several texts at once. */
  readonly #onlyAlone = new Set<number>();

  constructor(
    readonly name: string,
    config: PublicConfig,
    /** Tokens of the tokenizer: rows of logits beyond them are padding, and are cut off. */
    vocabSize: number,
    layout: PublicLayout,
    bos: number | undefined,
    ort: Ort,
    session: OrtSession,
  ) {
    this.vocabSize = vocabSize;
    this.contextLength = config.max_position_embeddings - (bos === undefined ? 0 : 1);
    if (bos !== undefined) this.bos = bos;
    this.#layout = layout;
    this.#ort = ort;
    this.#session = session;
  }

  async open(prompt: Tokens): Promise<Sequence> {
    const text = checkPrompt(this, prompt);
    const tokens = this.bos === undefined ? text : [this.bos, ...text];
    const [pass] = await this.pass([emptyPast(this.#ort, this.#layout)], [tokens]);
    return new PublicSequence(this, pass!.past, pass!.logits.at(-1)!.slice());
  }

  async extendBatch(
    sequences: readonly Sequence[],
    tokens: readonly Tokens[],
  ): Promise<Float32Array[][]> {
    const members = checkBatch(this, sequences, tokens, PublicSequence);
    return await Turns.takeAll(members.map(({ turns }) => turns), async () => {
      members.forEach((member, i) => checkTokens(this, member.length, tokens[i]!));
      const results: Float32Array[][] = tokens.map(() => []);
      const alike = Map.groupBy(
        members.keys().filter((i) => tokens[i]!.length > 0),
        (i) => `${members[i]!.past.block.length} ${tokens[i]!.length}`,
      );
      for (const group of alike.values()) {
        const passes = await this.#passTogether(
          group.map((i) => members[i]!.past),
          group.map((i) => tokens[i]!),
        );
        group.forEach((i, j) => {
          members[i]!.goOn(passes[j]!);
          results[i] = passes[j]!.logits;
        });
      }
      return results;
    });
  }

  /** Appends equally many tokens (at least one) to pasts of equal length. */
  async pass(pasts: readonly Past[], tokens: readonly Tokens[]): Promise<Pass[]> {
    const { Tensor } = this.#ort;
    const { caches, positions, logitsToKeep } = this.#layout;
    const past = sideBySide(this.#ort, this.#layout, pasts);
    const texts = pasts.length;
    const count = tokens[0]!.length;
    const total = past.length + count;
    const feeds: Record<string, OrtTensor> = {
      ...past.tensors,
      input_ids: new Tensor("int64", BigInt64Array.from(tokens.flat(), BigInt), [texts, count]),
      attention_mask: new Tensor("int64", new BigInt64Array(texts * total).fill(1n), [
        texts,
        total,
      ]),
    };
    if (positions) {
      const rows = BigInt64Array.from(tokens.flat(), (_, i) => BigInt(past.length + i % count));
      feeds["position_ids"] = new Tensor("int64", rows, [texts, count]);
    }
    // 0 stands for all.
    if (logitsToKeep !== undefined) feeds[logitsToKeep] = new Tensor("int64", [0n], []);
    let results: Record<string, OrtTensor>;
    try {
      results = await this.#session.run(feeds) as Record<string, OrtTensor>;
    } catch (error) {
      throw new UserError({
        what: this.name,
        got: ortMessage(error),
        expected: "a graph that runs",
        todo: "Use another file of the model's onnx folder.",
      });
    }
    const logits = float32Values(results["logits"]!);
    const width = logits.length / (texts * count);
    if (!(width >= this.vocabSize)) {
      throw new UserError({
        what: this.name,
        got: new Described(`${width} logits a token`),
        expected: `at least ${this.vocabSize}, the tokens of tokenizer.json`,
        todo: "The graph belongs to another model.",
      });
    }
    const tensors: Record<string, OrtTensor> = {};
    for (const name of caches) tensors[name] = feedable(results[presentOf(name)]!);
    const block = { texts, length: total, tensors };
    return tokens.map((list, row) => ({
      past: { block, row },
      logits: list.map((_, i) =>
        logits.subarray(
          (row * count + i) * width,
          (row * count + i) * width + this.vocabSize,
        )
      ),
    }));
  }

  /** The first `length` rows of a past. */
  cut(past: Past, length: number): Past {
    return cutPast(this.#ort, this.#layout, past, length);
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  /** One pass where the graph can, which not every one does for several tokens of several texts. */
  async #passTogether(pasts: readonly Past[], tokens: readonly Tokens[]): Promise<Pass[]> {
    const count = tokens[0]!.length;
    if (pasts.length > 1 && !this.#onlyAlone.has(count)) {
      try {
        return await this.pass(pasts, tokens);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        this.#onlyAlone.add(count); // what is really wrong shows itself below
      }
    }
    const passes: Pass[] = [];
    for (const [i, past] of pasts.entries()) {
      passes.push(...await this.pass([past], [tokens[i]!]));
    }
    return passes;
  }
}

class PublicSequence extends CheckedSequence<PublicModel> {
  readonly turns = new Turns();
  #past: Past;

  constructor(model: PublicModel, past: Past, logits: Float32Array | undefined) {
    super(model, logits);
    this.#past = past;
  }

  get past(): Past {
    this.ensureOpen();
    return this.#past;
  }

  extend(tokens: Tokens): Promise<ExtendResult> {
    return this.turns.take(async () => {
      checkTokens(this.model, this.length, tokens);
      if (tokens.length === 0) return { logits: [] };
      const [pass] = await this.model.pass([this.past], [tokens]);
      this.goOn(pass!);
      return { logits: pass!.logits };
    });
  }

  /** Goes on from a pass. */
  goOn({ past, logits }: Pass): void {
    this.accept([ownRow(logits.at(-1)!)]);
    this.#past = past;
  }

  protected held(): number {
    return this.#past.block.length - this.#hiddenTokens;
  }

  protected cut(length: number): void {
    this.#past = this.model.cut(this.#past, length + this.#hiddenTokens);
  }

  protected branch(logits: Float32Array | undefined): Sequence {
    return new PublicSequence(this.model, this.#past, logits);
  }

  protected release(): void {
    this.#past = { ...this.#past, block: { ...this.#past.block, tensors: {} } };
  }

  /** The begin-of-text token, where there is one, is in the past but not in `length`. */
  get #hiddenTokens(): number {
    return this.model.bos === undefined ? 0 : 1;
  }
}
