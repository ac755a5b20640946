/**
 * One text of the target as the draft sees it: both models' distributions along it, and at each position
 * where a rejection is possible one draw of what would have been rejected. What logs are made of.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { LanguageModel, Sequence, Tokens } from "offprint/lm/interface/mod.ts";
import type { Random } from "offprint/random.ts";
import { residual, tokenAt } from "../verification/distribution.ts";
import { modelWarp } from "../verification/model_warp.ts";
import type { Warp } from "../verification/warp.ts";

/** What {@linkcode traceText} reads. */
export interface TraceTextOptions {
  draft: LanguageModel;
  target: LanguageModel;
  prompt: Tokens;
  /** The text: at least one token. */
  tokens: number[];
  maxTokens: number;
  /** Draws for each rejected branch, in the order of positions: as many numbers as it may have candidates. */
  random: Random;
  branch?: number;
  stop: ReadonlySet<number>;
  draftWarp?: Warp;
  targetWarp?: Warp;
  states?: boolean;
  oracle?: boolean;
  batch?: number;
}

/** A rejected candidate and its successors. */
export interface TracedBranch {
  candidates: number[];
  distributions: Float64Array[];
  /** Whether the last candidate is a stop token. */
  stopped: boolean;
  hidden?: Float32Array[];
  /** True acceptance of each candidate, with `oracle`. */
  truth?: number[];
}

/** A text with all that its log is made of; lists have an entry for each token. */
export interface TracedText {
  tokens: number[];
  drafts: Float64Array[];
  targets: Float64Array[];
  hidden?: Float32Array[];
  /** True acceptance of each token as a candidate, with `oracle`. */
  truth?: number[];
  branches: (TracedBranch | null)[];
}

/** Traces a text: one pass of each model over it, then the branches side by side. */
export async function traceText(options: TraceTextOptions): Promise<TracedText> {
  const { draft, target, prompt, tokens, states = false, oracle = false } = options;
  const { draftWarp = modelWarp(options.draft), targetWarp = modelWarp(options.target) } = options;
  const opened: Sequence[] = [];
  const open = async (model: LanguageModel, wanted: boolean) => {
    const sequence = await model.open(prompt);
    opened.push(sequence);
    const base = sequence.length;
    const first = sequence.logits.slice();
    const { logits, hidden } = await sequence.extend(tokens, wanted ? { hidden: true } : {});
    // The logits before the first token come from the prompt; those after the last are of no use.
    return { sequence, base, rows: [first, ...logits.slice(0, -1)], hidden };
  };
  try {
    const read = await open(draft, states);
    if (states && read.hidden === undefined) {
      throw new UserError({
        what: `acceptance head for draft "${draft.name}"`,
        got: new Described("a model that gives no hidden states"),
        expected: "a draft with hidden states",
        todo: "Choose a transformer as draft.",
      });
    }
    const scored = await open(target, false);
    const drafts = read.rows.map((row) => draftWarp(row));
    const targets = scored.rows.map((row) => targetWarp(row));
    const branches = rejectedCandidates(options, drafts, targets);
    await draftOn(options, read.sequence, read.base, branches);
    const traced: TracedText = {
      tokens,
      drafts,
      targets,
      ...(states ? { hidden: read.hidden! } : {}),
      ...(oracle ? { truth: tokens.map((token, i) => ratio(targets[i]!, drafts[i]!, token)) } : {}),
      branches: branches.map((branch) => branch && branch.traced),
    };
    if (states) await readStates(read.sequence, read.base, traced.branches);
    if (oracle) await readTruth(options, scored.sequence, scored.base, traced);
    return traced;
  } finally {
    for (const sequence of opened) sequence.close();
  }
}

/** True acceptance of a candidate; 0 for one that the draft never proposes. */
function ratio(target: Float64Array, draft: Float64Array, token: number): number {
  return draft[token]! === 0 ? 0 : Math.min(1, target[token]! / draft[token]!);
}

/** A branch in progress. */
interface Branch {
  position: number;
  traced: TracedBranch;
  /** Numbers that its candidates are drawn with, the first one included. */
  coins: number[];
}

