/**
 * Speculative decoding of many texts side by side.
 *
 * @module
 */
import { checkKinds } from "./argument_kinds.ts";
import {
  type ExtendResult,
  type LanguageModel,
  openTexts,
  type Sequence,
  type Tokens,
} from "offprint/lm/interface/mod.ts";
import type { Random } from "offprint/random.ts";
import { checkLength, checkVocabularies, checkWhole } from "../verification/option_checks.ts";
import {
  emptyResult,
  type Need,
  type SpeculativeOptions,
  type SpeculativeResult,
} from "./speculation_loop.ts";
import { type OpenText, startText } from "./speculate.ts";

/** How {@linkcode speculateTexts} decodes: as `speculate`, for several prompts. */
export interface SpeculateTextsOptions extends Omit<SpeculativeOptions, "prompt" | "random"> {
  /** One text is decoded after each. */
  prompts: readonly Tokens[];
  /** Opens the stream of a text; texts are numbered from 0 in the order of their prompts. */
  random: (text: number) => Random;
  /** Texts that share passes. Default 16. The result does not depend on it, up to the models' own rounding. */
  batch?: number;
  /** Called when a text is done, with the number of those that are. */
  onText?: (done: number) => void;
}

/**
 * {@linkcode speculate} for many prompts, several times faster on transformers: the texts of a batch draft in
 * step, each as long as its own policy says, and are then verified in one pass of the target. Token for
 * token the same as one after the other. The prompts are read side by side too; draft passes that must give hidden
 * states are not shared.
 *
 * @throws {UserError} as {@linkcode speculate}, before anything is decoded.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { speculate, speculateTexts } from "offprint/decoding/decoders/mod.ts";
 * import { constantLength } from "offprint/decoding/policies/mod.ts";
 * import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
 * import { stream } from "offprint/random.ts";
 *
 * const { draft, target } = twoStateChains();
 * const options = {
 *   draft: markovModel(draft),
 *   target: markovModel(target),
 *   maxTokens: 20,
 *   candidates: constantLength(4),
 * };
 * const random = (text: number) => stream(1, "example", text);
 * const texts = await speculateTexts({ ...options, prompts: [[0], [1]], random });
 * assertEquals(texts[1], await speculate({ ...options, prompt: [1], random: random(1) }));
 * ```
 */
export async function speculateTexts(
  options: SpeculateTextsOptions,
): Promise<SpeculativeResult[]> {
  const { draft, target, prompts, maxTokens, random, batch = 16, onText } = options;
  checkKinds({ models: { draft, target }, random, candidates: options.candidates, prompts });
  checkVocabularies(draft, target);
  checkWhole("batch", batch, 1);
  for (const prompt of prompts) checkLength(maxTokens, prompt.length, [draft, target]);
  const results = prompts.map(() => emptyResult(options.trace));
  if (maxTokens === 0) return results;
  let done = 0;
  for (let from = 0; from < prompts.length; from += batch) {
    const texts: OpenText[] = [];
    const given = prompts.slice(from, from + batch);
    /** Opened, and not yet part of a text. */
    let drafts: Sequence[] = [], targets: Sequence[] = [];
    try {
      let waiting: Waiting[] = [];
      drafts = await openTexts(draft, given);
      targets = await openTexts(target, given);
      for (const [k, prompt] of given.entries()) {
        const pair = { draft: drafts.shift()!, target: targets.shift()! };
        const own = { ...options, random: random(from + k) };
        const text = startText(own, prompt, results[from + k]!, pair);
        texts.push(text);
        const first = text.loop.next();
        if (!first.done) waiting.push({ text, need: first.value });
      }
      while (waiting.length > 0) {
        const count = waiting.length;
        waiting = await advance(options, waiting);
        for (let i = waiting.length; i < count; i++) onText?.(++done);
      }
    } finally {
      for (const each of [...texts, ...drafts, ...targets]) each.close();
    }
  }
  return results;
}

/** A text and what it needs next. */
interface Waiting {
  text: OpenText;
  need: Need;
}

/** Meets the needs of one kind: answers first, then draft passes, and target passes when no text drafts any more. */
async function advance(
  models: { draft: LanguageModel; target: LanguageModel },
  waiting: Waiting[],
): Promise<Waiting[]> {
  const kindOf = ({ need }: Waiting): string => "answer" in need ? "answer" : need.model;
  const kind = ["answer", "draft", "target"].find((kind) =>
    waiting.some((each) => kindOf(each) === kind)
  )!;
  const given = new Map<Waiting, ExtendResult | boolean>();
  const shared: (Waiting & { need: { tokens: Tokens } })[] = [];
  for (const each of waiting) {
    if (kindOf(each) !== kind) continue;
    const { text, need } = each;
    if ("answer" in need) {
      given.set(each, await need.answer);
    } else if (need.hidden) {
      const sequence = text.sequences[need.model];
      given.set(each, await sequence.extend(need.tokens, { hidden: true }));
    } else {
      shared.push(each as Waiting & { need: { tokens: Tokens } });
    }
  }
  if (shared.length > 0 && kind !== "answer") {
    const model = kind as "draft" | "target";
    const rows = await models[model].extendBatch(
      shared.map(({ text }) => text.sequences[model]),
      shared.map(({ need }) => need.tokens),
    );
    shared.forEach((each, i) => given.set(each, { logits: rows[i]! }));
  }
  return waiting.flatMap((each) => {
    if (!given.has(each)) return [each];
    const step = each.text.loop.next(given.get(each));
    return step.done ? [] : [{ text: each.text, need: step.value }];
  });
}
