/**
 * Models that do something more, or something else, around another model.
 *
 * @module
 */
import type { ExtendResult, LanguageModel, Sequence, Tokens } from "./language_model.ts";
import { extendOneByOne } from "./sequence_checks.ts";

/** A text of a wrapped model: it is cut, branched and closed with the text inside it. */
export abstract class WrappedSequence implements Sequence {
  constructor(readonly model: LanguageModel, readonly inner: Sequence) {}

  abstract extend(tokens: Tokens, options?: { hidden?: boolean }): Promise<ExtendResult>;
  abstract fork(): Sequence;

  get length(): number {
    return this.inner.length;
  }

  get logits(): Float32Array {
    return this.inner.logits;
  }

  truncate(length: number): void {
    this.inner.truncate(length);
  }

  close(): void {
    this.inner.close();
  }
}

/**
 * A model with the name, vocabulary and context of `inner`, whose texts are of the class `kind` and are opened
 * by `open`. Batches are read one text after the other, so that each is read as `kind` does it.
 */
export function wrapModel<S extends Sequence & { readonly model: LanguageModel }>(
  inner: LanguageModel,
  kind: abstract new (...args: never[]) => S,
  open: (prompt: Tokens, model: LanguageModel) => Promise<S>,
): LanguageModel {
  const model: LanguageModel = {
    name: inner.name,
    vocabSize: inner.vocabSize,
    contextLength: inner.contextLength,
    ...(inner.bos === undefined ? {} : { bos: inner.bos }),
    ...(inner.warp === undefined ? {} : { warp: (options) => inner.warp!(options) }),
    open: (prompt) => open(prompt, model),
    extendBatch: (sequences, tokens) => extendOneByOne(model, sequences, tokens, kind),
  };
  return model;
}
