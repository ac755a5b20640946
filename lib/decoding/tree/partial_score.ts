/**
 * Scores of unfinished texts, behind one interface: a score grows with its text and branches with it.
 *
 * @module
 */
import type { Tokens } from "offprint/lm/interface/mod.ts";
import type { Random } from "offprint/random.ts";
import type { Reward } from "./reward.ts";
import type { TreeAccount } from "./node.ts";

/** A new segment of a text. */
export interface Segment {
  readonly tokens: Tokens;
  /** log π of each token under the policy that drew it, before any warp; nats. */
  readonly logProbs: readonly number[];
  /** Of its node. */
  readonly path: readonly number[];
  /** Whether the text ends here. */
  readonly finished: boolean;
}

/** A text and its score so far. */
export interface ScoredPrefix {
  /** The score; 0 before the first token. */
  readonly score: number;
  /** An independent copy; this one stays valid. */
  fork(): ScoredPrefix;
  /** Frees what it holds. */
  close(): void;
}

/** A way of scoring unfinished texts. */
export interface PartialScore {
  readonly name: string;
  /** The models it reads texts with, whose context and vocabulary must fit the policy's. */
  readonly models: readonly { name: string; vocabSize: number; contextLength: number }[];
  /** Begins with a prompt, before the first token of a response. */
  open(prompt: Tokens, account: TreeAccount): Promise<ScoredPrefix>;
  /** Adds a segment to each prefix. */
  add(prefixes: readonly ScoredPrefix[], segments: readonly Segment[]): Promise<void>;
}

/** A prefix that remembers its tokens and nothing else. */
class RememberedPrefix implements ScoredPrefix {
  score = 0;
  constructor(readonly prompt: Tokens, readonly account: TreeAccount, public tokens: number[]) {}

  fork(): ScoredPrefix {
    const copy = new RememberedPrefix(this.prompt, this.account, [...this.tokens]);
    copy.score = this.score;
    return copy;
  }

  close(): void {
    this.tokens = [];
  }
}

/** A score that is computed from the whole text each time. */
function remembered(
  name: string,
  scores: (prefixes: readonly RememberedPrefix[], segments: readonly Segment[]) => Promise<
    ArrayLike<number>
  >,
): PartialScore {
  return {
    name,
    models: [],
    open: (prompt, account) => Promise.resolve(new RememberedPrefix(prompt, account, [])),
    async add(prefixes, segments) {
      const own = prefixes as readonly RememberedPrefix[];
      own.forEach((prefix, i) => prefix.tokens.push(...segments[i]!.tokens));
      const values = await scores(own, segments);
      own.forEach((prefix, i) => prefix.score = values[i]!);
    },
  };
}

/** The reward model on the prefix: what it was not trained for. A finished text is shown as finished. */
export function rewardScore(reward: Reward, name = "rm"): PartialScore {
  return remembered(name, (prefixes, segments) => {
    prefixes.forEach(({ tokens, account }) => account.reward += tokens.length);
    return reward.score(
      prefixes[0]!.prompt,
      prefixes.map(({ tokens }, i) => ({ tokens, complete: segments[i]!.finished })),
    );
  });
}

/** Standard normal noise, of its own for each node: a control that knows nothing. */
export function randomScore(random: (path: readonly number[]) => Random): PartialScore {
  return remembered(
    "random",
    (_, segments) => Promise.resolve(segments.map(({ path }) => random(path).normal())),
  );
}

/** A function of the text so far that somebody knows: a control that knows everything. */
export function oracleScore(
  value: (response: Tokens, prompt: Tokens) => number,
): PartialScore {
  return remembered(
    "oracle",
    (prefixes) => Promise.resolve(prefixes.map(({ tokens, prompt }) => value(tokens, prompt))),
  );
}
