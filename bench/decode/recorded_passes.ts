/**
 * What a decoder asks of a model, kept so that another library can be asked the same.
 *
 * @module
 */
import {
  type ExtendResult,
  type LanguageModel,
  type Sequence,
  type Tokens,
  wrapModel,
  WrappedSequence,
} from "offprint/lm/interface/mod.ts";

/** A forward pass over some tokens, or a cut to a length. */
export type Step = { readonly tokens: Tokens } | { readonly length: number };

/** A model whose texts tell what is done with them. */
export function recorded(inner: LanguageModel, onStep: (step: Step) => void): LanguageModel {
  return wrapModel(
    inner,
    RecordedSequence,
    async (prompt, model) => new RecordedSequence(model, await inner.open(prompt), onStep),
  );
}

class RecordedSequence extends WrappedSequence {
  constructor(model: LanguageModel, inner: Sequence, readonly onStep: (step: Step) => void) {
    super(model, inner);
  }

  extend(tokens: Tokens, options?: { hidden?: boolean }): Promise<ExtendResult> {
    this.onStep({ tokens: Array.from(tokens) });
    return this.inner.extend(tokens, options);
  }

  override truncate(length: number): void {
    this.onStep({ length });
    this.inner.truncate(length);
  }

  fork(): Sequence {
    return new RecordedSequence(this.model, this.inner.fork(), this.onStep);
  }
}
