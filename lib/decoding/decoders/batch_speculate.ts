/**
 * Batch speculative decoding (paper 02): every round drafts several texts at once and tries their first
 * tokens one after the other against ever smaller residuals; the first accepted one is followed to its
 * first rejection, and its siblings are not looked at again. Only the first position of a round gains.
 *
 * @module
 */
import { checkKinds } from "./argument_kinds.ts";
import type { LanguageModel, Sequence, Tokens } from "offprint/lm/interface/mod.ts";
import type { Random } from "offprint/random.ts";
import {
  checkLength,
  checkVocabularies,
  checkWhole,
  stopSet,
} from "../verification/option_checks.ts";
import { residual, tokenAt, totalVariation } from "../verification/distribution.ts";
import { modelWarp } from "../verification/model_warp.ts";
import { emptyResult } from "./speculation_loop.ts";
import type { SpeculativeResult } from "./speculation_loop.ts";
import type { Warp } from "../verification/warp.ts";
import { rootRejection } from "../verification/residual_chain.ts";
import { acceptCandidates } from "./accept_candidates.ts";
import { accepts, exactVerification } from "../verification/verification.ts";

/** How {@linkcode batchSpeculate} decodes; the output law is always the target's. */
export interface BatchSpeculativeOptions {
  draft: LanguageModel;
  target: LanguageModel;
  /** Texts drafted in each round (the paper's M), independent of each other. */
  drafts: number;
  /** Default empty, which needs models with a begin-of-text token. */
  prompt?: Tokens;
  /** Number of tokens to generate (the paper's T); fewer if a stop token comes first. */
  maxTokens: number;
  /** The text's own stream. Candidates are drawn position by position, within a position draft by draft. */
  random: Random;
  /** Candidates in each drafted text. Default `Infinity`: to the end of the text, as in Theorem 3. */
  lookAhead?: number;
  /** Whether a fully accepted draft adds one token from the target, where there is room. Default false. */
  bonus?: boolean;
  /** Generation ends with the first of these; it is kept in the result. */
  stop?: number | readonly number[];
  /** Default {@linkcode modelWarp}: softmax. */
  draftWarp?: Warp;
  /** Default {@linkcode modelWarp}: softmax. */
  targetWarp?: Warp;
  /** Whether to record each examined position; at the first one of a round `token` is the last one tried. */
  trace?: boolean;
}

/**
 * Generates a continuation of `prompt` with the target's distribution from `drafts` texts a round, all
 * scored in one target pass. With one draft it is {@linkcode speculate}, token for token. `drafted` and
 * `discarded` count the candidates of all drafts.
 *
 * @throws {UserError} for `drafts` or `lookAhead` below 1, and as {@linkcode speculate}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { batchSpeculate } from "offprint/decoding/decoders/mod.ts";
 * import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
 * import { stream } from "offprint/random.ts";
 *
 * const { draft, target } = twoStateChains();
 * const { tokens } = await batchSpeculate({
 *   draft: markovModel(draft),
 *   target: markovModel(target),
 *   drafts: 4,
 *   maxTokens: 20,
 *   random: stream(1, "example"),
 * });
 * assertEquals(tokens.length, 20);
 * ```
 */
export async function batchSpeculate(options: BatchSpeculativeOptions): Promise<SpeculativeResult> {
  const { draft, target, drafts, prompt = [], maxTokens, lookAhead = Infinity } = options;
  checkKinds({ models: { draft, target }, random: options.random });
  checkVocabularies(draft, target);
  checkWhole("drafts", drafts, 1);
  checkWhole("lookAhead", lookAhead, 1, true);
  checkLength(maxTokens, prompt.length, [draft, target]);
  const result = emptyResult(options.trace);
  if (maxTokens === 0) return result;
  const text = await openBatchText(options, prompt, result);
  try {
    const models = { draft, target };
    for (let step = text.loop.next(); !step.done;) {
      const { model, sequences, tokens } = step.value;
      step = text.loop.next(await models[model].extendBatch(sequences, tokens));
    }
  } finally {
    text.close();
  }
  return result;
}

/** A pass that a text needs before it goes on: its sequences of one model, and what each reads. */
export interface BatchNeed {
  model: "draft" | "target";
  sequences: Sequence[];
  tokens: Tokens[];
}

