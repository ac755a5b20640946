/**
 * Training data of an acceptance head (paper 10, training data): hidden states of the draft with the true
 * acceptance probability of the token it has just read.
 *
 * @module
 */
import type { LanguageModel, Tokens } from "offprint/lm/mod.ts";
import type { Random } from "offprint/random.ts";
import { checkLength, checkVocabularies, stopSet } from "./arguments.ts";
import { softmax, tokenAt } from "./distribution.ts";
import { sampleText, type Warp } from "./sampling.ts";
import { checkShare } from "./stopping_rules.ts";
import { hiddenStates, rows } from "./teacher_forcing.ts";

/** How {@linkcode acceptanceData} samples. */
export interface AcceptanceDataOptions {
  draft: LanguageModel;
  target: LanguageModel;
  /** One text is sampled from the target for each. */
  prompts: Iterable<Tokens>;
  /** Tokens of each text; fewer if a stop token comes first. */
  maxTokens: number;
  /** r: share of positions that keep the target's token, without a label. Default 0.15. */
  mixing?: number;
  random: Random;
  stop?: number | readonly number[];
  /**
   * Default {@linkcode softmax}. Give the decoder's own warps: labels of another temperature teach another
   * acceptance.
   */
  draftWarp?: Warp;
  targetWarp?: Warp;
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
 * For each prompt: samples a text X from the target; at each position draws Y from the draft given the
 * text before and labels it a = min(1, p_target(Y)/p_draft(Y)); mixes X in with probability r; reads the
 * mixed text with the draft and takes its hidden state *after* each Y as the input of the label.
 *
 * @throws {UserError} for different vocabularies, a mixing share outside [0, 1] or a draft without hidden states.
 */
export async function acceptanceData(options: AcceptanceDataOptions): Promise<AcceptanceData> {
  const { draft, target, prompts, maxTokens, mixing = 0.15, random } = options;
  const { draftWarp = softmax, targetWarp = softmax } = options;
  checkVocabularies(draft, target);
  checkShare("mixing", mixing);
  const stop = stopSet(options.stop);
  const states: Float32Array[] = [];
  const acceptance: number[] = [];
  let positions = 0;
  let mixed = 0;
  for (const prompt of prompts) {
    checkLength(maxTokens, prompt.length, [draft, target]);
    const text = await sampleText({
      model: target,
      prompt,
      maxTokens,
      random,
      warp: targetWarp,
      stop: [...stop],
    });
    if (text.length === 0) continue;
    const drafts = await rows(draft, prompt, text);
    const targets = await rows(target, prompt, text);
    const read: number[] = [];
    const labels: number[] = [];
    for (let i = 0; i < text.length; i++) {
      const proposed = draftWarp(drafts[i]!);
      const wanted = targetWarp(targets[i]!);
      const token = tokenAt(proposed, random.uniform());
      const keepTarget = random.uniform() < mixing;
      read.push(keepTarget ? text[i]! : token);
      labels.push(keepTarget ? NaN : Math.min(1, wanted[token]! / proposed[token]!));
    }
    const hidden = await hiddenStates(draft, prompt, read);
    for (let i = 0; i < read.length; i++) {
      positions++;
      if (Number.isNaN(labels[i]!)) {
        mixed++;
        continue;
      }
      states.push(hidden[i]!);
      acceptance.push(labels[i]!);
    }
  }
  const hiddenSize = states[0]?.length ?? 0;
  const hidden = new Float32Array(states.length * hiddenSize);
  states.forEach((state, i) => hidden.set(state, i * hiddenSize));
  return { hiddenSize, hidden, acceptance: Float64Array.from(acceptance), positions, mixed };
}
