/**
 * The loop of speculative decoding without its model calls: a generator that says which model is to read
 * which tokens and goes on with the answer. So one text and many texts side by side are decoded by the same
 * lines.
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
import { Described, UserError } from "offprint/errors.ts";
import type { ExtendResult, LanguageModel, Sequence, Tokens } from "offprint/lm/interface/mod.ts";
import type { Random } from "offprint/random.ts";
import { stopSet } from "../verification/option_checks.ts";
import type {
  CandidateLengthPolicy,
  CandidateLengthPolicyRun,
} from "../policies/drafting_policy.ts";
import { tokenAt } from "../verification/distribution.ts";
import { modelWarp } from "../verification/model_warp.ts";
import { acceptCandidates } from "./accept_candidates.ts";
import type { ExaminedPosition } from "./trace.ts";
import { exactVerification, type VerificationRule } from "../verification/verification.ts";
import type { Warp } from "../verification/warp.ts";

/** How `speculate` decodes. */
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
  candidates?: CandidateLengthPolicy;
  /** Whether a fully accepted round adds one token from the target, where there is room. Default false, as in the paper. */
  bonus?: boolean;
  /** Generation ends with the first of these; it is kept in the result. */
  stop?: number | readonly number[];
  /** Default {@linkcode exactVerification}, the only choice here that leaves the output law the target's. */
  rule?: VerificationRule;
  /** Default {@linkcode modelWarp}: softmax. */
  draftWarp?: Warp;
  /** Default {@linkcode modelWarp}: softmax. */
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

/** What the loop needs before it goes on: a pass of a model, or a policy's answer. */
export type Need =
  | { model: "draft" | "target"; tokens: Tokens; hidden: boolean }
  | { answer: Promise<boolean> };

/** One text being decoded; `next` takes what the last need gave. */
export type Speculation = Generator<Need, void, ExtendResult | boolean | undefined>;

/** An empty result, to be filled by {@linkcode speculation}. */
export function emptyResult(trace: boolean | undefined): SpeculativeResult {
  return {
    tokens: [],
    rounds: 0,
    targetCalls: 0,
    drafted: 0,
    discarded: 0,
    rejections: 0,
    ...(trace ? { trace: [] } : {}),
  };
}

/** Decodes one text into `result`. The sequences have read the prompt; the generator only cuts them. */
export function* speculation(
  options: SpeculativeOptions,
  result: SpeculativeResult,
  draft: Sequence,
  target: Sequence,
  policy: CandidateLengthPolicy,
  length: CandidateLengthPolicyRun,
): Speculation {
  const { maxTokens, random, bonus = false, rule = exactVerification } = options;
  const { draftWarp = modelWarp(options.draft), targetWarp = modelWarp(options.target) } = options;
  const hidden = policy.needsHidden ?? false;
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
    const states: Float32Array[] = [];
    const round = { position, text: tokens, candidates, distributions, hidden: states };
    let logits = draftRead === position
      ? draft.logits
      : ((yield { model: "draft", tokens: tokens.slice(draftRead), hidden }) as ExtendResult)
        .logits[position - draftRead - 1]!;
    while (true) {
      const distribution = draftWarp(logits);
      const token = tokenAt(distribution, random.uniform());
      candidates.push(token);
      distributions.push(distribution);
      if (candidates.length === room || stop.has(token)) break;
      const more = length.more(round);
      if (!(typeof more === "boolean" ? more : yield { answer: more })) break;
      const read = (yield { model: "draft", tokens: [token], hidden }) as ExtendResult;
      logits = read.logits[0]!;
      if (hidden) states.push(hiddenAfter(read, policy.name, options.draft.name));
    }
    const drafted = candidates.length;

    // rows[i + shift] are the target's logits for candidate i; candidate 0 of the first round has the prompt's.
    const addsBonus = bonus && drafted < room && !stop.has(candidates[drafted - 1]!);
    const fed = addsBonus ? drafted : drafted - 1;
    const shift = position - targetRead - 1;
    const atPrompt = shift < 0 ? targetWarp(target.logits) : undefined;
    const feed = tokens.slice(targetRead);
    for (let i = 0; i < fed; i++) feed.push(candidates[i]!);
    const rows = feed.length > 0
      ? ((yield { model: "target", tokens: feed, hidden: false }) as ExtendResult).logits
      : [];

    const targetAt = (i: number) => i + shift < 0 ? atPrompt! : targetWarp(rows[i + shift]!);
    const accepted = acceptCandidates(
      { candidates, distributions, targetAt, addsBonus },
      { rule, random, tokens, trace },
    );
    if (accepted < drafted) result.rejections++;
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
    got: new Described(`draft "${draft}", which gives no hidden states`),
    expected: "a draft with hidden states",
    todo: "Choose another policy or a transformer as draft.",
  });
}
