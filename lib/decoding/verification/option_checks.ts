/**
 * Checks of what a decoder is given: a wrong option gives one line that says what to do.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";

/** @throws {UserError} unless `value` is a whole number ≥ `least`, or `Infinity` where that is `allowed`. */
export function checkWhole(what: string, value: number, least: number, infinity = false): void {
  if ((Number.isSafeInteger(value) && value >= least) || (infinity && value === Infinity)) return;
  throw new UserError({
    what,
    got: value,
    expected: `a whole number of at least ${least}${infinity ? " or Infinity" : ""}`,
    todo: `Give for example ${Math.max(least, 4)}.`,
  });
}

/**
 * Checks that two models have vocabularies of one size.
 *
 * @param roles what the two are called in the message.
 * @throws {UserError} unless they have.
 */
export function checkVocabularies(
  draft: { name: string; vocabSize: number },
  target: { name: string; vocabSize: number },
  [first, second]: readonly [string, string] = ["draft", "target"],
): void {
  if (draft.vocabSize === target.vocabSize) return;
  throw new UserError({
    what: `${first} "${draft.name}" for ${second} "${target.name}"`,
    got: new Described(`vocabularies of ${draft.vocabSize} and ${target.vocabSize} tokens`),
    expected: "one vocabulary",
    todo:
      `Choose a ${first} trained with the ${second}'s tokenizer (padding beyond a tokenizer's tokens is ` +
      "cut off by loadModel and does not count).",
  });
}

/** @throws {UserError} unless `prompt + maxTokens` fits the context of every model. */
export function checkLength(
  maxTokens: number,
  promptLength: number,
  models: readonly Pick<LanguageModel, "name" | "contextLength">[],
): void {
  checkWhole("maxTokens", maxTokens, 0);
  for (const { name, contextLength } of models) {
    if (promptLength + maxTokens <= contextLength) continue;
    throw new UserError({
      what: `maxTokens after a prompt of ${promptLength} tokens`,
      got: maxTokens,
      expected: `at most ${
        contextLength - promptLength
      }, for the context of "${name}" is ${contextLength} tokens`,
      todo: "Ask for fewer tokens or shorten the prompt.",
    });
  }
}

/** @throws {UserError} unless `epsilon` is a finite number ≥ 0. */
export function checkEpsilon(epsilon: number): void {
  if (epsilon >= 0 && epsilon < Infinity) return;
  throw new UserError({
    what: "epsilon",
    got: epsilon,
    expected: "a number of at least 0",
    todo: "Give 0 for unbiased decoding.",
  });
}

const NO_STOP: ReadonlySet<number> = new Set();

/** The stop tokens of an option as a set. */
export function stopSet(stop: number | readonly number[] | undefined): ReadonlySet<number> {
  if (stop === undefined) return NO_STOP;
  return new Set(typeof stop === "number" ? [stop] : stop);
}
