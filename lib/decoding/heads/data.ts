/**
 * Training data of an acceptance head (paper 10, training data): hidden states of the draft with the true
 * acceptance probability of the token it has just read.
 *
 * @module
 */
import type { LanguageModel, Tokens } from "offprint/lm/interface/mod.ts";
import type { Random } from "offprint/random.ts";
import { checkVocabularies, stopSet } from "../verification/option_checks.ts";
import { tokenAt } from "../verification/distribution.ts";
import { modelWarp } from "../verification/model_warp.ts";
import { sampleTexts } from "../decoders/sample_texts.ts";
import type { Warp } from "../verification/warp.ts";
import { checkShare } from "../policies/stopping_rules.ts";
import { hiddenStates, rows } from "./teacher_forcing.ts";

/** How {@linkcode acceptanceTexts} samples. */
export interface AcceptanceTextsOptions {
  draft: LanguageModel;
  target: LanguageModel;
  /** One text is sampled from the target for each. */
  prompts: Iterable<Tokens>;
  /** Tokens of each text; fewer if a stop token comes first. */
  maxTokens: number;
  /** Opens the stream of a text; texts are numbered from 0 in the order of their prompts. */
  random: (text: number) => Random;
  stop?: number | readonly number[];
  /**
   * Default {@linkcode modelWarp}: softmax. Give the decoder's own warps: labels of another temperature teach another
   * acceptance.
   */
  draftWarp?: Warp;
  targetWarp?: Warp;
  /** Texts that are sampled side by side. Default 16. */
  batch?: number;
}

/** A text of the target with what the draft would have proposed at each position. Lists of one length. */
export interface AcceptanceText {
  prompt: number[];
  /** X: the target's tokens. */
  text: number[];
  /** Y: at each position a token drawn from the draft, given the target's tokens before it. */
  proposed: number[];
  /** a = min(1, p_target(Y)/p_draft(Y)): soft labels. */
  acceptance: number[];
  /** A number in [0, 1) each, which decides whether mixing replaces the position. */
  coins: number[];
}

/** How {@linkcode acceptanceData} samples and mixes. */
export interface AcceptanceDataOptions extends AcceptanceTextsOptions {
  /** r: share of positions that keep the target's token, without a label. Default 0.15. */
  mixing?: number;
}

/** Labelled hidden states. */
export interface AcceptanceData {
  /** Width of a hidden state. */
  hiddenSize: number;
  /** One hidden state after another, `acceptance.length × hiddenSize`. */
  hidden: Float32Array;
  /** Soft labels a = min(1, target/draft). */
  acceptance: Float64Array;
  /** Positions sampled in all. */
  positions: number;
  /** Those that kept the target's token and carry no label. */
  mixed: number;
}

/**
 * For each prompt samples a text X from the target, and at each position draws Y from the draft given the
 * text before and labels it. This is the costly part; it does not depend on the mixing share.
 *
 * @throws {UserError} for different vocabularies, or a text that does not fit a context.
 */
export async function acceptanceTexts(options: AcceptanceTextsOptions): Promise<AcceptanceText[]> {
  const { draft, target, maxTokens, random, batch = 16 } = options;
  const { draftWarp = modelWarp(draft), targetWarp = modelWarp(target) } = options;
  checkVocabularies(draft, target);
  const prompts = Array.from(options.prompts, (prompt) => [...prompt]);
  const results: AcceptanceText[] = [];
  for (let from = 0; from < prompts.length; from += batch) {
    const some = prompts.slice(from, from + batch);
    const streams = some.map((_, i) => random(from + i));
    // The target's logits before each token are those its text was sampled by: no second pass.
    const targets: Float32Array[][] = some.map(() => []);
    const texts = await sampleTexts({
      model: target,
      prompts: some,
      maxTokens,
      random: (i) => streams[i]!,
      warp: targetWarp,
      stop: [...stopSet(options.stop)],
      batch,
      onLogits: (i, _position, logits) => targets[i]!.push(logits),
    });
    for (const [i, text] of texts.entries()) {
      const result: AcceptanceText = {
        prompt: some[i]!,
        text,
        proposed: [],
        acceptance: [],
        coins: [],
      };
      results.push(result);
      if (text.length === 0) continue;
      const drafts = await rows(draft, some[i]!, text);
      for (const [position, logits] of drafts.entries()) {
        const proposed = draftWarp(logits);
        const wanted = targetWarp(targets[i]![position]!);
        const token = tokenAt(proposed, streams[i]!.uniform());
        result.proposed.push(token);
        result.acceptance.push(Math.min(1, wanted[token]! / proposed[token]!));
        result.coins.push(streams[i]!.uniform());
      }
    }
  }
  return results;
}

/**
 * Mixes X into Y with probability `mixing`, reads the mixed text with the draft and takes its hidden state
 * *after* each Y as the input of the label.
 *
 * @throws {UserError} for a mixing share outside [0, 1] or a draft without hidden states.
 */
export async function acceptanceStates(
  draft: LanguageModel,
  texts: readonly AcceptanceText[],
  mixing = 0.15,
): Promise<AcceptanceData> {
  checkShare("mixing", mixing);
  const labelled = texts.reduce(
    (sum, { coins }) => sum + coins.filter((coin) => coin >= mixing).length,
    0,
  );
  const positions = texts.reduce((sum, { text }) => sum + text.length, 0);
  const acceptance = new Float64Array(labelled);
  let hidden = new Float32Array(0);
  let hiddenSize = 0;
  let at = 0;
  for (const { prompt, text, proposed, acceptance: labels, coins } of texts) {
    if (text.length === 0) continue;
    const read = proposed.map((token, i) => coins[i]! < mixing ? text[i]! : token);
    const states = await hiddenStates(draft, prompt, read);
    if (hiddenSize === 0) {
      hiddenSize = states[0]!.length;
      hidden = new Float32Array(labelled * hiddenSize);
    }
    for (const [i, state] of states.entries()) {
      if (coins[i]! < mixing) continue;
      hidden.set(state, at * hiddenSize);
      acceptance[at++] = labels[i]!;
    }
  }
  return { hiddenSize, hidden, acceptance, positions, mixed: positions - labelled };
}

/**
 * {@linkcode acceptanceTexts}, then {@linkcode acceptanceStates}: the training data of one head.
 *
 * @throws {UserError} for different vocabularies, a mixing share outside [0, 1] or a draft without hidden states.
 */
export async function acceptanceData(options: AcceptanceDataOptions): Promise<AcceptanceData> {
  const { mixing = 0.15 } = options;
  checkShare("mixing", mixing);
  return await acceptanceStates(options.draft, await acceptanceTexts(options), mixing);
}
