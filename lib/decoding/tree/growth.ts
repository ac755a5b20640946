/**
 * Growing many texts that share beginnings: the part that all tree decoders have in common.
 *
 * @module
 */
import type { LanguageModel, Sequence, Tokens } from "offprint/lm/interface/mod.ts";
import { tokenLogProb } from "offprint/lm/interface/mod.ts";
import type { Random } from "offprint/random.ts";
import { softmax, tokenAt } from "../verification/distribution.ts";
import { modelWarp } from "../verification/model_warp.ts";
import {
  checkLength,
  checkVocabularies,
  checkWhole,
  stopSet,
} from "../verification/option_checks.ts";
import type { Warp } from "../verification/warp.ts";
import { emptyAccount, textOf, type TreeAccount, type TreeNode, type TreeResult } from "./node.ts";
import type { PartialScore, ScoredPrefix } from "./partial_score.ts";
import { checkNumbers, ranked, type Reward } from "./reward.ts";

/** What every tree decoder is given. */
export interface TreeOptions {
  /** Writes the texts. */
  policy: LanguageModel;
  /** Ranks the finished ones. */
  reward: Reward;
  /** Default empty, which needs a model with a begin-of-text token. */
  prompt?: Tokens;
  /** Longest response, in tokens (the paper's l_max). */
  maxTokens: number;
  /**
   * Opens the stream that belongs to a path: the number of a root, then the number of a child in each layer. In a tree
   * the first child continues its parent's stream, the others open their own.
   */
  random: (path: readonly number[]) => Random;
  /** From logits to the distribution that is drawn from. Default: softmax, temperature 1. */
  warp?: Warp;
  /** A text ends with the first of these; it is kept. */
  stop?: number | readonly number[];
  /** Texts that share a pass. Default 16. Results do not depend on it, up to the models' own rounding. */
  batch?: number;
}

/** A node that can still be continued. */
interface Live {
  sequence: Sequence;
  random: Random;
  /** The last token drawn, which the sequence has not read. */
  unread: number | undefined;
  prefix: ScoredPrefix | undefined;
}

/** The nodes of one decoding, with the caches of those that are still in play. */
export class Growth {
  readonly nodes: TreeNode[] = [];
  readonly account: TreeAccount = emptyAccount();
  readonly #options: TreeOptions;
  readonly #prompt: Tokens;
  readonly #stop: ReadonlySet<number>;
  readonly #score: PartialScore | undefined;
  readonly #live = new Map<number, Live>();
  #trunk: Sequence | undefined;
  #prefix: ScoredPrefix | undefined;

  private constructor(options: TreeOptions, score: PartialScore | undefined) {
    this.#options = options;
    this.#prompt = options.prompt ?? [];
    this.#stop = stopSet(options.stop);
    this.#score = score;
  }

  /**
   * Checks the options and reads the prompt.
   *
   * @param score of unfinished texts, where there is one.
   * @throws {UserError} for a prompt that leaves no room, or models whose vocabularies differ.
   */
  static async open(options: TreeOptions, score?: PartialScore): Promise<Growth> {
    const { policy, maxTokens, prompt = [], batch = 16 } = options;
    checkWhole("maxTokens", maxTokens, 1);
    checkWhole("batch", batch, 1);
    checkLength(maxTokens, prompt.length, [policy]);
    for (const model of score?.models ?? []) {
      checkVocabularies(model, policy, ["scoring model", "policy"]);
      checkLength(maxTokens, prompt.length, [model]);
    }
    const growth = new Growth(options, score);
    growth.account.prompt = prompt.length;
    growth.#trunk = await policy.open(prompt);
    try {
      growth.#prefix = await score?.open(prompt, growth.account);
    } catch (error) {
      growth.close();
      throw error;
    }
    return growth;
  }

  /** Begins a text; it is grown by {@linkcode Growth.grow}. */
  root(number: number): number {
    return this.branchOfPrompt([number]);
  }

