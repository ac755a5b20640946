/**
 * Speculative decoding (Leviathan et al., Chen et al.; Algorithm 1 of paper 02): a draft model proposes
 * tokens, the target verifies them in one forward pass, and the text is distributed as the target's own.
 *
 * Each round reads what the caches lack, drafts, verifies, and rolls back:
 *
 *     text      t₁ … tₙ                    n tokens so far; draft and target have read all but the last one or two
 *     draft     t₁ … tₙ c₁ … cₖ₋₁          one pass a candidate; the last candidate is not read
 *     target    t₁ … tₙ c₁ … cₖ            ONE pass; without a bonus token cₖ is not read either
 *     rejected  t₁ … tₙ c₁ … cⱼ₋₁ y        y replaces cⱼ; both caches are cut to n + j − 1 tokens
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import type { ExtendResult, LanguageModel, Sequence, Tokens } from "offprint/lm/mod.ts";
import type { Random } from "offprint/random.ts";
import { checkLength, checkVocabularies, stopSet } from "./arguments.ts";
import {
  type CandidateLength,
  type CandidateLengthRun,
  constantLength,
} from "./candidate_length.ts";
import { softmax, tokenAt } from "./distribution.ts";
import type { Warp } from "./sampling.ts";
import { examined, type ExaminedPosition } from "./trace.ts";
import { accepts, exactVerification, type VerificationRule } from "./verification.ts";

const toTheEnd = constantLength(Infinity);

/** How {@linkcode speculate} decodes. */
export interface SpeculativeOptions {
  draft: LanguageModel;
  target: LanguageModel;
  /** Default empty, which needs models with a begin-of-text token. */
  prompt?: Tokens;
  /** Number of tokens to generate (the paper's T); fewer if a stop token comes first. */
  maxTokens: number;
  /** The text's own stream: draft tokens, coins and replacements are drawn from it in order. */
  random: Random;
  /** How many candidates a round drafts. Default: to the end of the text, as in the paper. */
  candidates?: CandidateLength;
  /** Whether a fully accepted round adds one token from the target, where there is room. Default false, as in the paper. */
  bonus?: boolean;
  /** Generation ends with the first of these; it is kept in the result. */
  stop?: number | readonly number[];
  /** Default {@linkcode exactVerification}, the only choice here that leaves the output law the target's. */
  rule?: VerificationRule;
  /** Default {@linkcode softmax}. */
  draftWarp?: Warp;
  /** Default {@linkcode softmax}. */
  targetWarp?: Warp;
  /** Whether to record each examined position; costs O(V) for each. */
  trace?: boolean;
}

/** A text and what it cost. */
export interface SpeculativeResult {
  /** The generated tokens, prompt not included. */
  tokens: number[];
  /** Rounds of drafting and verifying. */
  rounds: number;
  /** Target forward passes, one a round. The first round's needs no pass of its own if the prompt's pass suffices; it counts all the same. */
  targetCalls: number;
  /** Candidates drafted; also the number of draft forward passes. */
  drafted: number;
  /** Candidates thrown away, the rejected ones included. */
  discarded: number;
  /** Tokens that replaced a rejected candidate (the paper's N_rej). */
  rejections: number;
  /** With `trace`: the examined positions in order. */
  trace?: ExaminedPosition[];
}

