/**
 * Paper 01, TreeBoN: speculative tree search and best-of-N sampling.
 *
 * Begin with `bit_tree.ts`, where everything can be counted, and `gaussian_tree.ts`, the map from how well a score knows the
 * final reward to how often the tree wins. `exact_policy.ts` has the exact preference-tuned policy of a chain, `chain_lab.ts`
 * trees in such worlds, `token_counts.ts` a reward model for them; `signal.ts` says when position weights help, `costs.ts`
 * what a tree costs. `prediction.ts` and `advice.ts` say whether a tree will pay on a model. `explore_tree.ts` is the
 * figure that can be moved.
 *
 * The decoders are in `decoding/tree`; the small trained models and their runs in `trio`.
 *
 * @module
 */
export * from "./bit_tree.ts";
export * from "./gaussian_tree.ts";
export { type DrawnNode, drawnTree, exploration as treeExploration } from "./explore_tree.ts";
export * from "./signal.ts";
export * from "./costs.ts";
export * from "./exact_policy.ts";
export * from "./token_counts.ts";
export * from "./chain_lab.ts";
export * from "./prediction.ts";
export * from "./advice.ts";
