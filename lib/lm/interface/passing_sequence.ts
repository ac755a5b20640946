/**
 * A text of a model that carries several texts forward in one pass.
 *
 * @module
 */
import { CheckedSequence, ownRow } from "./checked_sequence.ts";
import type { ExtendResult, LanguageModel, Sequence, Tokens } from "./language_model.ts";
import { checkTokens, extendTogether } from "./sequence_checks.ts";

/** What a forward pass gives for one text: rows per new token, or only the last. */
export interface PassResult {
  readonly logits: Float32Array[];
  readonly hidden: Float32Array[];
}

/** A model whose texts `S` are carried forward in passes over several of them. */
export interface PassingModel<S> extends LanguageModel {
  /** One forward pass over texts that each get at least one token; `lastOnly`: rows after the last token alone. */
  pass(
    texts: readonly { sequence: S; tokens: Tokens }[],
    lastOnly?: boolean,
  ): Promise<PassResult[]>;
}

/**
 * A text that a {@linkcode PassingModel} extends.
 *
 * @typeParam S The class itself: `class MySequence extends PassingSequence<MySequence, MyModel>`.
 */
export abstract class PassingSequence<S, Model extends PassingModel<S>>
  extends CheckedSequence<Model> {
  async extend(tokens: Tokens, options: { hidden?: boolean } = {}): Promise<ExtendResult> {
    checkTokens(this.model, this.length, tokens);
    const wanted = options.hidden ?? false;
    if (tokens.length === 0) return wanted ? { logits: [], hidden: [] } : { logits: [] };
    const [pass] = await this.model.pass([{ sequence: this as unknown as S, tokens }]);
    const { logits, hidden } = pass!;
    this.accept(logits);
    return wanted ? { logits, hidden } : { logits };
  }

  override accept(rows: readonly Float32Array[]): void {
    super.accept([ownRow(rows.at(-1)!)]);
  }
}

/** `LanguageModel.extendBatch` of a {@linkcode PassingModel}, in one pass. */
export function extendInOnePass<S extends PassingSequence<S, PassingModel<S>>>(
  model: PassingModel<S>,
  sequences: readonly Sequence[],
  tokens: readonly Tokens[],
  kind: abstract new (...parts: never[]) => S,
): Promise<Float32Array[][]> {
  return extendTogether(model, sequences, tokens, kind, async (busy) => {
    const passes = await model.pass(busy);
    busy.forEach(({ sequence }, i) => sequence.accept(passes[i]!.logits));
    return passes.map(({ logits }) => logits);
  });
}

/**
 * What a pass gives for each text, cut from the rows of all.
 *
 * @param counts Rows of each text, text by text.
 * @param logits `[rows][vocabulary]`.
 * @param hidden `[rows][width]`.
 */
export function passResults(
  counts: readonly number[],
  { logits, hidden }: { logits: Float32Array; hidden: Float32Array },
  { vocabulary, width }: { vocabulary: number; width: number },
): PassResult[] {
  let row = 0;
  return counts.map((count) => {
    const first = row;
    row += count;
    const cut = (data: Float32Array, size: number) =>
      Array.from(
        { length: count },
        (_, i) => data.subarray((first + i) * size, (first + i + 1) * size),
      );
    return { logits: cut(logits, vocabulary), hidden: cut(hidden, width) };
  });
}
