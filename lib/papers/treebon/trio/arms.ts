/**
 * What is compared with the trained trio: arms, and the order in which they are run, so that a plan that is stopped
 * early still answers the claims.
 *
 * @module
 */
import type { TrioScore } from "./trio.ts";

/** Texts drawn for everything that best-of-N gives at once: N up to this, selections, correlations. */
export const SAMPLES = 128;

/** Layers and children of the trees unless an arm says otherwise. */
export const SHAPE = { layers: 4, children: 4 } as const;

/** One way of choosing a response. */
export type TrioArm =
  & {
    name: string;
    n: number;
    /** Longest response. */
    maxTokens: number;
    temperature: number;
  }
  & (
    | { kind: "best-of-n"; from: "policy" | "tuned" }
    | { kind: "tree"; layers: number; children: number; score: TrioScore }
    | { kind: "speculative-rejection"; every: number }
    | { kind: "segment-rejection"; restarts: number }
  );

/** The tokens of the main comparison. */
export const MAIN_TOKENS = 64;
/** Its width. */
export const MAIN_WIDTH = 16;

function bestOf(
  n: number,
  more: { name?: string; from?: "policy" | "tuned"; maxTokens?: number; temperature?: number } = {},
): TrioArm {
  const { from = "policy", maxTokens = MAIN_TOKENS, temperature = 1 } = more;
  const name = more.name ?? `best of ${n}`;
  return { name, kind: "best-of-n", n, from, maxTokens, temperature };
}

function tree(
  name: string,
  score: TrioScore,
  more: Partial<
    { n: number; layers: number; children: number; maxTokens: number; temperature: number }
  > = {},
): TrioArm {
  return {
    name,
    kind: "tree",
    n: MAIN_WIDTH,
    ...SHAPE,
    score,
    maxTokens: MAIN_TOKENS,
    temperature: 1,
    ...more,
  };
}

/** Arms that decide claims, then what stands beside them. */
export const TRIO_TIERS: readonly (readonly TrioArm[])[] = [
  [
    bestOf(SAMPLES, { name: "samples" }),
    tree("tree, weighted", "weighted"),
    tree("tree, rm", "rm"),
    tree("tree, random", "random"),
    tree("tree, weighted, N = 8", "weighted", { n: 8 }),
  ],
  [
    { ...bestOf(24, { name: "speculative rejection" }), kind: "speculative-rejection", every: 16 },
    bestOf(MAIN_WIDTH, { name: "best of 16, 128 tokens", maxTokens: 128 }),
    tree("tree, weighted, 128 tokens", "weighted", { maxTokens: 128 }),
    tree("tree, sum", "sum"),
    tree("tree, mean", "mean"),
    tree("tree, logp-mean", "logp-mean"),
  ],
  [
    bestOf(MAIN_WIDTH, { name: "best of 16 from the tuned policy", from: "tuned" }),
    tree("tree, weighted, N = 32", "weighted", { n: 32 }),
    bestOf(MAIN_WIDTH, { name: "best of 16, 32 tokens", maxTokens: 32 }),
    tree("tree, weighted, 32 tokens", "weighted", { maxTokens: 32 }),
    bestOf(MAIN_WIDTH, { name: "best of 16, temperature 0.7", temperature: 0.7 }),
    tree("tree, weighted, temperature 0.7", "weighted", { temperature: 0.7 }),
    { ...bestOf(0, { name: "segment rejection" }), kind: "segment-rejection", restarts: 2 },
  ],
  [2, 4, 8].flatMap((layers) =>
    [2, 4, 8].filter((children) => layers !== 4 || children !== 4).map((children) =>
      tree(`tree, weighted, ${layers} × ${children}`, "weighted", { layers, children })
    )
  ),
  [
    tree("tree, weighted, N = 64", "weighted", { n: 64 }),
    tree("tree, weighted, N = 128", "weighted", { n: 128 }),
  ],
  (["sum", "rm", "random"] as const).flatMap((score) =>
    [8, 32, 64].map((n) => tree(`tree, ${score}, N = ${n}`, score, { n }))
  ),
];

/** All arms by name. */
export const TRIO_ARMS: ReadonlyMap<string, TrioArm> = new Map(
  TRIO_TIERS.flat().map((arm) => [arm.name, arm]),
);

/** Prompts of a piece of work. */
export const CHUNK = 10;

/** A piece of work: an arm on ten prompts with one seed. */
export interface TrioPiece {
  arm: TrioArm;
  seed: number;
  /** Number of its first prompt. */
  from: number;
}

/**
 * All pieces in the order in which they are done: seeds, then rounds of prompts, then tiers; within a tier ten prompts of
 * every arm before the next ten.
 *
 * @param options.prompts in all; `options.round` of them are finished in all tiers first.
 */
export function trioPieces(
  { prompts, seeds, round }: { prompts: number; seeds: readonly number[]; round: number },
  tiers: readonly (readonly TrioArm[])[] = TRIO_TIERS,
): TrioPiece[] {
  const pieces: TrioPiece[] = [];
  for (const seed of seeds) {
    for (let begin = 0; begin < prompts; begin += round) {
      for (const tier of tiers) {
        for (let from = begin; from < Math.min(begin + round, prompts); from += CHUNK) {
          pieces.push(...tier.map((arm) => ({ arm, seed, from })));
        }
      }
    }
  }
  return pieces;
}
