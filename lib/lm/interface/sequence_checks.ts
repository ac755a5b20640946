/**
 * What every sequence checks before it does anything, in one place: all models give the same message
 * for the same mistake.
 *
 * @module
 */
import type { LanguageModel, Sequence, Tokens } from "./language_model.ts";

/** What a model says about the texts that it takes. */
export type TextLimits = Pick<LanguageModel, "name" | "vocabSize" | "contextLength" | "bos">;

/**
 * Checks tokens that are about to be appended to a text of `length` tokens.
 *
 * @throws {RangeError} for a token outside the vocabulary or a text longer than the context.
 */
export function checkTokens(model: TextLimits, length: number, tokens: Tokens): void {
  for (const token of tokens) {
    if (!(Number.isInteger(token) && token >= 0 && token < model.vocabSize)) {
      throw new RangeError(
        `${model.name}: got token ${token}, expected a whole number in [0, ${model.vocabSize})`,
      );
    }
  }
  if (length + tokens.length > model.contextLength) {
    throw new RangeError(
      `${model.name}: got a text of ${
        length + tokens.length
      } tokens, expected at most ${model.contextLength}`,
    );
  }
}

/**
 * The prompt without the begin-of-text token in front: where a model has one, every text starts from
 * it, whether it is spelt out or not, and it is not counted in `length`.
 *
 * @throws {RangeError} for an empty prompt where the model has none, or a wrong token.
 */
export function checkPrompt(model: TextLimits, prompt: Tokens): Tokens {
  const text = model.bos !== undefined && prompt[0] === model.bos ? prompt.slice(1) : prompt;
  if (text.length === 0 && model.bos === undefined) {
    throw new RangeError(
      `${model.name}: got an empty prompt, expected at least one token (the model has no begin-of-text token)`,
    );
  }
  checkTokens(model, 0, text);
  return text;
}

/**
 * Checks the length given to `truncate`.
 *
 * @throws {RangeError} unless it is a whole number from 0 to `present`.
 */
export function checkTruncation(model: LanguageModel, present: number, length: number): void {
  if (!Number.isInteger(length) || length < 0 || length > present) {
    throw new RangeError(
      `${model.name}: got truncate(${length}), expected a whole number from 0 to ${present}`,
    );
  }
}

/**
 * Checks the arguments of `extendBatch` and gives the sequences back as the class they are.
 *
 * @param kind the class of the model's own sequences.
 * @throws {RangeError} when there are not as many token lists as sequences, or a sequence occurs twice.
 * @throws {TypeError} for a sequence of another model.
 */
export function checkBatch<S extends Sequence & { readonly model: LanguageModel }>(
  model: LanguageModel,
  sequences: readonly Sequence[],
  tokens: readonly Tokens[],
  kind: abstract new (...args: never[]) => S,
): S[] {
  if (sequences.length !== tokens.length) {
    throw new RangeError(
      `${model.name}: got ${sequences.length} sequences and ${tokens.length} lists of tokens, expected the same number`,
    );
  }
  if (new Set(sequences).size !== sequences.length) {
    throw new RangeError(
      `${model.name}: got one sequence twice in a batch, expected different ones`,
    );
  }
  return sequences.map((sequence) => {
    if (sequence instanceof kind && sequence.model === model) return sequence;
    throw new TypeError(`${model.name}: got a sequence of another model in a batch`);
  });
}

/**
 * `extendBatch` of a model that reads one text after the other: all arguments are checked before the first
 * text grows, so that a wrong one changes none.
 *
 * @param kind the class of the model's own sequences.
 */
export async function extendOneByOne<S extends Sequence & { readonly model: LanguageModel }>(
  model: LanguageModel,
  sequences: readonly Sequence[],
  tokens: readonly Tokens[],
  kind: abstract new (...args: never[]) => S,
): Promise<Float32Array[][]> {
  const members = checkBatch(model, sequences, tokens, kind);
  members.forEach((member, i) => checkTokens(model, member.length, tokens[i]!));
  const rows: Float32Array[][] = [];
  for (const [i, member] of members.entries()) {
    rows.push((await member.extend(tokens[i]!)).logits);
  }
  return rows;
}

/** A text of a batch that gets at least one token, and its place in the batch. */
export interface BusyMember<S> {
  readonly sequence: S;
  readonly tokens: Tokens;
  readonly index: number;
}

/**
 * `extendBatch` of a model that reads several texts in one pass: all arguments are checked, then `pass` gets the
 * texts that grow, at least one, and returns the logits after each token of each.
 *
 * @param kind the class of the model's own sequences.
 */
export async function extendTogether<S extends Sequence & { readonly model: LanguageModel }>(
  model: LanguageModel,
  sequences: readonly Sequence[],
  tokens: readonly Tokens[],
  kind: abstract new (...args: never[]) => S,
  pass: (busy: readonly BusyMember<S>[]) => Promise<readonly Float32Array[][]>,
): Promise<Float32Array[][]> {
  const members = checkBatch(model, sequences, tokens, kind);
  members.forEach((member, i) => checkTokens(model, member.length, tokens[i]!));
  const busy = members.flatMap((sequence, index) =>
    tokens[index]!.length > 0 ? [{ sequence, tokens: tokens[index]!, index }] : []
  );
  const results: Float32Array[][] = tokens.map(() => []);
  if (busy.length === 0) return results;
  const rows = await pass(busy);
  busy.forEach(({ index }, i) => results[index] = rows[i]!);
  return results;
}

/** The error of a sequence that was closed. */
export function closedError(model: LanguageModel): Error {
  return new Error(`${model.name}: this sequence is closed`);
}

/** The error of reading logits after `truncate`. */
export function staleError(model: LanguageModel): Error {
  return new Error(`${model.name}: no logits after truncate, extend the sequence first`);
}
