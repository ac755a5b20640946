/**
 * TreeBoN (paper 01): N texts grow in layers; after each layer the best N / children go on, each in as many
 * branches.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { checkWhole } from "../verification/option_checks.ts";
import { Growth, type TreeOptions } from "./growth.ts";
import type { TreeResult } from "./node.ts";
import type { PartialScore } from "./partial_score.ts";
import { ranked } from "./reward.ts";

/** How {@linkcode treeBon} decodes. */
export interface TreeBonOptions extends TreeOptions {
  /** Width of every layer (the paper's N); a multiple of `children`. */
  n: number;
  /** Segments of a text (N_layer), at most `maxTokens`; equal ones, the last takes what is left over. */
  layers: number;
  /** Continuations of each surviving parent (N_children). */
  children: number;
  /** Ranks unfinished texts. */
  score: PartialScore;
}

/**
 * Grows a tree and returns the leaf with the highest reward.
 *
 * A text that ends early stays a candidate, compared with the others by its partial score. Kept, it goes on as one
 * candidate without costing a token, and its other child slots go to the best unfinished parent; pruned, it is still
 * ranked by the reward at the end, so that no finished text is lost. So at most `n · maxTokens` tokens are drawn.
 * With one layer, or with one child, this is {@linkcode bestOfN}, token for token.
 *
 * @throws {UserError} for sizes that do not fit each other, models with different vocabularies, a prompt that leaves
 *   no room, or a score or reward that is not a number.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { oracleScore, rewardFunction, treeBon } from "offprint/decoding/tree/mod.ts";
 * import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
 * import { stream } from "offprint/random.ts";
 *
 * const ones = (tokens: readonly number[]) => tokens.filter((token) => token === 1).length;
 * const { nodes, account } = await treeBon({
 *   policy: markovModel(twoStateChains().target),
 *   reward: rewardFunction("ones", ones),
 *   score: oracleScore(ones),
 *   n: 4,
 *   children: 2,
 *   layers: 2,
 *   maxTokens: 10,
 *   random: (path) => stream(1, "example", ...path),
 * });
 * assertEquals([nodes.length, account.generated], [8, 40]);
 * ```
 */
export async function treeBon(options: TreeBonOptions): Promise<TreeResult> {
  const { n, layers, children, maxTokens, score } = options;
  checkTree(options);
  const growth = await Growth.open(options, score);
  const { nodes } = growth;
  const segment = Math.floor(maxTokens / layers);
  // Finished texts that were pruned: they take no place in the tree, and are ranked at the end.
  const apart: number[] = [];
  try {
    let candidates = Array.from({ length: n }, (_, number) => growth.root(number));
    for (let layer = 1;; layer++) {
      const growing = candidates.filter((id) => !nodes[id]!.finished);
      await growth.grow(candidates, layer === layers ? maxTokens : segment);
      if (layer === layers) break;
      await growth.score(growing);
      const kept = ranked(candidates.map((id) => nodes[id]!.score!))
        .slice(0, n / children).map((i) => candidates[i]!);
      for (const id of candidates) {
        if (kept.includes(id)) continue;
        if (nodes[id]!.finished) apart.push(id);
        growth.drop(id, "pruned");
      }
      const next = await branched(growth, kept, children);
      if (next === undefined) {
        candidates = kept.toSorted((a, b) => a - b);
        break;
      }
      candidates = next;
    }
    return await growth.choose([...candidates, ...apart]);
  } finally {
    growth.close();
  }
}

/**
 * The candidates of the next layer, in the order of their parents; nothing when all parents are finished.
 *
 * @param kept best first.
 */
async function branched(
  growth: Growth,
  kept: readonly number[],
  children: number,
): Promise<number[] | undefined> {
  const { nodes, account } = growth;
  const open = kept.filter((id) => !nodes[id]!.finished);
  const best = open[0];
  if (best === undefined) return undefined;
  const reassigned = (kept.length - open.length) * (children - 1);
  account.reassignedSlots += reassigned;
  const inOrder = kept.toSorted((a, b) => a - b);
  await growth.readTips(inOrder);
  return inOrder.flatMap((id) => {
    if (nodes[id]!.finished) return [id];
    nodes[id]!.outcome = "parent";
    const count = children + (id === best ? reassigned : 0);
    const others = Array.from({ length: count - 1 }, (_, i) => growth.child(id, i + 1));
    return [growth.child(id, 0), ...others];
  });
}

/**
 * Checks the shape of a tree.
 *
 * @throws {UserError} when `n` is not a multiple of `children`, or there are more layers than tokens.
 */
export function checkTree(
  { n, layers, children, maxTokens }: Pick<
    TreeBonOptions,
    "n" | "layers" | "children" | "maxTokens"
  >,
): void {
  checkWhole("n", n, 1);
  checkWhole("layers", layers, 1);
  checkWhole("children", children, 1);
  checkWhole("maxTokens", maxTokens, 1);
  if (n % children !== 0) {
    throw new UserError({
      what: "n",
      got: n,
      expected: `a multiple of children, which is ${children}`,
      todo: `Give for example ${Math.max(1, Math.round(n / children)) * children}.`,
    });
  }
  if (layers > maxTokens) {
    throw new UserError({
      what: "layers",
      got: layers,
      expected: `at most maxTokens, which is ${maxTokens}: every layer needs a token`,
      todo: "Ask for fewer layers or more tokens.",
    });
  }
}
