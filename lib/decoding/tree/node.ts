/**
 * What a tree decoder writes down: every node with what became of it, and what the whole tree cost.
 *
 * @module
 */

/** Why a node is where it is at the end. */
export type Outcome =
  /** It was continued. */
  | "parent"
  /** Its partial score was not among those kept. */
  | "pruned"
  /** A proposed segment that was not taken. */
  | "rejected"
  /** A finished text with a lower reward than the chosen one. */
  | "outranked"
  /** The end of the chosen text. */
  | "chosen";

/** One segment of one text. */
export interface TreeNode {
  /** Its place in the list of nodes. */
  readonly id: number;
  /** Its layer, counted from 1. */
  readonly layer: number;
  /** The node that it continues; none for a root. */
  readonly parent: number | undefined;
  /** Number of the root, then the number among its siblings in each layer: names its random stream. */
  readonly path: readonly number[];
  /** Tokens of this segment alone. */
  readonly tokens: number[];
  /** log π of each of them under the policy itself, before any warp; nats. */
  readonly logProbs: number[];
  /** Whether the text ended with a stop token or is as long as allowed. */
  finished: boolean;
  /** Partial score of the text up to here, where it was asked for. */
  score: number | undefined;
  /** Reward of the finished text, where it was asked for. */
  reward: number | undefined;
  outcome: Outcome | undefined;
}

/** What a decoding cost. Prompts are counted once, under `prompt`. */
export interface TreeAccount {
  /** Tokens drawn, those of dropped texts included. */
  generated: number;
  /** Tokens of the prompt. */
  prompt: number;
  /** Response tokens read by the policy. Siblings share the pass over their parent's last token. */
  policy: number;
  /** Response tokens read by the model of the partial score, and by its reference where that is another model. */
  scorer: number;
  reference: number;
  /** Response tokens read by the reward model, prefixes included. */
  reward: number;
  /** Different texts among those that were ranked at the end. */
  distinctLeaves: number;
  /** Child slots of finished parents that went to another parent. */
  reassignedSlots: number;
  /** Log-probabilities that were raised to the floor. */
  floored: number;
}

/** An account of nothing. */
export function emptyAccount(): TreeAccount {
  return {
    generated: 0,
    prompt: 0,
    policy: 0,
    scorer: 0,
    reference: 0,
    reward: 0,
    distinctLeaves: 0,
    reassignedSlots: 0,
    floored: 0,
  };
}

/** Parameters of the models behind an account. */
export interface TreeParameters {
  policy: number;
  scorer: number;
  reward: number;
}

/**
 * Estimated operations of a decoding: two for each parameter and token read. Every token that was drawn counts as
 * one token read by the policy (paper 01's spec, section 4).
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { emptyAccount, estimatedFlops } from "offprint/decoding/tree/mod.ts";
 *
 * const account = { ...emptyAccount(), generated: 24576, scorer: 18432, reward: 24576 };
 * const flops = estimatedFlops(account, { policy: 8e9, scorer: 8e9, reward: 8e9 });
 * assertAlmostEquals(flops / 1.0813e15, 1, 1e-3);
 * ```
 */
export function estimatedFlops(account: TreeAccount, parameters: TreeParameters): number {
  return 2 * (
    account.generated * parameters.policy +
    (account.scorer + account.reference) * parameters.scorer +
    account.reward * parameters.reward
  );
}

/** What a tree decoder returns. */
export interface TreeResult {
  /** The chosen text without the prompt, a stop token included. */
  tokens: number[];
  /** Its reward. */
  reward: number;
  /** Its last node. */
  chosen: number;
  nodes: TreeNode[];
  account: TreeAccount;
}

/** The tokens of a node's whole text, without the prompt. */
export function textOf(nodes: readonly TreeNode[], id: number): number[] {
  const segments: (readonly number[])[] = [];
  for (let at: number | undefined = id; at !== undefined; at = nodes[at]!.parent) {
    segments.push(nodes[at]!.tokens);
  }
  return segments.reverse().flat();
}