/**
 * Generates a continuation of `prompt` with the target's distribution, drafting with `draft`.
 *
 * @throws {UserError} for vocabularies of different size, a `maxTokens` that is no whole number ≥ 0 or does not fit a context.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { constantLength, speculate } from "offprint/decoding/mod.ts";
 * import { markovModel, twoStateChains } from "offprint/lm/mod.ts";
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
  checkVocabularies(draft, target);
  checkLength(maxTokens, prompt.length, [draft, target]);
  const result: SpeculativeResult = {
    tokens: [],
    rounds: 0,
    targetCalls: 0,
    drafted: 0,
    discarded: 0,
    rejections: 0,
    ...(options.trace ? { trace: [] } : {}),
  };
  if (maxTokens === 0) return result;
  const draftSequence = await draft.open(prompt);
  try {
    const targetSequence = await target.open(prompt);
    try {
      const policy = options.candidates ?? toTheEnd;
      const length = policy.begin({ draft, prompt });
      try {
        await decode(options, result, draftSequence, targetSequence, policy, length);
      } finally {
        length.end?.();
      }
    } finally {
      targetSequence.close();
    }
  } finally {
    draftSequence.close();
  }
  return result;
}

async function decode(
  options: SpeculativeOptions,
  result: SpeculativeResult,
  draft: Sequence,
  target: Sequence,
  policy: CandidateLength,
  length: CandidateLengthRun,
): Promise<void> {
  const { maxTokens, random, bonus = false, rule = exactVerification } = options;
  const { draftWarp = softmax, targetWarp = softmax } = options;
  const hiddenWanted = policy.needsHidden ? { hidden: true } : undefined;
  const stop = stopSet(options.stop);
  const { tokens, trace } = result;
  const draftBase = draft.length;
  const targetBase = target.length;
  // How many of `tokens` each model has read; the rest is read by its next pass.
  let draftRead = 0;
  let targetRead = 0;

  while (true) {
    const position = tokens.length;
    const room = maxTokens - position;

    const candidates: number[] = [];
    const distributions: Float64Array[] = [];
    const hidden: Float32Array[] = [];
    const round = { position, text: tokens, candidates, distributions, hidden };
    let logits = draftRead === position
      ? draft.logits
      : (await draft.extend(tokens.slice(draftRead), hiddenWanted))
        .logits[position - draftRead - 1]!;
    while (true) {
      const distribution = draftWarp(logits);
      const token = tokenAt(distribution, random.uniform());
      candidates.push(token);
      distributions.push(distribution);
      if (candidates.length === room || stop.has(token)) break;
      const more = length.more(round);
      if (!(typeof more === "boolean" ? more : await more)) break;
      const read = await draft.extend([token], hiddenWanted);
      logits = read.logits[0]!;
      if (hiddenWanted !== undefined) {
        hidden.push(hiddenAfter(read, policy.name, options.draft.name));
      }
    }
    const drafted = candidates.length;

    // rows[i + shift] are the target's logits for candidate i; candidate 0 of the first round has the prompt's.
    const addsBonus = bonus && drafted < room && !stop.has(candidates[drafted - 1]!);
    const fed = addsBonus ? drafted : drafted - 1;
    const shift = position - targetRead - 1;
    const atPrompt = shift < 0 ? targetWarp(target.logits) : undefined;
    const feed = tokens.slice(targetRead);
    for (let i = 0; i < fed; i++) feed.push(candidates[i]!);
    const rows = feed.length > 0 ? (await target.extend(feed)).logits : [];

    let accepted = 0;
    for (; accepted < drafted; accepted++) {
      const p = distributions[accepted]!;
      const q = accepted + shift < 0 ? atPrompt! : targetWarp(rows[accepted + shift]!);
      const token = candidates[accepted]!;
      const mass = rule.acceptedMass(token, p, q);
      const kept = accepts(random.uniform(), p[token]!, mass);
      trace?.push(examined(tokens.length, token, kept, mass / p[token]!, rule, p, q));
      if (!kept) {
        tokens.push(tokenAt(rule.replacement(p, q), random.uniform()));
        result.rejections++;
        break;
      }
      tokens.push(token);
    }
    if (accepted === drafted && addsBonus) {
      tokens.push(tokenAt(targetWarp(rows[drafted + shift]!), random.uniform()));
    }
    length.verified?.({ drafted, accepted });
    result.rounds++;
    result.targetCalls++;
    result.drafted += drafted;
    result.discarded += drafted - accepted;
    if (tokens.length === maxTokens || stop.has(tokens[tokens.length - 1]!)) return;

    draftRead = position + Math.min(accepted, drafted - 1);
    if (accepted < drafted - 1) draft.truncate(draftBase + draftRead);
    targetRead = position + Math.min(accepted, fed);
    if (accepted < fed) target.truncate(targetBase + targetRead);
  }
}

function hiddenAfter(read: ExtendResult, policy: string, draft: string): Float32Array {
  const hidden = read.hidden?.[0];
  if (hidden !== undefined) return hidden;
  throw new UserError({
    what: `candidate-length policy "${policy}"`,
    got: `draft "${draft}", which gives no hidden states`,
    expected: "a draft with hidden states",
    todo: "Choose another policy or a transformer as draft.",
  });
}