/** Draws the rejected candidate wherever the text's token may have replaced one. */
function rejectedCandidates(
  { tokens, maxTokens, random, branch = 20, stop }: TraceTextOptions,
  drafts: Float64Array[],
  targets: Float64Array[],
): (Branch | null)[] {
  return tokens.map((token, position) => {
    const proposed = drafts[position]!;
    const wanted = targets[position]!;
    if (proposed[token]! >= wanted[token]!) return null;
    const length = Math.min(branch, maxTokens - position);
    const coins = Array.from({ length }, () => random.uniform());
    const first = tokenAt(residual(proposed, wanted), coins[0]!);
    return {
      position,
      coins,
      traced: { candidates: [first], distributions: [proposed], stopped: stop.has(first) },
    };
  });
}

/** Drafts the branches to their ends, in step. Each reads its last candidate no more than a decoder would. */
async function draftOn(
  { draft, stop, batch = 16, draftWarp = modelWarp(draft) }: TraceTextOptions,
  sequence: Sequence,
  base: number,
  branches: readonly (Branch | null)[],
): Promise<void> {
  const all = branches.filter((branch) => branch !== null);
  for (let from = 0; from < all.length; from += batch) {
    let going = all.slice(from, from + batch)
      .filter(({ traced, coins }) => !traced.stopped && coins.length > 1)
      .map((branch) => ({ ...branch, fork: forkAt(sequence, base + branch.position) }));
    const forks = going.map(({ fork }) => fork);
    try {
      while (going.length > 0) {
        const rows = await draft.extendBatch(
          going.map(({ fork }) => fork),
          going.map(({ traced }) => [traced.candidates.at(-1)!]),
        );
        going = going.filter(({ traced, coins }, i) => {
          const distribution = draftWarp(rows[i]![0]!);
          const token = tokenAt(distribution, coins[traced.candidates.length]!);
          traced.candidates.push(token);
          traced.distributions.push(distribution);
          traced.stopped = stop.has(token);
          return !traced.stopped && traced.candidates.length < coins.length;
        });
      }
    } finally {
      for (const fork of forks) fork.close();
    }
  }
}

function forkAt(sequence: Sequence, length: number): Sequence {
  const fork = sequence.fork();
  fork.truncate(length);
  return fork;
}

/** The draft's hidden states along each branch, one pass a branch. */
async function readStates(
  sequence: Sequence,
  base: number,
  branches: readonly (TracedBranch | null)[],
): Promise<void> {
  for (const [position, branch] of branches.entries()) {
    if (branch === null) continue;
    const fork = forkAt(sequence, base + position);
    const { hidden } = await fork.extend(branch.candidates, { hidden: true });
    branch.hidden = hidden!;
    fork.close();
  }
}

/** The target's distributions along each branch give its candidates' true acceptance. */
async function readTruth(
  { target, batch = 16, targetWarp = modelWarp(target) }: TraceTextOptions,
  sequence: Sequence,
  base: number,
  { targets, branches }: TracedText,
): Promise<void> {
  const all = [...branches.entries()].flatMap(([position, branch]) =>
    branch === null ? [] : [{ position, branch }]
  );
  for (let from = 0; from < all.length; from += batch) {
    const some = all.slice(from, from + batch);
    const long = some.filter(({ branch }) => branch.candidates.length > 1);
    const forks = long.map(({ position }) => forkAt(sequence, base + position));
    const rows = long.length === 0 ? [] : await target.extendBatch(
      forks,
      long.map(({ branch }) => branch.candidates.slice(0, -1)),
    );
    for (const { position, branch } of some) {
      branch.truth = [ratio(targets[position]!, branch.distributions[0]!, branch.candidates[0]!)];
    }
    long.forEach(({ branch }, i) => {
      rows[i]!.forEach((row, k) =>
        branch.truth!.push(
          ratio(targetWarp(row), branch.distributions[k + 1]!, branch.candidates[k + 1]!),
        )
      );
    });
    for (const fork of forks) fork.close();
  }
}