  /** Lets the last token of nodes be read, once for all their children. Finished ones are passed over. */
  async readTips(ids: readonly number[]): Promise<void> {
    for (const some of this.#passes(ids)) await this.#read(some.map((id) => this.#live.get(id)!));
  }

  /** A text with a path of its own that begins at the prompt: a first segment that may be thrown away. */
  branchOfPrompt(path: number[]): number {
    return this.#add(1, undefined, path, {
      sequence: this.#trunk!.fork(),
      random: this.#options.random(path),
      unread: undefined,
      prefix: this.#prefix?.fork(),
    });
  }

  /** A try at continuing a parent, which stays in play; every try has a stream of its own. */
  branch(parent: number, number: number): number {
    const { layer, path } = this.nodes[parent]!;
    const from = this.#live.get(parent)!;
    return this.#add(layer + 1, parent, [...path, number], {
      sequence: from.sequence.fork(),
      random: this.#options.random([...path, number]),
      unread: from.unread,
      prefix: from.prefix?.fork(),
    });
  }

  /** A number of a node's own stream. */
  uniform(id: number): number {
    return this.#live.get(id)!.random.uniform();
  }

  /** Child `number` of a parent whose tip was read. The first child, called last, takes the parent's place. */
  child(parent: number, number: number): number {
    const { layer, path } = this.nodes[parent]!;
    const from = this.#live.get(parent)!;
    const childPath = [...path, number];
    if (number === 0) {
      this.#live.delete(parent);
      return this.#add(layer + 1, parent, childPath, from);
    }
    return this.#add(layer + 1, parent, childPath, {
      sequence: from.sequence.fork(),
      random: this.#options.random(childPath),
      unread: undefined,
      prefix: from.prefix?.fork(),
    });
  }

  /**
   * Draws up to `tokens` tokens on each node that is not finished; a text that ends stays where it ends.
   *
   * @param until where given, asked before every token but the first with the distribution it would be drawn from: a
   *   node stops growing where it says so.
   */
  async grow(
    ids: readonly number[],
    tokens: number,
    until?: (distribution: Float64Array) => boolean,
  ): Promise<void> {
    const { policy, maxTokens, warp: given } = this.#options;
    const warp = given ?? modelWarp(policy);
    // The distribution then has the log-probability already.
    const plain = given === undefined || given === softmax;
    for (const some of this.#passes(ids)) {
      let going = some.map((id) => ({
        node: this.nodes[id]!,
        live: this.#live.get(id)!,
        length: this.lengthOf(id),
      }));
      for (let drawn = 0; drawn < tokens && going.length > 0; drawn++) {
        await this.#read(going.map(({ live }) => live));
        going = going.filter((each) => {
          const { node, live } = each;
          const { logits } = live.sequence;
          const distribution = warp(logits);
          if (drawn > 0 && until?.(distribution)) return false;
          const token = tokenAt(distribution, live.random.uniform());
          node.tokens.push(token);
          node.logProbs.push(
            plain ? Math.log(distribution[token]!) : tokenLogProb(logits, token),
          );
          live.unread = token;
          this.account.generated++;
          each.length++;
          node.finished = this.#stop.has(token) || each.length === maxTokens;
          return !node.finished;
        });
      }
    }
  }

  /**
   * Scores nodes whose last segment has not been scored yet.
   *
   * @throws {UserError} when a score is not a number.
   */
  async score(ids: readonly number[]): Promise<void> {
    const { batch = 16 } = this.#options;
    const score = this.#score!;
    for (let from = 0; from < ids.length; from += batch) {
      const some = ids.slice(from, from + batch);
      const prefixes = some.map((id) => this.#live.get(id)!.prefix!);
      await score.add(
        prefixes,
        some.map((id) => {
          const { tokens, logProbs, path, finished } = this.nodes[id]!;
          return { tokens, logProbs, path, finished };
        }),
      );
      checkNumbers(
        `partial score "${score.name}"`,
        prefixes.map((each) => each.score),
        some.length,
      );
      some.forEach((id, i) => this.nodes[id]!.score = prefixes[i]!.score);
    }
  }

  /** Takes a node out of play. */
  drop(id: number, outcome: "pruned" | "rejected"): void {
    this.nodes[id]!.outcome = outcome;
    this.release(id);
  }

  /** Frees a node's caches; it can no longer be continued. */
  release(id: number): void {
    const live = this.#live.get(id);
    live?.sequence.close();
    live?.prefix?.close();
    this.#live.delete(id);
  }

  /** Tokens of a node's whole text. */
  lengthOf(id: number): number {
    let length = 0;
    for (let at: number | undefined = id; at !== undefined; at = this.nodes[at]!.parent) {
      length += this.nodes[at]!.tokens.length;
    }
    return length;
  }

  /**
   * Ranks finished texts by the reward and chooses the best, of equal ones the first.
   *
   * @throws {UserError} when a reward is missing or not a number.
   */
  async choose(leaves: readonly number[]): Promise<TreeResult> {
    const { reward } = this.#options;
    const texts = leaves.map((id) => textOf(this.nodes, id));
    const rewards = await reward.score(
      this.#prompt,
      texts.map((tokens) => ({ tokens, complete: true })),
    );
    checkNumbers(`reward "${reward.name}"`, rewards, leaves.length);
    leaves.forEach((id, i) => {
      const node = this.nodes[id]!;
      node.reward = rewards[i]!;
      if (node.outcome !== "pruned") node.outcome = "outranked";
      this.account.reward += texts[i]!.length;
    });
    this.account.distinctLeaves = new Set(texts.map((text) => text.join(" "))).size;
    const best = ranked(rewards)[0]!;
    const chosen = leaves[best]!;
    this.nodes[chosen]!.outcome = "chosen";
    return {
      tokens: texts[best]!,
      reward: rewards[best]!,
      chosen,
      nodes: this.nodes,
      account: this.account,
    };
  }

  /** Frees everything. */
  close(): void {
    for (const id of [...this.#live.keys()]) this.release(id);
    this.#trunk?.close();
    this.#prefix?.close();
  }

  #add(layer: number, parent: number | undefined, path: number[], live: Live): number {
    const id = this.nodes.length;
    this.nodes.push({
      id,
      layer,
      parent,
      path,
      tokens: [],
      logProbs: [],
      finished: false,
      score: undefined,
      reward: undefined,
      outcome: undefined,
    });
    this.#live.set(id, live);
    return id;
  }

  /**
   * The nodes that share a pass. They are told off by their place among all candidates, finished ones included: so a
   * tree without branches reads in the same passes as best-of-N, and its results agree to the last bit.
   */
  *#passes(ids: readonly number[]): Generator<number[]> {
    const { batch = 16 } = this.#options;
    for (let from = 0; from < ids.length; from += batch) {
      const some = ids.slice(from, from + batch).filter((id) => !this.nodes[id]!.finished);
      if (some.length > 0) yield some;
    }
  }

  /** Reads what was drawn and not read, in one pass. */
  async #read(all: readonly Live[]): Promise<void> {
    const behind = all.filter(({ unread }) => unread !== undefined);
    if (behind.length === 0) return;
    await this.#options.policy.extendBatch(
      behind.map(({ sequence }) => sequence),
      behind.map(({ unread }) => [unread!]),
    );
    this.account.policy += behind.length;
    for (const live of behind) live.unread = undefined;
  }
}