/** A text in progress; `next` takes the logits of the last need, a list for each sequence. */
export interface OpenBatchText {
  loop: Generator<BatchNeed, void, Float32Array[][] | undefined>;
  /** Closes all its sequences. */
  close(): void;
}

/** Opens both models on a prompt. What was opened is closed again when a part fails. */
export async function openBatchText(
  options: Omit<BatchSpeculativeOptions, "prompt">,
  prompt: Tokens,
  result: SpeculativeResult,
): Promise<OpenBatchText> {
  const opened = new Set<Sequence>();
  const close = (): void => opened.forEach((sequence) => sequence.close());
  try {
    const draft = await options.draft.open(prompt);
    opened.add(draft);
    const target = await options.target.open(prompt);
    opened.add(target);
    return { loop: decode(options, result, { draft, target, opened }), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** One drafted text of a round. */
interface Candidate {
  readonly tokens: number[];
  /** The distribution each token was drawn from. */
  readonly distributions: Float64Array[];
  /** The draft's branch; it has not read the last token. */
  readonly branch: Sequence;
}

function* decode(
  options: Omit<BatchSpeculativeOptions, "prompt">,
  result: SpeculativeResult,
  { draft, target, opened }: { draft: Sequence; target: Sequence; opened: Set<Sequence> },
): OpenBatchText["loop"] {
  const { drafts, maxTokens, random } = options;
  const { lookAhead = Infinity, bonus = false } = options;
  const { draftWarp = modelWarp(options.draft), targetWarp = modelWarp(options.target) } = options;
  const stop = stopSet(options.stop);
  const { tokens, trace } = result;
  const branchOf = (sequence: Sequence): Sequence => {
    const branch = sequence.fork();
    opened.add(branch);
    return branch;
  };
  let draftTrunk = draft;
  let targetTrunk = target;
  const draftBase = draftTrunk.length;
  const targetBase = targetTrunk.length;
  // How many of `tokens` each trunk has read.
  let draftRead = 0;
  let targetRead = 0;

  while (true) {
    const position = tokens.length;
    const room = maxTokens - position;

    const rootLogits = draftRead === position ? draftTrunk.logits : (yield {
      model: "draft",
      sequences: [draftTrunk],
      tokens: [tokens.slice(draftRead)],
    })![0]![position - draftRead - 1]!;
    const candidates = yield* draftTexts({
      root: draftWarp(rootLogits),
      branches: Array.from({ length: drafts }, () => branchOf(draftTrunk)),
      length: Math.min(lookAhead, room),
      random,
      warp: draftWarp,
      stop,
    });

    // One target pass over all drafts. rows[m][i + shift] are its logits for token i of draft m.
    const shift = position - targetRead - 1;
    const pending = tokens.slice(targetRead);
    const atPrompt = shift < 0 ? targetWarp(targetTrunk.logits) : undefined;
    const addsBonus = candidates.map((candidate) =>
      bonus && candidate.tokens.length < room && !stop.has(candidate.tokens.at(-1)!)
    );
    const feeds = candidates.map((candidate, m) => [
      ...pending,
      ...(addsBonus[m] ? candidate.tokens : candidate.tokens.slice(0, -1)),
    ]);
    const branches = candidates.map(() => branchOf(targetTrunk));
    const rows = yield* readAll(branches, feeds);
    const distributionAt = (m: number, i: number) =>
      i + shift < 0 ? atPrompt! : targetWarp(rows[m]![i + shift]!);

    const root = tryRoot(candidates, distributionAt(0, 0), random);
    if (trace !== undefined) {
      const p = candidates[0]!.distributions[0]!;
      const q = distributionAt(0, 0);
      trace.push({
        position,
        token: root.tried,
        accepted: root.chosen !== undefined,
        acceptance: root.acceptance,
        totalVariation: totalVariation(p, q),
        rejection: rootRejection(q, p, drafts),
        bias: 0,
      });
    }
    const followed = candidates[root.chosen ?? 0]!;
    tokens.push(root.token);
    let accepted = 0;
    if (root.chosen === undefined) {
      result.rejections++;
    } else {
      const { chosen } = root;
      accepted = acceptCandidates(
        {
          candidates: followed.tokens,
          distributions: followed.distributions,
          targetAt: (i) => distributionAt(chosen, i),
          addsBonus: addsBonus[chosen]!,
        },
        { rule: exactVerification, random, tokens, trace },
        1,
      );
      if (accepted < followed.tokens.length) result.rejections++;
    }
    const drafted = candidates.reduce((sum, candidate) => sum + candidate.tokens.length, 0);
    result.rounds++;
    result.targetCalls++;
    result.drafted += drafted;
    result.discarded += drafted - accepted;
    if (tokens.length === maxTokens || stop.has(tokens[tokens.length - 1]!)) return;

    // The followed branches become the trunks, cut to what was accepted; all others are freed.
    draftTrunk = followed.branch;
    targetTrunk = branches[root.chosen ?? 0]!;
    for (const sequence of opened) {
      if (sequence === draftTrunk || sequence === targetTrunk) continue;
      sequence.close();
      opened.delete(sequence);
    }
    draftRead = position + Math.min(accepted, followed.tokens.length - 1);
    if (draftTrunk.length > draftBase + draftRead) draftTrunk.truncate(draftBase + draftRead);
    targetRead = Math.min(position + accepted, targetTrunk.length - targetBase);
    if (targetTrunk.length > targetBase + targetRead) targetTrunk.truncate(targetBase + targetRead);
  }
}

/** Draws one text on each branch, all branches in step; a text ends early at a stop token. */
function* draftTexts(
  { root, branches, length, random, warp, stop }: {
    root: Float64Array;
    branches: Sequence[];
    length: number;
    random: Random;
    warp: Warp;
    stop: ReadonlySet<number>;
  },
): Generator<BatchNeed, Candidate[], Float32Array[][] | undefined> {
  const texts = branches.map((branch): Candidate => ({
    tokens: [tokenAt(root, random.uniform())],
    distributions: [root],
    branch,
  }));
  for (let drawn = 1; drawn < length; drawn++) {
    const going = texts.filter(({ tokens }) =>
      tokens.length === drawn && !stop.has(tokens.at(-1)!)
    );
    if (going.length === 0) break;
    const rows = yield {
      model: "draft",
      sequences: going.map(({ branch }) => branch),
      tokens: going.map(({ tokens }) => [tokens.at(-1)!]),
    };
    going.forEach((text, i) => {
      const distribution = warp(rows![i]![0]!);
      text.tokens.push(tokenAt(distribution, random.uniform()));
      text.distributions.push(distribution);
    });
  }
  return texts;
}

/** Extends the target's sequences that have something to read, in one pass. */
function* readAll(
  sequences: Sequence[],
  feeds: number[][],
): Generator<BatchNeed, Float32Array[][], Float32Array[][] | undefined> {
  const rows: Float32Array[][] = feeds.map(() => []);
  const busy = [...feeds.keys()].filter((m) => feeds[m]!.length > 0);
  if (busy.length === 0) return rows;
  const read = yield {
    model: "target",
    sequences: busy.map((m) => sequences[m]!),
    tokens: busy.map((m) => feeds[m]!),
  };
  busy.forEach((m, i) => rows[m] = read![i]!);
  return rows;
}

/**
 * Tries the first tokens in turn: attempt m accepts with min(1, qᵐ/p), where q¹ is the target and
 * qᵐ⁺¹ = [qᵐ − p]₊. After the last attempt the token is drawn from what is left.
 */
function tryRoot(candidates: Candidate[], target: Float64Array, random: Random): {
  /** Which draft's token was accepted; undefined when none was. */
  chosen: number | undefined;
  /** The token to append. */
  token: number;
  /** The last draft token tried, and the probability with which it was accepted. */
  tried: number;
  acceptance: number;
} {
  const p = candidates[0]!.distributions[0]!;
  let current = target;
  let tried = 0;
  let acceptance = 0;
  for (let m = 0; m < candidates.length; m++) {
    tried = candidates[m]!.tokens[0]!;
    const mass = exactVerification.acceptedMass(tried, p, current);
    acceptance = mass / p[tried]!;
    if (accepts(random.uniform(), p[tried]!, mass)) {
      return { chosen: m, token: tried, tried, acceptance };
    }
    current = residual(current, p);
  }
  return { chosen: undefined, token: tokenAt(current, random.uniform()), tried, acceptance };
}
