/**
 * Speculative decoding (Leviathan et al., Chen et al.; Algorithm 1 of paper 02): a draft model proposes
 * tokens, the target verifies them in one forward pass, and the text is distributed as the target's own.
 *
 * @module
 */
import { checkKinds } from "./argument_kinds.ts";
import type { Sequence, Tokens } from "offprint/lm/interface/mod.ts";
import { checkLength, checkVocabularies } from "../verification/option_checks.ts";
import { constantLength } from "../policies/drafting_policy.ts";
import {
  emptyResult,
  speculation,
  type SpeculativeOptions,
  type SpeculativeResult,
} from "./speculation_loop.ts";

const TO_THE_END = constantLength(Infinity);

/**
 * Generates a continuation of `prompt` with the target's distribution, drafting with `draft`.
 *
 * @throws {UserError} for vocabularies of different size, a `maxTokens` that is not a whole number ≥ 0 or does not fit a context.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { speculate } from "offprint/decoding/decoders/mod.ts";
 * import { constantLength } from "offprint/decoding/policies/mod.ts";
 * import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
 * import { stream } from "offprint/random.ts";
 *
 * const { draft, target } = twoStateChains();
 * const result = await speculate({
 *   draft: markovModel(draft),
 *   target: markovModel(target),
 *   maxTokens: 20,
 *   candidates: constantLength(4),
 *   bonus: true,
 *   random: stream(1, "example"),
 * });
 * assertEquals(result.tokens.length, 20);
 * assertEquals(result.drafted - result.discarded + result.rejections <= 20, true);
 * ```
 */
export async function speculate(options: SpeculativeOptions): Promise<SpeculativeResult> {
  const { draft, target, prompt = [], maxTokens } = options;
  checkKinds({ models: { draft, target }, random: options.random, candidates: options.candidates });
  checkVocabularies(draft, target);
  checkLength(maxTokens, prompt.length, [draft, target]);
  const result = emptyResult(options.trace);
  if (maxTokens === 0) return result;
  const text = await openText(options, prompt, result);
  try {
    const { loop, sequences } = text;
    for (let step = loop.next(); !step.done;) {
      const need = step.value;
      step = "answer" in need ? loop.next(await need.answer) : loop.next(
        await sequences[need.model].extend(
          need.tokens,
          need.hidden ? { hidden: true } : undefined,
        ),
      );
    }
  } finally {
    text.close();
  }
  return result;
}

/** A text in progress: its loop and its two sequences. */
export interface OpenText {
  loop: ReturnType<typeof speculation>;
  sequences: { draft: Sequence; target: Sequence };
  /** Ends the policy's run and closes the sequences. */
  close(): void;
}

/** Opens both models on a prompt and starts the policy. What was opened is closed again when a part fails. */
async function openText(
  options: Omit<SpeculativeOptions, "prompt">,
  prompt: Tokens,
  result: SpeculativeResult,
): Promise<OpenText> {
  const draft = await options.draft.open(prompt);
  let target: Sequence;
  try {
    target = await options.target.open(prompt);
  } catch (error) {
    draft.close();
    throw error;
  }
  return startText(options, prompt, result, { draft, target });
}

/** Starts the policy on two sequences that hold the prompt; they are closed with the text, or when this fails. */
export function startText(
  options: Omit<SpeculativeOptions, "prompt">,
  prompt: Tokens,
  result: SpeculativeResult,
  sequences: OpenText["sequences"],
): OpenText {
  const { draft, target } = sequences;
  try {
    const policy = options.candidates ?? TO_THE_END;
    const length = policy.begin({ draft: options.draft, prompt });
    return {
      loop: speculation(options, result, draft, target, policy, length),
      sequences,
      close() {
        try {
          length.end?.();
        } finally {
          target.close();
          draft.close();
        }
      },
    };
  } catch (error) {
    target.close();
    draft.close();
    throw error;
  }
}
